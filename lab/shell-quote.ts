/** One word for a POSIX shell, whatever it contains (XCU 2.2.2, single quotes). */
export function shellQuote(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
