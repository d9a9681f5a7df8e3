import { Tags, Validations, type App, type Environment } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { Configuration } from '../configuration/configuration.ts';
import type { FunctionCode } from './bundle.ts';
import { HomeStack } from './home-stack.ts';
import { homeStackName, probeStackName } from './names.ts';
import { ProbeStack } from './probe-stack.ts';

/**
 * All stacks of an installation: one for each region, and home. Without an account they can be synthesised anywhere, and are deployed
 * with whatever credentials are there.
 */
export function buildStacks(
  app: App,
  configuration: Configuration,
  code: FunctionCode,
  account: string | undefined,
): { home: HomeStack; probes: ProbeStack[] } {
  const { name, home: homeRegion, regions } = configuration;
  const env = (region: string): Environment => ({ region, ...(account !== undefined && { account }) });
  const probes = regions.map(
    (region) =>
      new ProbeStack(app, probeStackName(name, region), {
        env: env(region),
        description: `Synwhere (${name}): probe in ${region}`,
        configuration,
        codeDirectory: code.probe,
      }),
  );
  const home = new HomeStack(app, homeStackName(name), {
    env: env(homeRegion),
    description: `Synwhere (${name}): home`,
    configuration,
    codeDirectory: code.aggregator,
  });
  Tags.of(app).add('synwhere', name);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app, { writeSuppressionsToCloudFormation: true }));
  return { home, probes };
}
