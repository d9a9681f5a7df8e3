import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseConfiguration } from '../../configuration/load.ts';
import { REMOVED_KEYS } from '../../configuration/removed-keys.ts';

const page = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
const grammar =
  page
    .split('```yaml\n')
    .find((block) => block.startsWith('name:'))
    ?.split('```')[0] ?? '';

test('the grammar in docs/configuration.md is valid, and what it writes are the defaults', () => {
  const { targets: written, ...documented } = parseConfiguration(grammar, 'docs/configuration.md');
  const { targets: one, ...defaults } = parseConfiguration('targets: [a.example:1]', 'f.yaml');
  expect(documented).toEqual(defaults);
  expect([written.length, one.length]).toEqual([3, 1]);
  expect(written[1]?.expect).toEqual({ everywhere: 'open' });
});

test('every key of the grammar is in it, and the removed ones are listed with what to do', () => {
  const schema: unknown = parse(readFileSync(new URL('../../synwhere.schema.json', import.meta.url), 'utf8'));
  const keys = keysOf(schema);
  expect(keys.length).toBeGreaterThan(45);
  const removed = Object.keys(REMOVED_KEYS);
  expect(keys.filter((key) => !new RegExp(`\\b${key}:`).test(grammar))).toEqual(removed);
  expect([...page.matchAll(/^\| `([\w.]+)` +\| \w.*\|$/gm)].map(([, key]) => key)).toEqual(removed);
});

/** The names of all properties in a JSON Schema. */
function keysOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) =>
    key === 'properties'
      ? Object.entries(value ?? {}).flatMap(([name, inner]) => [name, ...keysOf(inner)])
      : keysOf(value),
  );
}
