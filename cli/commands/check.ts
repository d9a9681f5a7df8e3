import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { Configuration } from '../../configuration/configuration.ts';
import { DEFAULT_CONFIG } from '../../configuration/defaults.ts';
import { HERE } from '../../configuration/limits.ts';
import { PROBE_DEFAULTS, type Target } from '../../functions/reachability/request.ts';
import { formatTarget } from '../../functions/reachability/target.ts';
import type { ExpectedTarget, Verdict } from '../../functions/reachability/verdict.ts';
import type { Expectation } from '../../functions/reachability/words.ts';
import { collect, parseExpectation, parseTargets, parseTimeout } from '../arguments.ts';
import { exitStatusOf } from '../exit-status.ts';
import { interruption } from '../interruption.ts';
import { readConfiguration } from '../read-configuration.ts';
import { UsageError } from '../usage-error.ts';

const EXAMPLES = `
Examples:
  synwhere check example.com:443 [2001:db8::1]:22
  synwhere check db.internal:5432 --vantage "tokyo=ssh tokyo synwhere probe -" --vantage here
  synwhere check 192.0.2.7:23 --expect refused --json
  synwhere check                                        the targets of synwhere.yaml, with its controls
  synwhere check --brief | grep -v ✓                    one line for each target that is not as expected
  synwhere check api.example.com:443 --config synwhere.yaml --vantage eu-west-1
  synwhere check --deployed                             the deployed service checks, from its regions
  synwhere check api.example.com:443 --deployed --here  this machine and the regions: is the fault here?

The shell runs the COMMAND of a vantage. It gets a probe request as JSON on stdin and prints a report as JSON on stdout.
A control is a target that is known to be up. A vantage that cannot reach its controls is at fault itself.
`;

interface CheckArguments {
  vantage?: string[];
  control?: string[];
  expect?: string;
  timeout?: string;
  config?: string;
  trace: boolean;
  deployed?: boolean;
  here?: boolean;
  endpoint?: string;
  brief?: boolean;
  json?: boolean;
}

/** `synwhere check`. */
export function register(program: Command): void {
  program
    .command('check')
    .description('check targets once from all vantages: are they up, and if not, who is at fault')
    .argument('[TARGET...]', `host:port; without any, those of the configuration (default ${DEFAULT_CONFIG})`)
    .option('--vantage <NAME=COMMAND>', 'a vantage behind a command; repeat for more', collect)
    .option('--control <TARGET>', 'a target known to be up; repeat for more', collect)
    .option('--expect <WHAT>', 'open (default), refused or silent')
    .option(
      '--timeout <MS|kernel>',
      `connect timeout (default ${PROBE_DEFAULTS.timeoutMs}); kernel: the timeout of the kernel`,
    )
    .option('--config <FILE>', 'targets, controls, regions and vantages, as in synwhere.yaml')
    .option('--no-trace', 'do not trace the path where a verdict is about a path')
    .option(
      '--deployed',
      'let the deployed service check; its onDemand settings decide which targets are allowed',
    )
    .option('--here', 'with --deployed: this machine and the regions of the configuration, in one verdict')
    .option(
      '--endpoint <URL>',
      'with --deployed: the URL of the service; default: found by the configuration',
    )
    .option('--brief', 'print one line for each target and nothing else; not with --json')
    .option('--json', 'print {"verdicts":[…]} in the order of the targets')
    .addHelpText('after', EXAMPLES)
    .action(runCheck);
}

