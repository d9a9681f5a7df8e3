import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const CDK = join(ROOT, 'node_modules/.bin/cdk');

/** Runs the ordinary `cdk` command of this project; resolves to what it printed, rejects with the end of it. */
export async function cdk(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
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
