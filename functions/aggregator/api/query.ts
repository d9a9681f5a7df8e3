import { Problem } from './problem.ts';

const MAX_LIMIT = 1000;

/** ISO 8601: a date, or a time with an offset. */
export const TIME_PATTERN =
  String.raw`^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])` +
  String.raw`(T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d))?$`;

/** What the store gives as `nextCursor`: base64url that begins with its version. */
export const CURSOR_PATTERN = '^djE6[A-Za-z0-9_-]{2,1300}$';

/** Refuses parameters that a route does not know: a misspelt filter must not answer with everything. */
export function onlyParameters(query: URLSearchParams, known: readonly string[]): void {
  for (const name of query.keys()) {
    if (!known.includes(name)) {
      const takes = known.length > 0 ? `it takes ${known.join(', ')}` : 'it takes none';
      throw invalid(name, `this route has no parameter ${JSON.stringify(name.slice(0, 80))}; ${takes}`);
    }
    if (query.getAll(name).length > 1) throw invalid(name, `${name} is given more than once`);
  }
}

/** A time, ISO 8601 with an offset, as ISO 8601 in UTC; undefined where absent. */
export function timeParameter(query: URLSearchParams, name: string): string | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  // A plus sign in a query means a space to most readers; an offset is meant here.
  const written = text.replace(/ (\d\d:\d\d)$/, '+$1');
  const wellFormed = new RegExp(TIME_PATTERN).test(written);
  const time = new Date(written);
  if (wellFormed && !Number.isNaN(time.getTime())) return time.toISOString();
  throw invalid(name, `${name} must be an ISO 8601 time like 2026-01-01T00:00:00Z`);
}

/** How many to a page; undefined where absent. */
export function limitParameter(query: URLSearchParams): number | undefined {
  const text = query.get('limit');
  if (text === null) return undefined;
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw invalid('limit', `limit must be a number from 1 to ${MAX_LIMIT}`);
}

/** A `nextCursor` of an earlier answer; undefined where absent. */
export function cursorParameter(query: URLSearchParams): string | undefined {
  const text = query.get('cursor');
  if (text === null || new RegExp(CURSOR_PATTERN).test(text)) return text ?? undefined;
  throw invalid('cursor', 'cursor is none that an answer has given');
}

/** A text that is not empty; undefined where absent. */
export function textParameter(query: URLSearchParams, name: string): string | undefined {
  const text = query.get(name);
  if (text === '') throw invalid(name, `${name} is empty; leave it out or write a value`);
  return text ?? undefined;
}

/** A flag: `?open`, `?open=true` or `?open=false`; undefined where absent. */
export function flagParameter(query: URLSearchParams, name: string): boolean | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (text === '' || text === 'true') return true;
  if (text === 'false') return false;
  throw invalid(name, `${name} must be true or false`);
}

export function invalid(parameter: string, detail: string): Problem {
  return new Problem(422, 'invalid-request', detail, { extensions: { parameter: parameter.slice(0, 80) } });
}
