import { Problem } from './problem.ts';

const MAX_LIMIT = 1000;

export const INVALID_CURSOR = 'cursor must be the nextCursor of an earlier answer';

/** ISO 8601: a date, or a time with an offset. */
export const TIME_PATTERN =
  String.raw`^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])` +
  String.raw`(T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d))?$`;

/** The format of `nextCursor`: base64url that begins with its version. */
export const CURSOR_PATTERN = '^djE6[A-Za-z0-9_-]{2,1300}$';

/** Rejects unknown and repeated parameters: a request with a misspelt filter must not return everything. */
export function onlyParameters(query: URLSearchParams, known: readonly string[]): void {
  for (const name of query.keys()) {
    if (!known.includes(name)) {
      const valid = known.length > 0 ? `its parameters are ${known.join(', ')}` : 'it has no parameters';
      throw invalid(name, `this route has no parameter ${JSON.stringify(name.slice(0, 80))}; ${valid}`);
    }
    if (query.getAll(name).length > 1) throw invalid(name, `${name} is repeated; send it once`);
  }
}

/** Converts an ISO 8601 time with an offset to UTC. Undefined: the parameter is absent. */
export function timeParameter(query: URLSearchParams, name: string): string | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  // Most parsers of queries read a plus sign as a space. Here it is part of the offset.
  const written = text.replace(/ (\d\d:\d\d)$/, '+$1');
  const wellFormed = new RegExp(TIME_PATTERN).test(written);
  const time = new Date(written);
  if (wellFormed && !Number.isNaN(time.getTime())) return time.toISOString();
  throw invalid(name, `${name} must be an ISO 8601 time like 2026-01-01T00:00:00Z`);
}

/** The number of entries on a page. Undefined: the parameter is absent. */
export function limitParameter(query: URLSearchParams): number | undefined {
  const text = query.get('limit');
  if (text === null) return undefined;
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw invalid('limit', `limit must be a number from 1 to ${MAX_LIMIT}`);
}

/** A `nextCursor` of an earlier answer. Undefined: the parameter is absent. */
export function cursorParameter(query: URLSearchParams): string | undefined {
  const text = query.get('cursor');
  if (text === null || new RegExp(CURSOR_PATTERN).test(text)) return text ?? undefined;
  throw invalid('cursor', INVALID_CURSOR);
}

/** A text that is not empty. Undefined: the parameter is absent. */
export function textParameter(query: URLSearchParams, name: string): string | undefined {
  const text = query.get(name);
  if (text === '') throw invalid(name, `${name} is empty; omit it or give it a value`);
  return text ?? undefined;
}

/** A flag: `?open`, `?open=true` or `?open=false`. Undefined: the parameter is absent. */
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
