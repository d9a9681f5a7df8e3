import type { Command } from 'commander';
import { printable } from '../../functions/reachability/one-line.ts';
import { EXIT } from '../exit-status.ts';
import { interruption } from '../interruption.ts';

const EXAMPLES = `
Examples:
  synwhere demo
  synwhere demo --reasons
  synwhere demo --json

Nothing leaves this machine. Exit status: 0 every verdict equals the planted truth, 1 one does not.
`;

interface DemoArguments {
  reasons?: boolean;
  json?: boolean;
}

/** `synwhere demo`. */
export function register(program: Command): void {
  program
    .command('demo')
    .description('a small internet on this machine, with faults in it, checked from several vantages')
    .option('--reasons', 'print what each verdict rests on as well')
    .option('--json', 'print {"results":[{"planted":…,"expected":…,"right":…,"verdict":…}]}')
    .addHelpText('after', EXAMPLES)
    .action(runDemo);
}

async function runDemo(given: DemoArguments): Promise<void> {
  const [{ labProblem }, { Progress }, { renderDemo }, { pageOf }] = await Promise.all([
    import('../../lab/available.ts'),
    import('../render/progress.ts'),
    import('../render/demo.ts'),
    import('../render/text.ts'),
  ]);
  const progress = new Progress(process.stderr);
  const listener = {
    say: (line: string) => process.stderr.write(`${printable(line)}\n`),
    onEvent: progress.onEvent,
  };
  const problem = labProblem();
  if (problem !== undefined) listener.say(`${problem}. What loopback can show:`);
  const run =
    problem === undefined
      ? (await import('../demo/in-lab.ts')).runDemoInLab
      : (await import('../demo/on-loopback.ts')).runDemoOnLoopback;
  const results = await run(interruption.signal, listener).finally(() => progress.end());

  if (given.json === true) {
    const plain = results.map(({ truth, verdict, wrong }) => ({
      planted: truth.planted,
      expected: truth.kind,
      right: wrong.length === 0,
      wrong,
      verdict,
    }));
    (await import('../output.ts')).printJson({ results: plain });
  } else {
    process.stdout.write(renderDemo(results, pageOf(process.stdout)));
    if (given.reasons === true) {
      const { renderVerdicts } = await import('../render/verdicts.ts');
      const verdicts = results.map(({ verdict }) => verdict);
      process.stdout.write(`\n${renderVerdicts(verdicts, pageOf(process.stdout))}`);
    }
  }
  const right = results.length > 0 && results.every(({ wrong }) => wrong.length === 0);
  process.exitCode = right ? EXIT.asExpected : EXIT.notAsExpected;
}
