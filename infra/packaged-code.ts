import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { FunctionCode } from './bundle.ts';

/** Where the build puts the code of the functions, beside the file that holds this module. */
export const PACKAGED_CODE = 'functions';

/** The directory of a function's code in the package. Throws in a checkout, where the code is bundled at every synthesis. */
export function packagedCode(name: keyof FunctionCode): string {
  const directory = join(import.meta.dirname, PACKAGED_CODE, name);
  if (existsSync(directory)) return directory;
  throw new Error(
    `there is no code of the ${name} at ${directory}; npm run build makes it, or name a codeDirectory`,
  );
}
