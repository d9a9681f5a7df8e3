import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { CfnUrl } from 'aws-cdk-lib/aws-lambda';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ALL_REGIONS, WITHOUT_FUNCTION_URLS } from '../../configuration/regions.ts';

vi.setConfig({ testTimeout: 180_000 });

test('our list has every region in which the CDK rejects a function URL', () => {
  const directory = mkdtempSync(join(tmpdir(), 'synwhere-urls-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  // The CDK prints the report that this test reads.
  const printed = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  onTestFinished(() => printed.mockRestore());
  const app = new App({ outdir: directory });
  for (const region of ALL_REGIONS) {
    // oxlint-disable-next-line no-new -- a construct enters the tree by its constructor
    new CfnUrl(new Stack(app, `in-${region}`, { env: { region } }), 'Url', {
      authType: 'AWS_IAM',
      targetFunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:any',
    });
  }
  app.synth();
  const report = readFileSync(join(directory, 'validation-report.json'), 'utf8');
  const refused = [...report.matchAll(/AWS::Lambda::Url' does not exist in '([^']+)'/g)].map(
    ([, region]) => region ?? '',
  );
  expect(refused.length).toBeGreaterThan(5);
  expect(refused.filter((region) => !WITHOUT_FUNCTION_URLS.includes(region))).toEqual([]);
});
