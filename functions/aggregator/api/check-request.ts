import type { Configuration } from '../../../configuration/configuration.ts';
import type { ExpectedTarget } from '../../reachability/verdict.ts';
import type { Expectation } from '../../reachability/words.ts';
import { EXPECTATIONS } from '../../reachability/words.ts';
import { formatTarget, parseTarget, TargetError } from '../../reachability/target.ts';
import { requireAllowed, sameTarget } from './allowed-targets.ts';
import { Problem } from './problem.ts';

/** A check as a caller asked for it, validated. */
export interface CheckRequest {
  targets: ExpectedTarget[];
  timeoutMs?: number;
}

/** Longer would outlast the probes' own deadline; shorter sends fewer than three SYNs and proves nothing. */
const TIMEOUT_MS = { least: 500, most: 10_000 } as const;
const KEYS = ['targets', 'expect', 'timeoutMs'];

/**
 * Reads what `POST /checks` and the direct invoke `{"check": …}` take: `{ "targets"?: ["host:port", …], "expect"?, "timeoutMs"? }`.
 * Without `targets`, the configured ones. A configured target brings its own expectations unless `expect` overrides them.
 * Throws a 4xx {@link Problem} that names the place with a JSON pointer.
 */
export function parseCheckRequest(value: unknown, configuration: Configuration): CheckRequest {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid('', `a check must be a JSON object, not ${describe(value)}`);
  }
  for (const key of Object.keys(value)) {
    if (!KEYS.includes(key)) {
      throw invalid(
        `/${escapePointer(key)}`,
        `unknown key ${quote(JSON.stringify(key))}; a check takes ${KEYS.join(', ')}`,
      );
    }
  }
  const { targets, expect, timeoutMs }: { targets?: unknown; expect?: unknown; timeoutMs?: unknown } = value;
  const expectation = parseExpectation(expect);
  const chosen = targets === undefined ? configuration.targets : parseTargets(targets, configuration);
  if (chosen.length === 0) throw invalid('/targets', 'no target is given and none is configured');
  return {
    targets: chosen.map(({ host, port, expect: own }) => {
      const expected = expectation ? { everywhere: expectation } : own;
      return { host, port, ...(expected && { expect: expected }) };
    }),
    ...(timeoutMs !== undefined && { timeoutMs: parseTimeout(timeoutMs) }),
  };
}

function parseTargets(value: unknown, configuration: Configuration): ExpectedTarget[] {
  if (!Array.isArray(value)) throw invalid('/targets', `targets must be a list, not ${describe(value)}`);
  const { maxTargets } = configuration.onDemand;
  if (value.length === 0) {
    throw invalid('/targets', 'the list of targets is empty; leave it out to check the configured ones');
  }
  if (value.length > maxTargets) {
    throw new Problem(
      422,
      'too-many-targets',
      `${value.length} targets in one call; onDemand.maxTargets is ${maxTargets}`,
      { extensions: { pointer: '/targets', maxTargets } },
    );
  }
  const parsed = value.map((text: unknown, index) => {
    const pointer = `/targets/${index}`;
    if (typeof text !== 'string') {
      throw invalid(pointer, `a target must be a string like "host:port", not ${describe(text)}`);
    }
    try {
      return parseTarget(text);
    } catch (error) {
      if (error instanceof TargetError) throw invalid(pointer, error.message);
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

function parseExpectation(value: unknown): Expectation | undefined {
  if (value === undefined) return undefined;
  const known = EXPECTATIONS.find((expectation) => expectation === value);
  if (known) return known;
  throw invalid('/expect', `expect must be ${EXPECTATIONS.join(', ')}, not ${describe(value)}`);
}

function parseTimeout(value: unknown): number {
  const { least, most } = TIMEOUT_MS;
  if (typeof value === 'number' && value >= least && value <= most) return Math.round(value);
  throw invalid('/timeoutMs', `timeoutMs must be a number from ${least} to ${most}, not ${describe(value)}`);
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

/** RFC 6901, section 3; cut so that a hostile key stays one short line. */
function escapePointer(key: string): string {
  return key.slice(0, 80).replaceAll('~', '~0').replaceAll('/', '~1');
}
