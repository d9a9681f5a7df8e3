import type { Command } from 'commander';
import type { TargetsAnswer } from '../../functions/aggregator/api/schemas.ts';
import { addServiceOptions, connectToAny, type ServiceArguments } from '../deployed/command.ts';
import { askingService, ServiceFault } from '../deployed/fault.ts';
import { hasTexts } from '../deployed/pages.ts';
import { UsageError } from '../usage-error.ts';

const EXAMPLES = `
Examples:
  synwhere status
  synwhere status --web                                  serve the status page on this machine
  synwhere status --endpoint http://127.0.0.1:8642       a synwhere dev that was started in another directory
  synwhere status --config synwhere.yaml                 the deployed service, also while a synwhere dev runs

Exit status: 0 all targets are as expected, 1 some target is not, 3 no conclusion.
`;

interface StatusArguments extends ServiceArguments {
  json?: boolean;
  web?: boolean;
  port?: string;
}

/** `synwhere status`. */
export function register(program: Command): void {
  const command = program.command('status').description('the latest verdict on every target');
  addServiceOptions(command)
    .option('--json', 'print the answer of GET /targets')
    .option('--web', 'serve the status page on this machine, with your AWS credentials')
    .option('--port <PORT>', 'port of the status page; default: a free port')
    .addHelpText('after', EXAMPLES)
    .action((given: StatusArguments) =>
      askingService(() => (given.web ? serveWeb(given) : printStatus(given))),
    );
}

async function printStatus(given: StatusArguments): Promise<void> {
  if (given.port !== undefined) throw new UsageError('--port needs --web; write status --web --port PORT');
  const service = await connectToAny(given);
  const answer = await service.get('/targets');
  if (!isTargetsAnswer(answer)) throw new ServiceFault('the answer of the service has no targets');
  if (given.json) {
    (await import('../output.ts')).printJson(answer);
  } else {
    const [{ renderStatus }, { pageOf }] = await Promise.all([
      import('../render/service.ts'),
      import('../render/text.ts'),
    ]);
    process.stdout.write(renderStatus(answer, pageOf(process.stdout)));
    const late = lateness(answer);
    if (late !== undefined) process.stderr.write(`synwhere: ${late}\n`);
  }
  const { exitStatusOf } = await import('../exit-status.ts');
  process.exitCode = exitStatusOf(
    answer.targets.map(({ latest }) => latest ?? { kind: 'insufficient-data', asExpected: false }),
  );
}

/** Why what was printed may be old; undefined where it is not. */
function lateness({ now, lastTickAt, schedule }: TargetsAnswer): string | undefined {
  if (!schedule.enabled) return 'the schedule is disabled';
  if (lastTickAt === undefined) return 'no tick has run yet';
  const minutes = (Date.parse(now) - Date.parse(lastTickAt)) / 60_000;
  return minutes > 3 * schedule.everyMinutes + 1
    ? `no tick for ${Math.round(minutes)} minutes: the schedule has stopped`
    : undefined;
}

async function serveWeb(given: StatusArguments): Promise<void> {
  const { port: text = '0' } = given;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (!(port <= 65_535))
    throw new UsageError(`--port ${JSON.stringify(text)}: write a number from 0 to 65535`);
  const { serveStatusPage } = await import('../deployed/web.ts');
  await serveStatusPage(await connectToAny(given), port);
}

function isTargetsAnswer(value: unknown): value is TargetsAnswer {
  if (!hasTexts(value, ['now'])) return false;
  const { schedule, targets }: { schedule?: unknown; targets?: unknown } = value;
  return (
    typeof schedule === 'object' &&
    schedule !== null &&
    Array.isArray(targets) &&
    targets.every((target: unknown) => isTargetState(target))
  );
}

function isTargetState(value: unknown): boolean {
  if (!hasTexts(value, ['target'])) return false;
  const { latest, since }: { latest?: unknown; since?: unknown } = value;
  return (
    (latest === undefined || hasTexts(latest, ['kind', 'summary'])) &&
    (since === undefined || typeof since === 'string')
  );
}
