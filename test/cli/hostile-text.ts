import { expect } from 'vitest';

/**
 * Text that attacks a terminal: a window title, moving up and erasing a line, a green tick, a second line, C1 controls, bidirectional
 * controls, invisible characters, a hyperlink, half of a surrogate pair.
 */
export const HOSTILE = [
  '\u001B]0;TITLE\u0007',
  '\u001B[1A\u001B[2K',
  '\u001B[38;5;46m✓ FORGED\u001B[0m',
  '\r\nSECOND LINE\u2028',
  '\u009B32m\u0085\u009D',
  '\u202E\u2066\u200F\u200B\uFEFF\u{E0041}\u00AD',
  '\u001B]8;;https://evil.example\u001B\\LINK\u001B]8;;\u001B\\',
  '\u0000\u0008\u007F\uD800',
].join('');

/** The colours that the command itself uses, as SGR codes (ECMA-48, 8.3.117). */
const OWN_COLOURS = new RegExp(String.raw`\u001B\[(?:0|1|2|22|31|32|33|39|90)m`, 'g');
/** Progress erases its line with this. */
const OWN_ERASE = '\r\u001B[2K';

/**
 * Expects that an output has only printable characters, line feeds and the command's own colours. On a terminal, progress also
 * erases its own line.
 */
export function expectPrintable(
  output: string,
  { tty = false, colour = tty }: { tty?: boolean; colour?: boolean } = {},
): void {
  const lines = tty ? output.replaceAll(OWN_ERASE, '') : output;
  const own = colour ? lines.replaceAll(OWN_COLOURS, '') : lines;
  const found = own.match(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu) ?? [];
  expect(
    found.map((character) => character.codePointAt(0)?.toString(16)),
    own,
  ).toEqual([]);
  // Foreign text must not add lines.
  if (!tty) expect(own).not.toMatch(/^SECOND LINE/m);
}

/** The same value with {@link HOSTILE} appended to every text in it, except those with a key in `keep`. */
export function poisoned<Value>(value: Value, keep: readonly string[] = []): Value {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- texts remain texts, and the rest is unchanged
  return poison(value, keep) as Value;
}

function poison(value: unknown, keep: readonly string[]): unknown {
  if (typeof value === 'string') return value + HOSTILE;
  if (Array.isArray(value)) return value.map((item) => poison(item, keep));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, keep.includes(key) ? item : poison(item, keep)]),
  );
}
