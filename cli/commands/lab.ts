import { Command } from 'commander';
import type { ControlAnswer, ControlRequest } from '../../lab/control.ts';
import { printable } from '../../functions/reachability/one-line.ts';
import { interruption } from '../interruption.ts';
import { pageOf, wrap } from '../render/text.ts';

const EXAMPLES = `
Examples:
  synwhere lab up                    in one terminal; Ctrl-C ends it
  synwhere lab                       in another: the faults, and which are on
  synwhere lab break frankfurt-route
  synwhere lab heal frankfurt-route

"synwhere dev --lab" starts its own lab, and the same commands work there.
Nothing leaves this machine.
`;

/** `synwhere lab`. */
export function register(program: Command): void {
  const lab = program
    .command('lab')
    .description('a small internet on this machine, with faults that you switch on and off')
    .addHelpText('after', EXAMPLES)
    .action(() => (lab.args.length > 0 ? refuseUnknown(lab) : ask({ do: 'list' })));
  lab
    .command('list')
    .description('list the faults, and which of them are on')
    .action(() => ask({ do: 'list' }));
  lab
    .command('break')
    .description('switch a fault on')
    .argument('<NAME>')
    .action((name: string) => ask({ do: 'break', name }));
  lab
    .command('heal')
    .description('switch a fault off')
    .argument('<NAME>')
    .action((name: string) => ask({ do: 'heal', name }));
  lab
    .command('up')
    .description('build the lab, print a command for each vantage, and keep it until Ctrl-C')
    .action(holdLab);
  // Last, because commands that are added later inherit it.
  lab.allowExcessArguments();
}

/** Commander suggests a similar name only for a command without an action, such as this copy. */
function refuseUnknown(lab: Command): void {
  const group = new Command(lab.name()).copyInheritedSettings(lab);
  for (const command of lab.commands) group.addCommand(command);
  group.parse(lab.args, { from: 'user' });
}

async function ask(request: ControlRequest): Promise<void> {
  const [{ askControl, CONTROL_SOCKET }, { labErrorsAsUsage }] = await Promise.all([
    import('../../lab/control.ts'),
    import('../lab-usage.ts'),
  ]);
  const { faults } = await labErrorsAsUsage(() => askControl(CONTROL_SOCKET, request));
  process.stdout.write(listed(faults, pageOf(process.stdout).columns));
}

async function holdLab(): Promise<void> {
  const [
    { serveLab },
    { CONTROLS },
    { labErrorsAsUsage },
    { shellQuote },
    { selfCommand },
    { formatTarget },
  ] = await Promise.all([
    import('../../lab/serve.ts'),
    import('../../lab/cities.ts'),
    import('../lab-usage.ts'),
    import('../../lab/shell-quote.ts'),
    import('../self-command.ts'),
    import('../../functions/reachability/target.ts'),
  ]);
  const lab = await labErrorsAsUsage(() => serveLab());
  try {
    const vantages = lab.scene.world.vantages.map(({ name }) => {
      const command = `${lab.world.commandFor(name)} ${selfCommand()} probe -`;
      return `--vantage ${shellQuote(`${name}=${command}`)}`;
    });
    const controls = CONTROLS.map((control) => `--control ${shellQuote(formatTarget(control))}`);
    const targets = lab.scene.targets.map(formatTarget);
    process.stdout.write(`${[...targets, ...controls, ...vantages].join(' \\\n  ')}\n`);
    process.stderr.write('The lab runs; the lines above are arguments for synwhere check. Ctrl-C ends it.\n');
    await new Promise<void>((resolve) => {
      interruption.signal.addEventListener('abort', () => resolve(), { once: true });
      if (interruption.signal.aborted) resolve();
    });
  } finally {
    await lab.close();
  }
  process.exitCode = interruption.exitStatus;
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
