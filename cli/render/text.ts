import { styleText } from 'node:util';
import { printable } from '../../functions/reachability/one-line.ts';

export type Style = Parameters<typeof styleText>[0];

/**
 * The output of text: its width in columns (Infinity in a pipe, where nothing is wrapped) and whether it has colour. Foreign text is
 * made printable by `style`, by {@link wrap} and by the cells of a table; where none of these is used, by `printable`.
 */
export interface Page {
  columns: number;
  style: (style: Style, text: string) => string;
}

/** On a narrower page, wrapping would leave one word in each line. */
const LEAST_COLUMNS = 20;

/** The page for a stream: colour only on a terminal that supports it, and never with NO_COLOR (no-color.org). */
export function pageOf(stream: NodeJS.WriteStream): Page {
  return {
    columns: stream.isTTY ? Math.max(LEAST_COLUMNS, stream.columns || 80) : Infinity,
    // The only escape sequences on a page are those that are added here. The spaces of a padded text stay.
    style: (style, text) =>
      styleText(style, text.split(' ').map(printable).join(' '), { stream, validateStream: true }),
  };
}

/** Columns that a printable text takes. */
export function widthOf(text: string): number {
  return Array.from(text).length;
}

export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/**
 * Breaks text between words into lines of at most `columns`. The first line begins with `first`, the others with as many spaces, but at
 * most half a line, because `first` can be foreign. A word that is longer than a line stays whole, so that an address can be copied.
 */
export function wrap(text: string, columns: number, first = ''): string[] {
  const indent = Math.min(widthOf(first), Math.floor(columns / 2));
  const lines: string[] = [];
  let line = first;
  let width = widthOf(first);
  let empty = true;
  for (const word of printable(text).split(' ')) {
    const wordWidth = widthOf(word);
    if (!empty && width + 1 + wordWidth > columns) {
      lines.push(line);
      line = ' '.repeat(indent);
      width = indent;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    width += empty ? wordWidth : 1 + wordWidth;
    empty = false;
  }
  return [...lines, line];
}
