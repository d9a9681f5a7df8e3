const LONGEST = 200;

/**
 * Control sequences (ECMA-48, 5.4 and 5.6), with which programs set colours, the cursor, titles and links. Node's
 * `stripVTControlCharacters` is not used: its time is quadratic for a text with many unfinished sequences. Here no match continues
 * past the start of another sequence, so the time is linear. A sequence ends at a space, so that two foreign texts in one sentence
 * cannot hide the words between them.
 */
const CONTROL_SEQUENCE = new RegExp(
  String.raw`(?:\u001B\[|\u009B)[\d;:<=>?]*[@-~]|(?:\u001B\]|\u009D)[^\s\u0007\u001B\u009C\u009D]*(?:\u0007|\u001B\\|\u009C)`,
  'g',
);
/**
 * Invisible characters, which can hide, reorder or break text: control characters, format characters (bidirectional controls,
 * zero-width characters, tags), separators, and characters that a display ignores by default (variation selectors, fillers).
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\s]+/gu;
/** Lone surrogates, private use and unassigned characters. Displays show them in different ways. */
const UNKNOWN = /[\p{Cs}\p{Co}\p{Cn}]/gu;
/** More combining marks on one letter than any script needs. Many of them cover the lines above and below. */
const MARKS = /(\p{M}{4})\p{M}+/gu;
/** The characters of the patterns above, without line feeds, spaces and marks: a line feed outside of a JSON string is layout. */
const UNPRINTABLE_IN_JSON =
  /(?!\n)[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/gu;

/**
 * Foreign text as one line with only visible characters. Terminal sequences are removed, runs of invisible characters become one space,
 * and characters with an unknown look become U+FFFD. The result may be as long as the text. The function is idempotent.
 */
export function printable(text: string): string {
  return text
    .replaceAll(CONTROL_SEQUENCE, '')
    .replaceAll(INVISIBLE, ' ')
    .replaceAll(UNKNOWN, '\uFFFD')
    .replaceAll(MARKS, '$1')
    .trim();
}

/** Foreign text for use in a sentence: {@link printable}, with at most 200 characters. */
export function oneLine(text: string): string {
  return shortened(printable(text), LONGEST);
}

/** At most `maxChars` UTF-16 units. A shortened text ends in `…`. Never splits a character. */
export function shortened(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  return `${text.slice(0, maxChars - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/**
 * JSON that is safe on a terminal. `JSON.stringify` does not escape C1 controls, bidirectional marks and similar characters; this
 * function does. The JSON has the same value.
 */
export function printableJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replaceAll(UNPRINTABLE_IN_JSON, (character) =>
    Array.from({ length: character.length }, (_, index) => escapeUnit(character.charCodeAt(index))).join(''),
  );
}

/** RFC 8259, section 7: a character outside of the Basic Multilingual Plane becomes two escapes. */
function escapeUnit(unit: number): string {
  return String.raw`\u${unit.toString(16).padStart(4, '0')}`;
}
