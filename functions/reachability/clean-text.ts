/**
 * Characters that do not print as themselves: control and format characters (escape sequences, bidirectional overrides,
 * zero-width characters), line and paragraph separators, unpaired surrogates. A text with one of them can
 * change how the text around it looks.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const EACH_UNPRINTABLE = new RegExp(UNPRINTABLE, 'gu');

/** Whether every character of the text prints as itself. */
export function isCleanText(text: string): boolean {
  return !UNPRINTABLE.test(text);
}

/** The text with every character that does not print as itself written as its code point, e.g. `\u{1b}`. */
export function cleanText(text: string): string {
  if (isCleanText(text)) return text;
  return text.replaceAll(
    EACH_UNPRINTABLE,
    (character) => String.raw`\u{${character.codePointAt(0)?.toString(16) ?? ''}}`,
  );
}
