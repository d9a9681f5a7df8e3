import type { Command } from 'commander';
import type { HistoryPeriod } from '../../functions/aggregator/store/store.ts';
import { formatTarget, parseTarget } from '../../functions/reachability/target.ts';
import { addServiceOptions, connectToAny, parseLimit, type ServiceArguments } from '../deployed/command.ts';
import { askingService } from '../deployed/fault.ts';
import { hasTexts, readPages } from '../deployed/pages.ts';
import { UsageError } from '../usage-error.ts';

const EXAMPLES = `
Examples:
  synwhere history api.example.com:443
  synwhere history api.example.com:443 --from 2026-01-01 --to 2026-02-01T00:00:00Z --json
`;

interface HistoryArguments extends ServiceArguments {
  from?: string;
  to?: string;
  limit: string;
  json?: boolean;
}

/** `synwhere history`. */
export function register(program: Command): void {
  const command = program
    .command('history')
    .description('how the verdict of a target changed, newest first')
    .argument('<TARGET>', 'host:port');
  addServiceOptions(command)
    .option('--from <TIME>', 'start, ISO 8601; default: the first record')
    .option('--to <TIME>', 'end, ISO 8601; default: now')
    .option('--limit <N>', 'how many periods with the same verdict', '50')
    .option('--json', 'print {"stretches":[…]}, each with its full verdict')
    .addHelpText('after', EXAMPLES)
    .action((text: string, given: HistoryArguments) => askingService(() => printHistory(text, given)));
}

async function printHistory(text: string, given: HistoryArguments): Promise<void> {
  const target = formatTarget(parseTarget(text));
  const limit = parseLimit(given.limit, '--limit');
  const query = {
    ...(given.from !== undefined && { from: parseTime(given.from, '--from') }),
    ...(given.to !== undefined && { to: parseTime(given.to, '--to') }),
    ...(given.json && { verdicts: 'true' }),
  };
  const service = await connectToAny(given);
  const path = `/targets/${encodeURIComponent(target)}/history`;
  const stretches = await readPages(service, path, query, { key: 'stretches', limit, isEntry: isStretch });
  if (given.json) {
    (await import('../output.ts')).printJson({ stretches });
    return;
  }
  const [{ renderHistory }, { pageOf }] = await Promise.all([
    import('../render/service.ts'),
    import('../render/text.ts'),
  ]);
  process.stdout.write(renderHistory(stretches, pageOf(process.stdout)));
}

/** A day, or a time; without an offset, by the clock of this machine. */
function parseTime(text: string, option: string): string {
  const day = /^\d{4}-\d\d-\d\d$/.test(text);
  const time = new Date(day ? `${text}T00:00:00` : text);
  if (/^\d{4}-/.test(text) && !Number.isNaN(time.getTime())) return time.toISOString();
  throw new UsageError(
    `${option} ${JSON.stringify(text)}: write a time like 2026-01-01 or 2026-01-01T12:00:00Z`,
  );
}

function isStretch(value: unknown): value is HistoryPeriod {
  return hasTexts(value, ['from', 'to', 'kind', 'summary']);
}
