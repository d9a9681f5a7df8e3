import type { Configuration } from '../configuration/configuration.ts';
import type { OnWarning } from '../configuration/load.ts';
import { printable } from '../functions/reachability/one-line.ts';

/** Reads the configuration of a command. Warnings go to stderr. Throws ConfigurationError. */
export async function readConfiguration(file: string): Promise<Configuration> {
  const { loadConfiguration } = await import('../configuration/load.ts');
  return loadConfiguration(file, warnOnStderr(file));
}

/** Writes each warning about a configuration file as one line. */
export function warnOnStderr(file: string): OnWarning {
  return (text, line) => {
    const place = line === undefined ? file : `${file}:${line}`;
    process.stderr.write(`${printable(`${place}: warning: ${text}`)}\n`);
  };
}