async function runCheck(texts: string[], given: CheckArguments): Promise<void> {
  if (given.brief && given.json) throw new UsageError('--brief and --json exclude each other; leave one out');
  const timeoutMs = given.timeout === undefined ? undefined : parseTimeout(given.timeout);
  const expectation = given.expect === undefined ? undefined : parseExpectation(given.expect);
  const named = parseTargets(texts);
  if (given.deployed) refuseWithDeployed(given);
  else if (given.here || given.endpoint !== undefined) {
    throw new UsageError(`${given.here ? '--here' : '--endpoint'} can be used only with --deployed`);
  }
  if (given.deployed && !given.here) {
    const { checkDeployed } = await import('../deployed/check.ts');
    const { askingService } = await import('../deployed/fault.ts');
    await askingService(async () => {
      const asked = {
        ...(named.length > 0 && { targets: named.map(formatTarget) }),
        ...(expectation && { expect: expectation }),
        ...(typeof timeoutMs === 'number' && { timeoutMs }),
      };
      await conclude(await checkDeployed(asked, given), given);
    });
    return;
  }
  const controls = given.control ? parseTargets(given.control, 'control') : undefined;
  const file = given.config ?? (given.here || isConfigured(named) ? DEFAULT_CONFIG : undefined);
  const configuration = file === undefined ? undefined : await readConfiguration(file);
  const targets = chooseTargets(named, configuration, expectation);
  const { chooseVantages } = await import('../vantages.ts');
  if (given.here && configuration?.regions.length === 0) {
    throw new UsageError(`--here: ${file} has no regions for this machine to stand beside`);
  }
  const besides = given.here ? [...(configuration?.regions ?? []), HERE] : undefined;
  const vantages = chooseVantages(besides ?? given.vantage ?? [], configuration);

  const [{ check }, { Progress }] = await Promise.all([
    import('../../library/check.ts'),
    import('../render/progress.ts'),
  ]);
  const progress = new Progress(process.stderr);
  const silenceMs = timeoutMs ?? configuration?.probe.timeoutMs;
  const verdicts = await check({
    targets,
    vantages,
    controls: controls ?? configuration?.controls ?? [],
    ...(silenceMs !== undefined && { timeoutMs: silenceMs }),
    ...(configuration && { attempts: configuration.probe.attempts }),
    traces: given.trace,
    signal: interruption.signal,
    onEvent: progress.onEvent,
  }).finally(() => {
    progress.end();
  });

  await conclude(verdicts, given);
}

async function conclude(verdicts: readonly Verdict[], given: CheckArguments): Promise<void> {
  const { printVerdicts } = await import('../output.ts');
  printVerdicts(verdicts, given);
  process.exitCode = exitStatusOf(verdicts);
}

/** The service has its own vantages, controls and timeouts. */
function refuseWithDeployed({ vantage, control, timeout, here, endpoint }: CheckArguments): void {
  if (vantage) throw new UsageError('--deployed checks from the regions; leave --vantage out');
  if (control && !here)
    throw new UsageError('--deployed uses the controls of its configuration; leave --control out');
  if (timeout === 'kernel' && !here)
    throw new UsageError('--deployed does not take --timeout kernel; write --timeout in ms');
  if (here && endpoint !== undefined) {
    throw new UsageError('--here calls the probes themselves; name the --config instead of the --endpoint');
  }
}

/** Whether the targets come from the configuration of this directory: none is named, and the file exists. */
function isConfigured(named: readonly Target[]): boolean {
  return named.length === 0 && existsSync(DEFAULT_CONFIG);
}

/** The named targets, else the configured ones. `--expect` overrides the configuration. */
function chooseTargets(
  named: readonly Target[],
  configuration: Configuration | undefined,
  expectation: Expectation | undefined,
): ExpectedTarget[] {
  const configured = new Map(configuration?.targets.map((target) => [formatTarget(target), target]));
  if (named.length === 0 && configured.size === 0) {
    throw new UsageError(
      configuration
        ? 'no target: the configuration has none; write synwhere check HOST:PORT'
        : `no target: write synwhere check HOST:PORT, or write targets into ${DEFAULT_CONFIG} (it is not in this directory; --config names another)`,
    );
  }
  const targets = named.length > 0 ? named : [...configured.values()];
  return targets.map(({ host, port }) => {
    const expect = expectation
      ? { everywhere: expectation }
      : configured.get(formatTarget({ host, port }))?.expect;
    return { host, port, ...(expect && { expect }) };
  });
}
