const LONGEST = 200;

/**
 * Colours and cursor movements, titles and links (ECMA-48, 5.4 and 5.6), which programs on a terminal write in good faith. Not
 * `stripVTControlCharacters` of Node: its time grows with the square of a text with many unfinished sequences. None of these goes on
 * past the beginning of another, so the time grows with the length. A sequence ends at a space, so that two foreign texts in one
 * sentence cannot hide the words between them.
 */
const CONTROL_SEQUENCE = new RegExp(
  String.raw`(?:\u001B\[|\u009B)[\d;:<=>?]*[@-~]|(?:\u001B\]|\u009D)[^\s\u0007\u001B\u009C\u009D]*(?:\u0007|\u001B\\|\u009C)`,
  'g',
);
/**
 * What has no shape of its own and can hide, reorder or break text: control characters, format characters (bidirectional controls,
 * zero-width characters, tags), separators, and what Unicode tells a display to ignore (variation selectors, fillers).
 */
const SHAPELESS = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\s]+/gu;
/** Lone surrogates, private use, unassigned: what these look like depends on the display. */
const UNKNOWN = /[\p{Cs}\p{Co}\p{Cn}]/gu;
/** No script needs more marks on one letter, and a pile of them covers the lines above and below. */
const MARKS = /(\p{M}{4})\p{M}+/gu;
/** As the three above. A line feed never stands inside a JSON string, so what is left of it is the layout; spaces and marks show. */
const UNPRINTABLE_IN_JSON =
  /(?!\n)[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/gu;

/**
 * Foreign text as one line in which every character shows: terminal sequences are removed, runs of characters without a shape become
 * one space, characters without a known shape become U+FFFD. The result may be as long as the text. Applied twice, it changes nothing more.
 */
export function printable(text: string): string {
  return text
    .replaceAll(CONTROL_SEQUENCE, '')
    .replaceAll(SHAPELESS, ' ')
    .replaceAll(UNKNOWN, '\uFFFD')
    .replaceAll(MARKS, '$1')
    .trim();
}

/** Foreign text made fit to stand inside a sentence: {@link printable}, at most 200 characters. */
export function oneLine(text: string): string {
  return shortened(printable(text), LONGEST);
}

/** At most `maxChars` UTF-16 units, with `…` at the end where something was cut off. Never cuts a character in two. */
export function shortened(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  return `${text.slice(0, maxChars - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/**
 * JSON that can be shown on a terminal. `JSON.stringify` leaves C1 controls, bidirectional marks and the like as they are; here they
 * are escaped, so that a reader of the JSON gets the same value.
 */
export function printableJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replaceAll(UNPRINTABLE_IN_JSON, (character) =>
    Array.from({ length: character.length }, (_, index) => escapeUnit(character.charCodeAt(index))).join(''),
  );
}

/** RFC 8259, section 7: a character outside of the basic plane is a pair of escapes. */
function escapeUnit(unit: number): string {
  return String.raw`\u${unit.toString(16).padStart(4, '0')}`;
}
