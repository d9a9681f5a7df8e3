import { Annotations, App } from 'aws-cdk-lib';
import { DEFAULT_CONFIG } from '../configuration/defaults.ts';
import { ConfigurationError, loadConfiguration } from '../configuration/load.ts';
import { configurationWarnings } from '../configuration/warnings.ts';
import { buildStacks } from './build.ts';
import { bundleFunctions } from './bundle.ts';

/**
 * The CDK app: `cdk.json` runs it. The configuration is `-c config=FILE`, else SYNWHERE_CONFIG, else synwhere.yaml beside cdk.json.
 */
async function main(): Promise<void> {
  const app = new App();
  const given: unknown = app.node.tryGetContext('config') ?? process.env['SYNWHERE_CONFIG'] ?? DEFAULT_CONFIG;
  const file = String(given);
  const warnings: string[] = [];
  const configuration = loadConfiguration(file, (text) => warnings.push(text));
  if (configuration.regions.length === 0) {
    throw new ConfigurationError(file, [
      { path: ['regions'], text: 'is empty, so there is nothing to deploy; write at least one region' },
    ]);
  }
  const bundles = await bundleFunctions();
  try {
    const { home } = buildStacks(app, configuration, bundles, process.env['CDK_DEFAULT_ACCOUNT']);
    warnings.push(...configurationWarnings(configuration));
    // The service has added its own: what is left is about removed keys and about the probes.
    const others = warnings.filter((warning) => !home.service.warnings.includes(warning));
    for (const [index, warning] of others.entries()) {
      Annotations.of(home).addWarningV2(`synwhere:file-${index}`, warning);
    }
    app.synth();
  } finally {
    bundles.remove();
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
