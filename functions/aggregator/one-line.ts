import { stripVTControlCharacters } from 'node:util';

const LONGEST = 200;

/** Foreign text made fit to stand inside a sentence: one line, no control characters, at most 200 characters. */
export function oneLine(text: string): string {
  const line = stripVTControlCharacters(text)
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
}
