import { fileURLToPath } from 'node:url';
import type { World } from '../../lab/build.ts';
import { parseReport } from '../../functions/reachability/report.ts';
import type { Attempt, ProbeReport } from '../../functions/reachability/report.ts';
import type { ProbeRequest } from '../../functions/reachability/request.ts';

const COMMAND = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));

/** Runs `synwhere probe -` at a vantage, as `--vantage` commands do. */
export async function probeAt(world: World, vantage: string, request: ProbeRequest): Promise<ProbeReport> {
  const argv = [process.execPath, COMMAND, 'probe', '-'];
  const { status, stdout, stderr } = await world.run(vantage, argv, { stdin: JSON.stringify(request) });
  if (status !== 0) throw new Error(`the probe at ${vantage} ended with status ${status}: ${stderr}`);
  return parseReport(JSON.parse(stdout));
}

/** Runs a script of this folder at a vantage with JSON in and JSON out. */
export async function runScript<T>(
  world: World,
  vantage: string,
  script: string,
  input: unknown,
  argv: readonly string[] = [],
): Promise<T> {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const { status, stdout, stderr } = await world.run(vantage, [...argv, process.execPath, file], {
    stdin: JSON.stringify(input),
  });
  if (status !== 0) throw new Error(`${script} at ${vantage} ended with status ${status}: ${stderr}`);
  const value: T = JSON.parse(stdout);
  return value;
}

/** All attempts at one address of a report's targets. */
export function attemptsAt(report: ProbeReport, address: string, port: number): Attempt[] {
  return report.targets
    .filter((target) => target.port === port)
    .flatMap(({ addresses }) => addresses)
    .filter((entry) => entry.address === address)
    .flatMap(({ attempts }) => attempts);
}
