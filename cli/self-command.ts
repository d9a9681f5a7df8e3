import { realpathSync } from 'node:fs';

/** The command line that starts this program again, quoted for a POSIX shell. Other vantages append `probe -` to it. */
export function selfCommand(): string {
  const script = process.argv[1];
  return [process.execPath, ...(script === undefined ? [] : [realpathSync(script)])]
    .map(shellQuote)
    .join(' ');
}

/** One word for a POSIX shell, whatever it contains (XCU 2.2.2, single quotes). */
export function shellQuote(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
