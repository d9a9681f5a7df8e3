import type { DeployedService } from './service.ts';
import { ServiceFault } from './fault.ts';

/** The largest page of the service. */
const PAGE_LIMIT = 500;

/** Reads up to `limit` entries of a route that answers in pages. `key` is the name of the list in each page. */
export async function readPages<Entry>(
  service: DeployedService,
  path: string,
  query: Record<string, string>,
  { key, limit, isEntry }: { key: string; limit: number; isEntry: (value: unknown) => value is Entry },
): Promise<Entry[]> {
  const entries: Entry[] = [];
  let cursor: string | undefined;
  do {
    const parameters = new URLSearchParams({
      ...query,
      limit: String(Math.min(PAGE_LIMIT, limit - entries.length)),
      ...(cursor !== undefined && { cursor }),
    });
    const page = await service.get(`${path}?${parameters.toString()}`);
    const list: unknown = typeof page === 'object' && page !== null ? Reflect.get(page, key) : undefined;
    if (!Array.isArray(list) || !list.every(isEntry))
      throw new ServiceFault(`the answer of the service has no ${key}`);
    entries.push(...list);
    const next: unknown =
      typeof page === 'object' && page !== null ? Reflect.get(page, 'nextCursor') : undefined;
    cursor = typeof next === 'string' && list.length > 0 ? next : undefined;
  } while (cursor !== undefined && entries.length < limit);
  return entries.slice(0, limit);
}

/** Whether a value is an object in which each of these keys has a string. */
export function hasTexts(value: unknown, keys: readonly string[]): value is object {
  return (
    typeof value === 'object' &&
    value !== null &&
    keys.every((key) => typeof Reflect.get(value, key) === 'string')
  );
}

/** Whether a value is a list of strings. */
export function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}
