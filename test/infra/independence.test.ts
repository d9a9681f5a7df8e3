import { describe, expect, test } from 'vitest';
import { synthesised, type Synthesised } from './synthesised.ts';

const REST = 'home: eu-west-1\ntargets: [a.example:1]\n';
const installed = (...regions: string[]): Synthesised =>
  synthesised(`${REST}regions: [${regions.join(', ')}]`);

describe('a region comes and goes with one line', () => {
  test('no stack exports, imports or depends', () => {
    const { home, probes, homeStack, probeStacks } = installed('eu-west-1', 'us-east-1');
    for (const template of [home, ...probes.values()]) {
      const text = JSON.stringify(template.toJSON());
      expect(text).not.toContain('Fn::ImportValue');
      expect(text).not.toContain('"Export"');
      expect(text).not.toContain('Custom::');
    }
    expect([homeStack, ...probeStacks].flatMap((stack) => stack.dependencies)).toEqual([]);
  });

  test('the stacks of the other regions are the same to the byte', () => {
    const before = installed('eu-west-1', 'us-east-1', 'sa-east-1');
    const after = installed('us-east-1', 'eu-west-1');
    for (const region of ['eu-west-1', 'us-east-1']) {
      expect(after.probes.get(region)?.toJSON()).toEqual(before.probes.get(region)?.toJSON());
    }
    expect(after.probes.has('sa-east-1')).toBe(false);
  });

  test('home differs in whom it may ask, its configuration and what its dashboard shows, and in nothing else', () => {
    const before = installed('eu-west-1', 'us-east-1').home.toJSON();
    const after = installed('eu-west-1', 'us-east-1', 'sa-east-1').home.toJSON();
    const places = differences(before, after).map((path) =>
      path.replaceAll(/[\dA-F]{8}/g, '').replace(/(DashboardBody).*/, '$1'),
    );
    expect([...new Set(places)]).toEqual([
      'Resources.AggregatorRole.Properties.Policies.1.PolicyDocument.Statement.0.Resource.1.Fn::Join.1.0',
      'Resources.AggregatorRole.Properties.Policies.1.PolicyDocument.Statement.0.Resource.2',
      // The configuration is beside the code.
      'Resources.AggregatorFunction.Properties.Code.S3Key',
      'Resources.Dashboard.Properties.DashboardBody',
    ]);
  });

  test('home may be one of the regions, or none', () => {
    expect(installed('eu-west-1').home.toJSON()).toBeTruthy();
    expect(installed('us-east-1', 'us-east-2').probeStacks.map(({ region }) => region)).toEqual([
      'us-east-1',
      'us-east-2',
    ]);
  });

  test('regions of another partition, and regions that the CDK does not know', () => {
    const china = synthesised(`targets: [a.example:1]\nregions: [cn-north-1]`);
    expect(JSON.stringify(china.home.toJSON())).toContain('arn:aws-cn:lambda:cn-north-1:');
    const later = synthesised(`targets: [a.example:1]\nregions: [xx-later-1]`);
    expect(later.probeStacks.map(({ stackName }) => stackName)).toEqual(['synwhere-probe-xx-later-1']);
  });
});

/** The paths at which two values differ. */
function differences(a: unknown, b: unknown, path: string[] = []): string[] {
  if (JSON.stringify(a) === JSON.stringify(b)) return [];
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return [path.join('.')];
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].flatMap((key) => differences(Reflect.get(a, key), Reflect.get(b, key), [...path, key]));
}
