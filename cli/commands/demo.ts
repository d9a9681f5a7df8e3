import type { Command } from 'commander';
import { printable } from '../../functions/reachability/one-line.ts';
import type { CaseResult } from '../../lab/catalogue/compare.ts';
import type { runDemoOnLoopback } from '../demo/on-loopback.ts';
import { EXIT } from '../exit-status.ts';
import { interruption } from '../interruption.ts';

const EXAMPLES = `
Examples:
  synwhere demo
  synwhere demo --reasons
  synwhere demo --json

Nothing leaves this machine. Exit status: 0 every verdict is correct, 1 at least one is wrong.
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
    .option('--reasons', 'print the reasons of each verdict as well')
    .option('--json', 'print {"results":[{"planted":…,"expected":…,"right":…,"verdict":…}]}')
    .addHelpText('after', EXAMPLES)
    .action(runDemo);
}

async function runDemo(given: DemoArguments): Promise<void> {
  const [{ labProblem }, { Progress }, { renderDemo }, { pageOf }, { selfCommand }] = await Promise.all([
    import('../../lab/available.ts'),
    import('../render/progress.ts'),
    import('../render/demo.ts'),
    import('../render/text.ts'),
    import('../self-command.ts'),
  ]);
  const progress = new Progress(process.stderr);
  const { signal } = interruption;
  const options = { program: selfCommand(), signal, onEvent: progress.onEvent };
  const problem = labProblem();
  const run = problem === undefined ? runInLab(options) : runOnLoopback(problem, options);
  const results = await run.finally(() => progress.end());

  if (given.json === true) {
    const plain = results.map(({ truth, expected, verdict, wrong }) => ({
      planted: truth.planted,
      expected,
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

type DemoOptions = Parameters<typeof runDemoOnLoopback>[0];

async function runInLab(options: DemoOptions): Promise<CaseResult[]> {
  const [{ demoScene }, { runScene }] = await Promise.all([
    import('../../lab/catalogue/demo.ts'),
    import('../demo/run-scene.ts'),
  ]);
  const scene = demoScene();
  if (scene.leftOut !== undefined) report(scene.leftOut);
  return runScene(scene, {
    ...options,
    traces: true,
    onPlanted: ({ spec }, faults) =>
      report(
        `An internet of ${spec.vantages.length} cities and ${spec.routers.length} routers in network namespaces, with ${faults} faults in it.`,
      ),
  });
}

async function runOnLoopback(problem: string, options: DemoOptions): Promise<CaseResult[]> {
  report(`${problem}. What loopback can show:`);
  return (await import('../demo/on-loopback.ts')).runDemoOnLoopback(options);
}

function report(line: string): void {
  process.stderr.write(`${printable(line)}\n`);
}
