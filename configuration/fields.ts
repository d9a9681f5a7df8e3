import { z } from 'zod';
import { parseTarget } from '../functions/reachability/target.ts';
import { canonicalAllowListEntry } from './allow-list.ts';
import { canonicalCidr } from './cidr.ts';
import { expected, isMap, messageOf, show, type Hint } from './expected.ts';
import { LIMITS } from './limits.ts';
import { nearest } from './nearest.ts';
import { ALL_REGIONS } from './regions.ts';

/**
 * A map with exactly these keys. For unknown keys the message has the known ones; problems.ts makes a message for each unknown key of it.
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

/** A list of at least `min` and at most `max` items. */
export function list<Item extends z.ZodType>(
  item: Item,
  what: string,
  example: string,
  min = 0,
  max: number = LIMITS.list,
) {
  const range = min === 0 ? `at most ${max}` : `${min} to ${max}`;
  const count = {
    error: ({ input }: { input?: unknown }) =>
      `has ${Array.isArray(input) ? input.length : 0} ${what}; write ${range}`,
  };
  return z
    .array(item, expected(`a list of ${what}`, `a list such as \`${example.replaceAll('`', '')}\``))
    .min(min, count)
    .max(max, count);
}

/**
 * A value of one of several shapes. Where it has none of them, the message is the hint. Without a hint, problems.ts takes the problems
 * of the likeliest shape.
 */
export function oneOf<const Shapes extends readonly z.ZodType[]>(
  shapes: Shapes,
  hint: Hint = () => undefined,
) {
  return z.union(shapes, { error: ({ input }) => hint(input) ?? '' });
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

export const targetText = parsed('a target', '`api.example.com:443`', parseTarget, spacedTarget);

export const allowListEntry = parsed(
  'a target',
  '`api.example.com:443`',
  canonicalAllowListEntry,
  spacedTarget,
);

/** What to write in place of a map such as `{ api.example.com: 443 }`: in YAML, a colon and a space make a map. */
export function spacedTarget(value: unknown): string | undefined {
  const [entry, ...others] = isMap(value) ? Object.entries(value) : [];
  if (!entry || others.length > 0 || typeof entry[1] !== 'number') return undefined;
  const [host, port] = entry;
  const target = `${host}:${port}`;
  try {
    canonicalAllowListEntry(target);
  } catch {
    return undefined;
  }
  const written = /^[[*]/.test(target) ? `'${target}'` : target;
  return `YAML reads ${show(`${host}: ${port}`)} as a map; write ${written} without the space`;
}

const regionWords = expected('the name of an AWS region', '`eu-central-1`', (input) => {
  const meant = typeof input === 'string' ? nearest(input, ALL_REGIONS) : undefined;
  return meant && `${show(input)} is not the name of an AWS region; did you mean ${meant}?`;
});

/** The name of an AWS region. A name that this version does not know is accepted, with a warning (consistency.ts). */
export const region = z.string(regionWords).regex(/^[a-z]{2,4}(-[a-z]{1,16}){1,3}-\d{1,2}$/, regionWords);

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

/** Text that a parser turns into something else. The message is the error of the parser. */
function parsed<Value>(
  what: string,
  example: string,
  parse: (written: string) => Value,
  hint: Hint = () => undefined,
) {
  return z.string(expected(what, example, hint)).transform((written, ctx) => {
    try {
      return parse(written);
    } catch (error) {
      ctx.issues.push({ code: 'custom', message: messageOf(error), input: written });
      return z.NEVER;
    }
  });
}
