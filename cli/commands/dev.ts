import type { Command } from 'commander';
import { DEFAULT_CONFIG } from '../../configuration/defaults.ts';
import { DATA_DIRECTORY, LAB_DATA_DIRECTORY } from '../dev/endpoint-file.ts';
import { UsageError } from '../usage-error.ts';

const EXAMPLES = `
Examples:
  synwhere dev --lab                     a small internet on this machine; plant a fault with: synwhere lab break NAME
  synwhere dev --config synwhere.yaml    the targets of the file, from its vantages or from this machine
  synwhere status                        in another terminal, in the same directory; the same for history and incidents

It needs no AWS account. The history is kept in the directory of --data; delete the directory to start again.
`;

const DEFAULT_PORT = '8642';

interface DevArguments {
  config?: string;
  port: string;
  every?: string;
  data?: string;
  lab?: boolean;
}

/** `synwhere dev`. */
export function register(program: Command): void {
  program
    .command('dev')
    .description('the whole service on this machine: schedule, history, incidents, API, status page')
    .option('--config <FILE>', `targets, controls and vantages (default ${DEFAULT_CONFIG})`)
    .option('--lab', 'targets and vantages of a small internet in network namespaces')
    .option('--port <PORT>', 'port on 127.0.0.1; 0 selects a free port', DEFAULT_PORT)
    .option('--every <SECONDS>', 'seconds between ticks; default: the schedule of the configuration')
    .option(
      '--data <DIRECTORY>',
      `where history is kept (default ${DATA_DIRECTORY}, of the lab ${LAB_DATA_DIRECTORY})`,
    )
    .addHelpText('after', EXAMPLES)
    .action(runDev);
}

async function runDev(given: DevArguments): Promise<void> {
  const port = parseNumber(given.port, '--port', 0, 65_535);
  const everySeconds = given.every === undefined ? undefined : parseNumber(given.every, '--every', 1, 86_400);
  if (given.lab && given.config !== undefined) {
    throw new UsageError('--lab has its own targets and vantages; remove --config');
  }
  await (await import('../dev/packages.ts')).loadPackages();
  const { configuredScene } = await import('../dev/scene.ts');
  const scene = given.lab
    ? await (await import('../dev/lab-scene.ts')).labScene()
    : await configuredScene(given.config ?? DEFAULT_CONFIG);
  const directory = given.data ?? (given.lab ? LAB_DATA_DIRECTORY : DATA_DIRECTORY);
  try {
    const { runService } = await import('../dev/service.ts');
    await runService(scene, {
      port,
      directory,
      ...(everySeconds !== undefined && { everySeconds }),
    });
  } finally {
    await scene.close();
  }
}

function parseNumber(text: string, option: string, least: number, most: number): number {
  const value = /^\d{1,9}(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`${option} ${JSON.stringify(text)}: write a number from ${least} to ${most}`);
}
