import { realpathSync } from 'node:fs';
import { shellQuote } from '../lab/shell-quote.ts';

/** The command line that starts this program again, quoted for a POSIX shell. Other vantages append `probe -` to it. */
export function selfCommand(): string {
  const script = process.argv[1];
  return [process.execPath, ...(script === undefined ? [] : [realpathSync(script)])]
    .map(shellQuote)
    .join(' ');
}
