import type { Target } from '../functions/reachability/request.ts';
import { parseTarget as parse } from '../functions/reachability/target.ts';
import type { Expectation } from '../functions/reachability/words.ts';
import { InputError } from './input-error.ts';

/** What vantages should see: one word for all of them, or a word for all and exceptions by the name of a vantage. */
export type ExpectationInput =
  Expectation | { everywhere?: Expectation; vantages?: Record<string, Expectation> };

/** A target as it is written in the configuration file. */
export interface WrittenTarget {
  /** `host:port`. */
  target: string;
  /** What the vantages should see. Default: `open`. */
  expect?: ExpectationInput;
  /** Free words. The scheduled service adds them to history, events and metrics; `check` does not use them. */
  labels?: Record<string, string>;
}

/** A target that is already in two parts, as `parseTarget` returns it and as a verdict has it. */
export interface ParsedTarget extends Target {
  /** What the vantages should see. Default: `open`. */
  expect?: ExpectationInput;
}

/**
 * A target: `'host:port'`, an object as in the configuration file, or a host and a port. The host is a DNS name, an IPv4 literal or an
 * IPv6 literal. In `'host:port'` an IPv6 literal is in brackets.
 */
export type TargetInput = string | WrittenTarget | ParsedTarget;

/**
 * Reads `host:port`. The host comes back in canonical form: a name in lower case without a trailing dot, an IPv6 literal without
 * brackets. Throws {@link InputError}.
 */
export function parseTarget(text: string): Target {
  try {
    return parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError([typeof text === 'string' ? reason : 'a target is a text; write host:port'], {
      cause: error,
    });
  }
}

export { formatTarget } from '../functions/reachability/target.ts';
