import { Command, CommanderError } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { register as registerCheck } from './commands/check.ts';
import { register as registerCompare } from './commands/compare.ts';
import { register as registerConfig } from './commands/config.ts';
import { register as registerDemo } from './commands/demo.ts';
import { register as registerDev } from './commands/dev.ts';
import { register as registerExplain } from './commands/explain.ts';
import { register as registerHistory } from './commands/history.ts';
import { register as registerIncidents } from './commands/incidents.ts';
import { register as registerLab } from './commands/lab.ts';
import { register as registerProbe } from './commands/probe.ts';
import { register as registerStatus } from './commands/status.ts';
import { register as registerTrace } from './commands/trace.ts';
import { EXIT, EXIT_BUG } from './exit-status.ts';
import { interruption } from './interruption.ts';
import { printable } from '../functions/reachability/one-line.ts';
import { isUsageError } from './usage-error.ts';

/** The commands in the order of `--help`. The file of a command loads fast: it imports what it needs when it runs. */
const COMMANDS = [
  registerCheck,
  registerProbe,
  registerTrace,
  registerCompare,
  registerExplain,
  registerDemo,
  registerLab,
  registerStatus,
  registerHistory,
  registerIncidents,
  registerDev,
  registerConfig,
];

const EXAMPLES = `
Examples:
  synwhere check example.com:443
  synwhere check db.internal:5432 --vantage "office=ssh office synwhere probe -" --vantage "here=synwhere probe -"
  synwhere check                                        the targets of ./synwhere.yaml
  synwhere probe 192.0.2.7:22

Exit status: 0 all targets are as expected, 1 some target is not, 2 wrong usage or configuration, 3 no conclusion.
Environment: SYNWHERE_DEBUG=1 adds the stack trace to the message of an internal error.
`;

/** The command line, with every command and its options. */
export function createProgram(): Command {
  const program = new Command('synwhere')
    .description('Sends a TCP SYN from many places at once and reports whose fault a failed connection is.')
    .version(packageJson.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(`${complaint(text)}\n`) })
    .addHelpText('after', EXAMPLES);
  for (const register of COMMANDS) register(program);
  return program;
}

/** Commander prints an error and its suggestion on two lines. This is one line. */
function complaint(text: string): string {
  const line = printable(text.replace(/^error: /, ''));
  const target = /^unknown command '(?<word>[^']*:\d+)'/.exec(line)?.groups?.['word'];
  if (target !== undefined) return `synwhere: no command given for ${target}; write synwhere check ${target}`;
  const complete = line.replace(/\. Expected (\d+) arguments? but got (\d+)\.$/, ' (expected $1, got $2)');
  return `synwhere: ${complete}; see synwhere --help`;
}

/** Runs one command line (as in `process.argv`) and resolves to its exit status. Every error is one line on stderr. */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync(argv);
    return Number(process.exitCode ?? EXIT.asExpected);
  } catch (error) {
    if (interruption.signal.aborted) return interruption.exitStatus;
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.asExpected : EXIT.wrongUsage;
    const message = printable(error instanceof Error ? error.message : String(error));
    if (isUsageError(error)) {
      process.stderr.write(`synwhere: ${message}\n`);
      return EXIT.wrongUsage;
    }
    const stack = process.env['SYNWHERE_DEBUG']
      ? stackOf(error)
      : '; set SYNWHERE_DEBUG=1 to see the stack trace';
    process.stderr.write(`synwhere: internal error: ${message}${stack}\n`);
    return EXIT_BUG;
  }
}

function stackOf(error: unknown): string {
  const stack = error instanceof Error ? error.stack : undefined;
  return (stack ?? 'no stack trace')
    .split('\n')
    .map((line) => `\n  ${printable(line)}`)
    .join('');
}
