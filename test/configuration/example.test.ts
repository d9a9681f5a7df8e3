import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { jsonSchemaText } from '../../configuration/json-schema.ts';
import { loadConfiguration, parseConfiguration } from '../../configuration/load.ts';
import { REMOVED_KEYS } from '../../configuration/removed-keys.ts';
import { fileSchema } from '../../configuration/schema.ts';
import { configurationWarnings } from '../../configuration/warnings.ts';

const FILE = new URL('../../synwhere.yaml', import.meta.url).pathname;
const example = readFileSync(FILE, 'utf8');

describe('synwhere.yaml, the example', () => {
  test('is valid, and the only warning is about its example names', () => {
    expect(configurationWarnings(loadConfiguration(FILE))).toEqual([
      expect.stringMatching(
        /^targets, controls and onDemand.allowList: these names are reserved .*: api.example.com, .* and example.org$/,
      ),
    ]);
  });

  test('every default in its comments is the real one', () => {
    const commentedIn = example.replaceAll(/^# (?=(name|vantages|[a-zA-Z]+:$| {2}))/gm, '');
    const written: unknown = parse(commentedIn);
    const withDefaults = parseConfiguration(commentedIn, 'commented-in.yaml');
    expect(withDefaults).toEqual(loadConfiguration(FILE));
    expect(Object.keys(written ?? {}).toSorted()).toEqual(Object.keys(fileSchema.shape).toSorted());
  });
});

describe('synwhere.schema.json', () => {
  test('is up to date (npm run schema writes it)', () => {
    expect(readFileSync(new URL('../../synwhere.schema.json', import.meta.url), 'utf8')).toBe(
      jsonSchemaText(),
    );
  });

  test('has the removed keys, as deprecated', () => {
    const { properties }: { properties: Record<string, unknown> } = parse(jsonSchemaText());
    for (const key of Object.keys(REMOVED_KEYS)) {
      expect(properties[key]).toEqual({
        description: expect.stringMatching(/^Has no effect any more: \w/),
        deprecated: true,
      });
    }
    expect(Object.keys(REMOVED_KEYS)).not.toEqual([]);
  });

  test('takes the example and refuses an unknown key', () => {
    const ajv = new Ajv({ strict: false });
    addFormats.default(ajv);
    const validate = ajv.compile(parse(jsonSchemaText()));
    validate(parse(example));
    expect(validate.errors).toBeNull();
    expect(validate({ targets: ['a.example:1'], lables: {} })).toBe(false);
    expect(validate({ targets: [] })).toBe(false);
    expect(validate({ targets: ['a.example:1'], newRegions: ['xx-new-9'] })).toBe(true);
  });
});
