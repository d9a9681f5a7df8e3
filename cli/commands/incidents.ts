import type { Command } from 'commander';
import type { Incident } from '../../functions/aggregator/incidents/incident.ts';
import { addServiceOptions, connectToAny, parseLimit, type ServiceArguments } from '../deployed/command.ts';
import { askingService } from '../deployed/fault.ts';
import { hasTexts, isTexts, readPages } from '../deployed/pages.ts';

const EXAMPLES = `
Examples:
  synwhere incidents
  synwhere incidents --open --json
  synwhere incidents --subject api.example.com:443
`;

interface IncidentsArguments extends ServiceArguments {
  open?: boolean;
  subject?: string;
  limit: string;
  json?: boolean;
}

/** `synwhere incidents`. */
export function register(program: Command): void {
  const command = program.command('incidents').description('incidents, open ones first');
  addServiceOptions(command)
    .option('--open', 'only open ones')
    .option('--subject <NAME>', 'only those of one target or one vantage')
    .option('--limit <N>', 'how many incidents', '20')
    .option('--json', 'print {"incidents":[…]}')
    .addHelpText('after', EXAMPLES)
    .action((given: IncidentsArguments) => askingService(() => printIncidents(given)));
}

async function printIncidents(given: IncidentsArguments): Promise<void> {
  const limit = parseLimit(given.limit, '--limit');
  const query = {
    ...(given.open && { open: 'true' }),
    ...(given.subject !== undefined && { subject: given.subject }),
  };
  const service = await connectToAny(given);
  const incidents = await readPages(service, '/incidents', query, {
    key: 'incidents',
    limit,
    isEntry: isIncident,
  });
  if (given.json) {
    (await import('../output.ts')).printJson({ incidents });
    return;
  }
  const [{ renderIncidents }, { pageOf }] = await Promise.all([
    import('../render/service.ts'),
    import('../render/text.ts'),
  ]);
  process.stdout.write(renderIncidents(incidents, pageOf(process.stdout)));
}

function isIncident(value: unknown): value is Incident {
  if (!hasTexts(value, ['id', 'kind', 'openedAt'])) return false;
  const { subject, kinds, evidence }: { subject?: unknown; kinds?: unknown; evidence?: unknown } = value;
  const named = hasTexts(subject, ['type', 'target']) || hasTexts(subject, ['type', 'vantage']);
  return named && isTexts(kinds) && hasTexts(evidence, ['summary']);
}
