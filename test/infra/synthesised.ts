import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { onTestFinished, vi } from 'vitest';
import type { Configuration } from '../../configuration/configuration.ts';
import { parseConfiguration } from '../../configuration/load.ts';
import { buildStacks } from '../../infra/build.ts';
import type { HomeStack } from '../../infra/home-stack.ts';
import type { ProbeStack } from '../../infra/probe-stack.ts';

// The first synthesis in a process loads the CDK and its checks. This takes seconds, and more on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

export interface Synthesised {
  configuration: Configuration;
  app: App;
  homeStack: HomeStack;
  probeStacks: ProbeStack[];
  home: Template;
  /** By region, in the order of the configuration. */
  probes: Map<string, Template>;
}

interface CdkJson {
  context: Record<string, unknown>;
}

/**
 * The stacks of a configuration, synthesised in this process with the context of cdk.json. The functions' code is replaced by one
 * line: these tests do not depend on it, and bundle.test.ts and synth.test.ts test the bundling.
 */
export function synthesised(yaml: string, { account }: { account?: string } = {}): Synthesised {
  const directory = mkdtempSync(join(tmpdir(), 'synwhere-infra-test-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const configuration = parseConfiguration(yaml, 'test.yaml');
  const app = new App({
    outdir: join(directory, 'cdk.out'),
    // The CDK's own rules take seconds to load; the real command runs them in synth.test.ts.
    builtinCloudFormationValidation: false,
    context: cdkJson().context,
  });
  const { home, probes } = buildStacks(
    app,
    configuration,
    { probe: stand(directory, 'probe'), aggregator: stand(directory, 'aggregator') },
    account,
  );
  return {
    configuration,
    app,
    homeStack: home,
    probeStacks: probes,
    home: Template.fromStack(home),
    probes: new Map(configuration.regions.map((region, i) => [region, templateOf(probes[i])])),
  };
}

function templateOf(stack: ProbeStack | undefined): Template {
  if (!stack) throw new Error('a region without a stack');
  return Template.fromStack(stack);
}

function stand(directory: string, name: string): string {
  const path = join(directory, name);
  mkdirSync(path);
  writeFileSync(join(path, 'index.mjs'), `export const handler = () => '${name}';\n`);
  return path;
}

function cdkJson(): CdkJson {
  const text = readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own file, of a known shape
  return JSON.parse(text) as CdkJson;
}

/** A value of a template with its intrinsic functions read as text: `Ref` and `GetAtt` in angle brackets, `Join` joined. */
export function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (!isRecord(value)) return JSON.stringify(value);
  if ('Ref' in value) return `<${String(value['Ref'])}>`;
  if (Array.isArray(value['Fn::GetAtt'])) return `<${value['Fn::GetAtt'].join('.')}>`;
  const joined = value['Fn::Join'];
  if (Array.isArray(joined) && Array.isArray(joined[1]))
    return joined[1].map((part) => asText(part)).join(String(joined[0]));
  return JSON.stringify(value);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
