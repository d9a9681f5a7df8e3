import * as z from 'zod/mini';
import type { Configuration } from '../../../configuration/configuration.ts';
import { CHECK_TIMEOUT_MS } from '../../../configuration/limits.ts';
import type { ExpectedTarget } from '../../reachability/verdict.ts';
import { EXPECTATIONS } from '../../reachability/words.ts';
import { formatTarget, parseTarget, TargetError } from '../../reachability/target.ts';
import { requireAllowed, sameTarget } from './allowed-targets.ts';
import { Problem } from './problem.ts';
import { checkRequestSchema } from './schemas.ts';

/** A validated request for a check. */
export interface CheckRequest {
  targets: ExpectedTarget[];
  timeoutMs?: number;
}

/**
 * Reads the body of `POST /checks` or the event `{"check": …}`: `{ "targets"?: ["host:port", …], "expect"?, "timeoutMs"? }`.
 * Default of `targets`: the configured targets. A configured target has its own expectations unless `expect` overrides them.
 * Throws a 4xx {@link Problem} with a JSON pointer to the invalid value.
 */
export function parseCheckRequest(value: unknown, configuration: Configuration): CheckRequest {
  const schema = checkRequestSchema(configuration.onDemand.maxTargets);
  const result = z.safeParse(schema, value, { reportInput: true });
  // The parser of targets gives a better reason than the pattern does, and accepts surrounding spaces.
  const issue = result.error?.issues.find(({ code }) => code !== 'invalid_format');
  if (issue) throw problemOf(issue, configuration);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the schema has validated everything but the text of targets
  const { targets, expect, timeoutMs } = value as z.output<typeof schema>;
  const selected = targets === undefined ? configuration.targets : parseTargets(targets, configuration);
  if (selected.length === 0) throw invalid('/targets', 'the request has no target and none is configured');
  return {
    targets: selected.map(({ host, port, expect: own }) => {
      const expected = expect ? { everywhere: expect } : own;
      return { host, port, ...(expected && { expect: expected }) };
    }),
    ...(timeoutMs !== undefined && { timeoutMs: Math.round(timeoutMs) }),
  };
}

function parseTargets(targets: readonly string[], configuration: Configuration): ExpectedTarget[] {
  const parsed = targets.map((text, index) => {
    try {
      return parseTarget(text);
    } catch (error) {
      if (error instanceof TargetError) throw invalid(`/targets/${index}`, error.message);
      throw error;
    }
  });
  const seen = new Map<string, number>();
  for (const [index, target] of parsed.entries()) {
    const text = formatTarget(target);
    const first = seen.get(text);
    if (first !== undefined) {
      throw invalid(`/targets/${index}`, `${text} is listed twice, first at /targets/${first}`);
    }
    seen.set(text, index);
    requireAllowed(target, configuration);
  }
  return parsed.map(
    (target) => configuration.targets.find((configured) => sameTarget(configured, target)) ?? target,
  );
}

const MUST_BE: Record<string, string> = {
  targets: 'targets must be a list',
  expect: `expect must be ${EXPECTATIONS.join(', ')}`,
  timeoutMs: `timeoutMs must be a number from ${CHECK_TIMEOUT_MS.least} to ${CHECK_TIMEOUT_MS.most}`,
};

function problemOf(issue: z.core.$ZodIssue, { onDemand: { maxTargets } }: Configuration): Problem {
  const { code, path, input } = issue;
  const [key, index] = path.map(String);
  if (key === undefined && code === 'unrecognized_keys') {
    const [unknown = ''] = issue.keys;
    return invalid(
      `/${escapePointer(unknown)}`,
      `unknown key ${quote(JSON.stringify(unknown))}; the keys of a check are ${Object.keys(MUST_BE).join(', ')}`,
    );
  }
  if (key === undefined) return invalid('', `a check must be a JSON object, not ${describe(input)}`);
  if (index !== undefined) {
    return invalid(`/${key}/${index}`, `a target must be a string like "host:port", not ${describe(input)}`);
  }
  if (key === 'targets' && code === 'too_small') {
    return invalid('/targets', 'the list of targets is empty; omit it to check the configured targets');
  }
  if (key === 'targets' && code === 'too_big') {
    return new Problem(
      422,
      'too-many-targets',
      `${Array.isArray(input) ? input.length : 'too many'} targets in one request; onDemand.maxTargets is ${maxTargets}`,
      { extensions: { pointer: '/targets', maxTargets } },
    );
  }
  return invalid(`/${key}`, `${MUST_BE[key] ?? key}, not ${describe(input)}`);
}

function invalid(pointer: string, detail: string): Problem {
  return new Problem(422, 'invalid-request', detail, { extensions: { pointer } });
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return quote(JSON.stringify(value));
}

function quote(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** RFC 6901, section 3. A long key is shortened, so that a hostile one stays short. */
function escapePointer(key: string): string {
  return key.slice(0, 80).replaceAll('~', '~0').replaceAll('/', '~1');
}
