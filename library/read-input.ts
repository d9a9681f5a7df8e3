import type { Problem } from '../configuration/error.ts';
import { show } from '../configuration/expected.ts';
import { problemsOf } from '../configuration/problems.ts';
import { targetSchema } from '../configuration/schema.ts';
import { parseProbeRequest } from '../functions/probe/request.ts';
import type { ProbeRequest } from '../functions/reachability/request.ts';
import { formatTarget } from '../functions/reachability/target.ts';
import type { ExpectedTarget } from '../functions/reachability/verdict.ts';
import { InputError } from './input-error.ts';

/**
 * Reads the list `key` of the options, by the rules of the configuration file, and with a host and a port as well. Each target may be
 * in it once. Adds what is wrong to `problems`.
 */
export function readTargets(inputs: unknown, key: string, problems: Problem[]): ExpectedTarget[] {
  if (!Array.isArray(inputs)) {
    problems.push({ path: [key], text: `${describe(inputs)} a list of targets; write ['example.com:443']` });
    return [];
  }
  const seen = new Map<string, number>();
  return inputs.flatMap((input: unknown, index) => {
    const read = targetSchema.safeParse(asWritten(input));
    if (!read.success) {
      const found = problemsOf(read.error.issues);
      problems.push(...found.map((problem) => ({ ...problem, path: [key, index, ...problem.path] })));
      return [];
    }
    const { labels: _unused, ...target } = read.data;
    const spelling = formatTarget(target);
    const before = seen.get(spelling);
    if (before !== undefined) {
      const text = `${spelling} is already at ${key}[${before}]; remove one of them`;
      problems.push({ path: [key, index], text });
    }
    seen.set(spelling, index);
    return [target];
  });
}

/** Checks the numbers and the size of a request by the probe's own rules. Throws {@link InputError}. */
export function readRequest(request: unknown): ProbeRequest {
  try {
    return parseProbeRequest(request);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError([reason.replace(/^probe request: /, '')], { cause: error });
  }
}

/** `{ host, port }` as the configuration file writes it. */
function asWritten(input: unknown): unknown {
  if (typeof input !== 'object' || input === null || !('host' in input && 'port' in input)) return input;
  const { host, port, addresses: _forProbes, ...rest }: Record<string, unknown> = { ...input };
  if (typeof host !== 'string') return input;
  return { target: formatTarget({ host, port: Number(port) }), ...rest };
}

function describe(value: unknown): string {
  return value === undefined ? 'is missing; it is' : `${show(value)} is not`;
}
