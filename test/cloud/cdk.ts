import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const CDK = join(ROOT, 'node_modules/.bin/cdk');

/**
 * Runs the `cdk` command of this project. Resolves to its output and rejects with the end of the output. A deployment is synthesised
 * first, into the directory of `-o`. The emulator supports no alarm on metric math, so the alarm uses the first metric instead. The
 * behaviour of the real alarm is tested in test/infra.
 */
export async function cdk(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const [command, ...rest] = args;
  if (command !== 'deploy') return runCdk(args, env);
  const at = rest.findIndex((arg) => arg === '-c');
  const app = rest.slice(at);
  const output = app[app.indexOf('-o') + 1];
  if (at < 0 || output === undefined) throw new Error(`cdk ${args.join(' ')}: -c and -o must come last`);
  const synthesised = await runCdk(['synth', '--quiet', ...app], env);
  await replaceMetricMath(output);
  return synthesised + (await runCdk(['deploy', ...rest.slice(0, at), '--app', output], env));
}

interface Template {
  Resources: Record<string, { Type: string; Properties?: Record<string, unknown> }>;
}

interface Query {
  MetricStat?: { Metric: Record<string, unknown>; Period: number; Stat: string };
}

async function replaceMetricMath(output: string): Promise<void> {
  const files = (await readdir(output)).filter((file) => file.endsWith('.template.json'));
  for (const file of files) {
    const path = join(output, file);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the CDK wrote it
    const template = JSON.parse(await readFile(path, 'utf8')) as Template;
    for (const { Properties: properties } of Object.values(template.Resources)) {
      if (!properties || !Array.isArray(properties['Metrics'])) continue;
      const queries: Query[] = properties['Metrics'];
      const [stat] = queries.flatMap(({ MetricStat }) => MetricStat ?? []);
      delete properties['Metrics'];
      Object.assign(properties, stat?.Metric, { Period: stat?.Period, Statistic: stat?.Stat });
    }
    await writeFile(path, JSON.stringify(template));
  }
}

async function runCdk(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  try {
    const { stdout, stderr } = await run(CDK, [...args, '--ci'], {
      cwd: ROOT,
      timeout: 240_000,
      maxBuffer: 16 * 1024 * 1024,
      env: {
        PATH: `${join(process.execPath, '..')}:${process.env['PATH'] ?? ''}`,
        HOME: process.env['HOME'],
        CDK_DISABLE_CLI_TELEMETRY: '1',
        ...env,
      },
    });
    return stdout + stderr;
  } catch (error) {
    const said =
      error instanceof Error && 'stdout' in error
        ? `${String(error.stdout)}${Reflect.get(error, 'stderr')}`
        : '';
    throw new Error(`cdk ${args.join(' ')} failed:\n${said.slice(-3000)}`, { cause: error });
  }
}
