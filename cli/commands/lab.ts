import { Command } from 'commander';
import type { ControlAnswer, ControlRequest } from '../../lab/control.ts';
import { printable } from '../../functions/reachability/one-line.ts';
import { interruption } from '../interruption.ts';
import { pageOf, wrap } from '../render/text.ts';
import { UsageError } from '../usage-error.ts';

const EXAMPLES = `
Examples:
  synwhere lab up                    in one terminal; Ctrl-C ends it
  synwhere lab                       in another: which faults there are, and which are on
  synwhere lab break frankfurt-route
  synwhere lab heal frankfurt-route

"synwhere dev --lab" brings a lab of its own, which the same commands break and heal. Nothing leaves this machine.
`;

/** `synwhere lab`. */
export function register(program: Command): void {
  const lab = program
    .command('lab')
    .description('a small internet on this machine to break and to heal')
    .addHelpText('after', EXAMPLES)
    .action(() => (lab.args.length > 0 ? refuseUnknown(lab) : tell({ do: 'list' })));
  lab
    .command('list')
    .description('the faults there are, and which are on')
    .action(() => tell({ do: 'list' }));
  lab
    .command('break')
    .description('switch a fault on')
    .argument('<NAME>')
    .action((name: string) => tell({ do: 'break', name }));
  lab
    .command('heal')
    .description('switch a fault off')
    .argument('<NAME>')
    .action((name: string) => tell({ do: 'heal', name }));
  lab
    .command('up')
    .description('build it, print a command for each vantage, and hold it until Ctrl-C')
    .action(holdLab);
  // Last, for commands of the group inherit it when they are made.
  lab.allowExcessArguments();
}

/** Commander suggests what was meant only for a command that does nothing by itself, as this copy. */
function refuseUnknown(lab: Command): void {
  const group = new Command(lab.name()).copyInheritedSettings(lab);
  for (const command of lab.commands) group.addCommand(command);
  group.parse(lab.args, { from: 'user' });
}

async function tell(request: ControlRequest): Promise<void> {
  const { askControl, CONTROL_SOCKET } = await import('../../lab/control.ts');
  const { faults } = await asUsage(() => askControl(CONTROL_SOCKET, request));
  process.stdout.write(listed(faults, pageOf(process.stdout).columns));
}

async function holdLab(): Promise<void> {
  const [{ serveLab }, { shellQuote }, { selfCommand }, { formatTarget }] = await Promise.all([
    import('../../lab/serve.ts'),
    import('../../lab/shell-quote.ts'),
    import('../self-command.ts'),
    import('../../functions/reachability/target.ts'),
  ]);
  const lab = await asUsage(() => serveLab());
  try {
    const vantages = lab.scene.world.vantages.map(({ name }) => {
      const command = `${lab.world.commandFor(name)} ${selfCommand()} probe -`;
      return `--vantage ${shellQuote(`${name}=${command}`)}`;
    });
    const controls = lab.scene.controls.map((control) => `--control ${shellQuote(formatTarget(control))}`);
    const targets = lab.scene.targets.map(formatTarget);
    process.stdout.write(`${[...targets, ...controls, ...vantages].join(' \\\n  ')}\n`);
    process.stderr.write(
      'The lab stands; the lines above are arguments for synwhere check. Ctrl-C ends it.\n',
    );
    await new Promise<void>((resolve) => {
      interruption.signal.addEventListener('abort', () => resolve(), { once: true });
      if (interruption.signal.aborted) resolve();
    });
  } finally {
    await lab.close();
  }
  process.exitCode = interruption.exitStatus;
}

/** What the lab cannot do is for its user to mend. */
async function asUsage<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && error.name === 'LabError') throw new UsageError(error.message);
    throw error;
  }
}

function listed(faults: Extract<ControlAnswer, { faults: unknown }>['faults'], columns: number): string {
  const width = Math.max(...faults.map(({ name }) => name.length));
  return faults
    .flatMap(({ name, does, on }) =>
      wrap(does, columns, `${on ? '✗' : ' '} ${printable(name).padEnd(width)}  `),
    )
    .map((line) => `${line}\n`)
    .join('');
}
