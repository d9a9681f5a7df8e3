import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { WATCHED } from '../../bench/tick/cost.ts';
import { WITHOUT_FUNCTION_URLS } from '../../configuration/regions.ts';
import { resourcesOf } from './statements.ts';
import { synthesised } from './synthesised.ts';

const page = readFileSync(new URL('../../docs/deploy.md', import.meta.url), 'utf8');

/** An installation in eight regions. */
const EIGHT = `
home: eu-central-1
regions: [eu-central-1, eu-west-1, us-east-1, us-west-2, sa-east-1, ap-northeast-1, ap-south-1, ap-southeast-2]
targets: [${Array.from({ length: 10 }, (_, i) => `t${i}.example:1`).join(', ')}]
`;

describe('docs/deploy.md', () => {
  test('docs/cost.md counts the metrics of the alarms that are deployed', () => {
    const alarms = Object.values(synthesised(EIGHT).home.findResources('AWS::CloudWatch::Alarm'));
    const evaluated = alarms
      .map(
        ({ Properties: properties }) => (properties['Metrics'] ?? [properties]) as Record<string, unknown>[],
      )
      .flatMap((metrics) => metrics.filter((metric) => !('Expression' in metric)));
    expect(evaluated).toHaveLength(WATCHED.alarms);
  });

  test('its policy for CloudFormation includes every service that the templates use', () => {
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

  test('its calls of the Function URL are correct for a URL that ends with a slash', () => {
    const [, shown = ''] = /^ *synwhere-home\.Url = (\S+)$/m.exec(page) ?? [];
    expect(shown.endsWith('/')).toBe(true);
    const [curl = ''] = /^curl [^]*?"(?=\n)/m.exec(page) ?? [];
    const [, called = ''] = /"([^"]*checks)"$/.exec(curl) ?? [];
    expect(new URL(called.replace(/\$\{?URL\}?/, 'https://x.lambda-url.eu-central-1.on.aws/')).pathname).toBe(
      '/checks',
    );
  });

  test('the CDK has the options that it uses', () => {
    const options = new Set(page.match(/(?<=npx cdk deploy[^`\n]*)--[a-z-]+/g));
    expect(options).toContain('--import-existing-resources');
    const command = new URL('../../node_modules/aws-cdk/bin/cdk', import.meta.url).pathname;
    const { stdout } = spawnSync(process.execPath, [command, 'deploy', '--help'], { encoding: 'utf8' });
    for (const option of options) expect(stdout).toContain(` ${option} `);
  });

  test('it names every region that cannot be home', () => {
    const [, named = ''] = /There are none in ([^;]+);/.exec(page) ?? [];
    expect(named.split(/,\s+|\s+and\s+/).toSorted()).toEqual(WITHOUT_FUNCTION_URLS.toSorted());
  });
});
