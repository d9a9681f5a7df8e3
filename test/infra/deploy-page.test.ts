import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { resourcesOf } from './statements.ts';
import { synthesised } from './synthesised.ts';

const page = readFileSync(new URL('../../docs/deploy.md', import.meta.url), 'utf8');

/** The installation whose cost the page computes. */
const EIGHT = `
home: eu-central-1
regions: [eu-central-1, eu-west-1, us-east-1, us-west-2, sa-east-1, ap-northeast-1, ap-south-1, ap-southeast-2]
targets: [${Array.from({ length: 10 }, (_, i) => `t${i}.example:1`).join(', ')}]
`;

describe('docs/deploy.md', () => {
  test('its sum is the sum of its rows', () => {
    const rows = [...page.matchAll(/^\| ([^|]+?) +\|.*\| +\**(\d+\.\d\d)\** +\|/gm)].map(
      ([, what, usd]) => [what, Number(usd)] as const,
    );
    const total = rows.find(([what]) => what?.includes('together'))?.[1] ?? 0;
    const parts = rows.filter(([what]) => !what?.includes('together')).map(([, usd]) => usd);
    expect(parts).toHaveLength(11);
    expect(total).toBeCloseTo(
      parts.reduce((sum, usd) => sum + usd, 0),
      2,
    );
  });

  test('it counts the alarms, metrics, memory and rate that are deployed', () => {
    const { home, configuration } = synthesised(EIGHT);
    const alarms = Object.keys(home.findResources('AWS::CloudWatch::Alarm')).length;
    expect(page).toMatch(new RegExp(`^\\| alarms +\\| ${alarms} +\\| 0.10 per alarm`, 'm'));
    const ticks = (730 * 60) / configuration.schedule.everyMinutes;
    const probes = ticks * configuration.regions.length;
    const row = (what: string, times: number, memoryMiB: number): RegExp =>
      new RegExp(`^\\| ${what} +\\| ${inWords(times)} × [\\d.]+ s × ${memoryMiB / 1024} GB = `, 'm');
    expect(page).toContain(`${inWords(ticks)} ticks`);
    expect(page).toMatch(row('probes', probes, configuration.probe.memoryMiB));
    expect(page).toMatch(row('aggregator', ticks, configuration.aggregator?.memoryMiB ?? 0));
    expect(page).toContain(`= ${inWords(probes + ticks)} `);
  });

  test('its policy for CloudFormation speaks of every service that the templates use', () => {
    const { home, probes } = synthesised(EIGHT);
    const services = [home, ...probes.values()]
      .flatMap((template) => Object.values(resourcesOf(template)))
      .map(({ Type }) => String(Type).split('::')[1]?.toLowerCase() ?? '');
    for (const service of new Set(services)) expect(page).toContain(`"Action": "${service}:*"`);
  });

  test('its names are those of the stacks and their outputs', () => {
    const { homeStack, home, probes } = synthesised(EIGHT);
    expect(page).toContain(`\`${homeStack.stackName}\``);
    expect(probes.size).toBe(8);
    for (const output of Object.keys(home.findOutputs('*'))) {
      expect(page).toContain(`${homeStack.stackName}.${output} = `);
    }
  });
});

function inWords(count: number): string {
  return count.toLocaleString('en');
}
