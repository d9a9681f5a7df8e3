import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import logicalIds from './logical-ids.json' with { type: 'json' };
import { synthesised } from './synthesised.ts';

interface Json {
  Resources: Record<string, { Type: string }>;
  Outputs?: Record<string, unknown>;
}

const types = (template: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries((template as Json).Resources)
      .map(([id, { Type }]) => [id, Type] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
const outputs = (template: unknown): string[] => Object.keys((template as Json).Outputs ?? {}).toSorted();

/*
 * The physical names are fixed, so CloudFormation could not make a resource under another logical id while the old one is there. The
 * file lists what the first version deployed.
 */
test('an installation can be updated in place: every resource keeps its logical id', () => {
  const yaml = readFileSync(join(import.meta.dirname, 'three-regions.yaml'), 'utf8');
  const { home, probes } = synthesised(yaml);
  expect(types(home.toJSON())).toEqual(logicalIds['synwhere-home']);
  expect(outputs(home.toJSON())).toEqual(logicalIds['synwhere-home outputs']);
  expect(probes.size).toBe(3);
  for (const probe of probes.values()) {
    expect(types(probe.toJSON())).toEqual(logicalIds['synwhere-probe-eu-west-1']);
    expect(outputs(probe.toJSON())).toEqual(logicalIds['synwhere-probe-eu-west-1 outputs']);
  }
});
