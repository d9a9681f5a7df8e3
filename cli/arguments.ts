import { LIMITS } from '../configuration/limits.ts';
import { count } from '../functions/reachability/phrases.ts';
import type { ProbeRequest, Target } from '../functions/reachability/request.ts';
import { formatTarget, parseTarget, TargetError } from '../functions/reachability/target.ts';
import { EXPECTATIONS, type Expectation } from '../functions/reachability/words.ts';
import { UsageError } from './usage-error.ts';

const TIMEOUT_LIMITS_MS = [100, 600_000] as const;

/** For commander: collects the values of an option that may be repeated. */
export function collect(value: string, earlier: string[] = []): string[] {
  return [...earlier, value];
}

/** Reads the targets of a command line, each at most once. Throws a UsageError with one line for all problems. */
export function parseTargets(texts: readonly string[], what = 'target'): Target[] {
  if (texts.length > LIMITS.targets) {
    throw new UsageError(
      `${texts.length} ${what}s are too many for one call: at most ${LIMITS.targets}; split the list over several calls`,
    );
  }
  const problems: string[] = [];
  const seen = new Map<string, string>();
  const targets = texts.flatMap((text) => {
    try {
      const target = parseTarget(text);
      const spelling = formatTarget(target);
      const earlier = seen.get(spelling);
      if (earlier !== undefined) problems.push(twice(what, earlier, text, spelling));
      seen.set(spelling, text);
      return [target];
    } catch (error) {
      if (!(error instanceof TargetError)) throw error;
      problems.push(error.message);
      return [];
    }
  });
  const [first] = problems;
  if (first === undefined) return targets;
  throw new UsageError(
    first + (problems.length > 1 ? ` (and ${count(problems.length - 1, 'similar problem')})` : ''),
  );
}

function twice(what: string, earlier: string, text: string, spelling: string): string {
  const same =
    earlier === text
      ? `${what} ${text} is given twice`
      : `${earlier} and ${text} are the same ${what}, ${spelling}`;
  return `${same}; list it once`;
}

/** Reads `--timeout`: milliseconds, or `kernel`. */
export function parseTimeout(text: string): NonNullable<ProbeRequest['timeoutMs']> {
  if (text === 'kernel') return text;
  const [least, most] = TIMEOUT_LIMITS_MS;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (value >= least && value <= most) return value;
  throw new UsageError(
    `--timeout ${text}: write milliseconds from ${least} to ${most}, or kernel for the timeout of the kernel`,
  );
}

/** Reads `--expect`. */
export function parseExpectation(text: string): Expectation {
  const expectation = EXPECTATIONS.find((known) => known === text);
  if (expectation) return expectation;
  throw new UsageError(`--expect ${text}: write ${EXPECTATIONS.join(', ').replace(/, (?=\w+$)/, ' or ')}`);
}
