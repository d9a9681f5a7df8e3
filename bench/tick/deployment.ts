import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULTS } from '../../configuration/defaults.ts';
import { parseConfiguration } from '../../configuration/load.ts';
import { bundleFunction } from '../../infra/bundle.ts';
import { buildFunctionProcess, FunctionHost } from './function-host.ts';
import { Listeners } from './listeners.ts';
import { LoopbackAws } from './loopback-aws.ts';

export const REGIONS = [
  'eu-central-1',
  'eu-west-1',
  'us-east-1',
  'us-west-2',
  'sa-east-1',
  'ap-northeast-1',
  'ap-southeast-2',
  'ap-south-1',
] as const;

const CONTROLS = 3;
const LOOPBACK = '127.0.0.0/8';

/** Both functions as they are deployed, and the program that runs them. */
export interface Bundles {
  aggregator: string;
  aggregatorBytes: number;
  probe: string;
  runner: string;
  remove(): void;
}

export async function makeBundles(): Promise<Bundles> {
  const root = mkdtempSync(join(tmpdir(), 'synwhere-tick-'));
  const remove = (): void => rmSync(root, { recursive: true, force: true });
  try {
    const [aggregator, probe, runner] = await Promise.all([
      bundleFunction('aggregator', join(root, 'aggregator')),
      bundleFunction('probe', join(root, 'probe')),
      buildFunctionProcess(root),
    ]);
    const index = join(aggregator, 'index.mjs');
    return {
      aggregator: index,
      aggregatorBytes: statSync(index).size,
      probe: join(probe, 'index.mjs'),
      runner,
      remove,
    };
  } catch (error) {
    remove();
    throw error;
  }
}

/**
 * A complete installation on this machine: targets and controls on loopback, one process with the probe for all regions, one with
 * the aggregator, and the services.
 */
export class Deployment {
  readonly targets: Listeners;
  readonly aggregator: FunctionHost;
  readonly probe: FunctionHost;
  readonly aws: LoopbackAws;
  readonly #controls: Listeners;
  #minute = 0;

  private constructor(parts: {
    targets: Listeners;
    controls: Listeners;
    aggregator: FunctionHost;
    probe: FunctionHost;
    aws: LoopbackAws;
  }) {
    this.targets = parts.targets;
    this.#controls = parts.controls;
    this.aggregator = parts.aggregator;
    this.probe = parts.probe;
    this.aws = parts.aws;
  }

  static async start(bundles: Bundles, targetCount: number): Promise<Deployment> {
    const targets = await Listeners.open(targetCount);
    const controls = await Listeners.open(CONTROLS);
    const policy = JSON.stringify({ allow: [{ cidr: LOOPBACK }] });
    const probe = new FunctionHost(bundles.runner, bundles.probe, { SYNWHERE_POLICY: policy });
    const aws = await LoopbackAws.start((request) => probe.invoke(request));
    const file = join(bundles.aggregator, '..', `synwhere-${targetCount}.json`);
    writeFileSync(file, JSON.stringify(configuration(targets.ports, controls.ports)));
    const env = { ...aws.env, SYNWHERE_CONFIG: file };
    const aggregator = new FunctionHost(bundles.runner, bundles.aggregator, env);
    return new Deployment({ targets, controls, aggregator, probe, aws });
  }

  /** Runs the next tick. Rejects if it was not done or reported troubles, because such a tick must not be measured. */
  async tick(): Promise<void> {
    const at = new Date(Date.UTC(2026, 0, 1, 0, this.#minute++)).toISOString();
    const result = await this.aggregator.invoke({ tick: at });
    if (!isDone(result)) throw new Error(`the tick failed: ${JSON.stringify(result)}`);
  }

  /** The aggregator's request to a probe for all targets. */
  probeRequest(): unknown {
    return {
      targets: this.targets.ports.map(onLoopback),
      controls: this.#controls.ports.map(onLoopback),
      round: 1,
      timeoutMs: DEFAULTS.probe.timeoutMs,
      attempts: DEFAULTS.probe.attempts,
    };
  }

  async close(): Promise<void> {
    await this.aggregator.close();
    await this.probe.close();
    await this.aws.close();
    await this.targets.closeAll();
    await this.#controls.closeAll();
  }
}

function onLoopback(port: number): { host: string; port: number } {
  return { host: '127.0.0.1', port };
}

function asTarget(port: number): string {
  return `127.0.0.1:${port}`;
}

function isDone(result: unknown): boolean {
  if (typeof result !== 'object' || result === null) return false;
  return 'status' in result && result.status === 'done' && 'troubles' in result && isEmpty(result.troubles);
}

function isEmpty(list: unknown): boolean {
  return Array.isArray(list) && list.length === 0;
}

/** A configuration with defaults for everything else. */
function configuration(targets: readonly number[], controls: readonly number[]) {
  const text = JSON.stringify({
    home: REGIONS[0],
    regions: REGIONS,
    targets: targets.map(asTarget),
    controls: controls.map(asTarget),
    policy: { allow: [{ cidr: LOOPBACK }] },
  });
  return parseConfiguration(text, 'synwhere.yaml');
}
