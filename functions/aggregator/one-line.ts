import { stripVTControlCharacters } from 'node:util';

const LONGEST = 200;

/**
 * What has no shape of its own and can hide, reorder or break text: control characters, format characters (bidirectional controls,
 * zero-width characters, tags), separators, and what Unicode tells a display to ignore (variation selectors, fillers).
 */
const SHAPELESS = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\s]+/gu;
/** Lone surrogates, private use, unassigned: what these look like depends on the display. */
const UNKNOWN = /[\p{Cs}\p{Co}\p{Cn}]/gu;
/** No script needs more marks on one letter, and a pile of them covers the lines above and below. */
const MARKS = /(\p{M}{4})\p{M}+/gu;

/**
 * Foreign text as one line in which every character shows: terminal sequences are removed, runs of characters without a shape become
 * one space, characters that nobody knows become U+FFFD. The result may be as long as the text. Applied twice, it changes nothing more.
 */
export function printable(text: string): string {
  return stripVTControlCharacters(text)
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
