import type { z } from 'zod';
import { formatTarget } from '../functions/reachability/target.ts';
import type { Configuration } from './configuration.ts';
import type { fileSchema } from './schema.ts';

/** A configuration as its file writes it: with targets as text, and with every default optional. */
export type WrittenConfiguration = z.input<typeof fileSchema>;

/** Writes a configuration as a file would have it; reading that gives the same configuration again. */
export function writtenForm(configuration: Configuration): WrittenConfiguration {
  return {
    ...configuration,
    targets: configuration.targets.map(({ host, port, ...rest }) => ({
      target: formatTarget({ host, port }),
      ...rest,
    })),
    controls: configuration.controls.map(formatTarget),
  };
}
