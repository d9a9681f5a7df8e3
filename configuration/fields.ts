import { z } from 'zod';
import { parseTarget } from '../functions/reachability/target.ts';
import { canonicalAllowListEntry } from './allow-list.ts';
import { canonicalCidr } from './cidr.ts';
import { expected, messageOf, show } from './expected.ts';

/**
 * A map with exactly these keys. For an unknown key the message carries the known ones, which problems.ts turns into words for each
 * unknown key at its own line.
 */
export function section<Shape extends z.core.$ZodShape>(shape: Shape) {
  const example = Object.keys(shape)
    .slice(0, 3)
    .map((key) => `\`${key}: …\``)
    .join(', ');
  const { error } = expected('a map', `${example} below it, or remove it`);
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? Object.keys(shape).join(' ') : error(issue)),
  });
}

export function integer(what: string, min: number, max: number, example: string) {
  const words = expected(`${what} from ${min} to ${max}`, example);
  return z.int(words).min(min, words).max(max, words);
}

export function text(what: string, example: string, minLength = 1, maxLength = 1000) {
  const words = expected(what, example);
  return z.string(words).min(minLength, words).max(maxLength, words);
}

export function flag(example: string) {
  return z.boolean(expected('true or false', example));
}

export const targetText = parsed('a target', '`api.example.com:443`', parseTarget);

export const allowListEntry = parsed('a target', '`api.example.com:443`', canonicalAllowListEntry);

export const cidr = parsed('a network', '`10.1.0.0/16`', (written) => {
  try {
    return canonicalCidr(written);
  } catch (error) {
    throw new Error(`${show(written)} ${messageOf(error)}`, { cause: error });
  }
});

export const instant = z.iso.datetime({
  offset: true,
  ...expected('a time with an offset', '`2026-03-01T22:00:00Z` or `2026-03-01T23:00:00+01:00`'),
});

/** Text that a parser turns into something else; the parser's error is the message. */
function parsed<Value>(what: string, example: string, parse: (written: string) => Value) {
  return z.string(expected(what, example)).transform((written, ctx) => {
    try {
      return parse(written);
    } catch (error) {
      ctx.issues.push({ code: 'custom', message: messageOf(error), input: written });
      return z.NEVER;
    }
  });
}
