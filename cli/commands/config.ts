import type { Command } from 'commander';
import { DEFAULT_CONFIG } from '../../configuration/defaults.ts';
import { count } from '../../functions/reachability/phrases.ts';
import { EXIT } from '../exit-status.ts';
import { printable } from '../../functions/reachability/one-line.ts';
import { warnOnStderr } from '../read-configuration.ts';

const EXAMPLES = `
Examples:
  synwhere config check                  ./synwhere.yaml
  synwhere config check other.yaml

Exit status: 0 the file can be used; 2 it cannot, and each mistake is one line on stderr, at most 20 lines.
`;

/** `synwhere config`. */
export function register(program: Command): void {
  const config = program
    .command('config')
    .description('check a configuration file')
    .addHelpText('after', EXAMPLES);
  config
    .command('check')
    .description('list the mistakes of a configuration file, and do nothing else')
    .argument('[FILE]', 'the configuration', DEFAULT_CONFIG)
    .addHelpText('after', EXAMPLES)
    .action(checkConfiguration);
}

async function checkConfiguration(file: string): Promise<void> {
  const [{ ConfigurationError, loadConfiguration }, { configurationWarnings }] = await Promise.all([
    import('../../configuration/load.ts'),
    import('../../configuration/warnings.ts'),
  ]);
  try {
    const warn = warnOnStderr(file);
    const configuration = loadConfiguration(file, warn);
    for (const warning of configurationWarnings(configuration)) warn(warning, undefined);
    const { targets, regions, vantages } = configuration;
    const counts = [
      count(targets.length, 'target'),
      count(regions.length, 'region'),
      count(Object.keys(vantages).length, 'local vantage'),
    ];
    process.stdout.write(`${printable(`${file}: no mistakes: ${counts.join(', ')}`)}\n`);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    for (const problem of error.problems) process.stderr.write(`${printable(problem)}\n`);
    if (error.unlisted > 0) process.stderr.write(`${printable(file)}: and ${error.unlisted} more\n`);
    process.exitCode = EXIT.wrongUsage;
  }
}
