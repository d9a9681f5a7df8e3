import { printable } from '../../functions/reachability/one-line.ts';
import type { Page, Style } from './text.ts';
import { pad, widthOf } from './text.ts';

export interface Cell {
  text: string;
  style?: Style;
  /** Default `left`. */
  align?: 'right';
}

const GAP = '  ';

/** Rows as aligned columns, their texts made printable, or undefined where they are wider than the page. */
export function table(
  given: readonly (readonly Cell[])[],
  page: Page,
  maxColumns = page.columns,
): string[] | undefined {
  const rows = given.map((row) => row.map((cell) => ({ ...cell, text: printable(cell.text) })));
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, { text }] of row.entries()) {
      widths[index] = Math.max(widths[index] ?? 0, widthOf(text));
    }
  }
  const total = widths.reduce((sum, width) => sum + width, 0) + GAP.length * (widths.length - 1);
  if (total > maxColumns) return undefined;
  return rows.map((row) =>
    row
      .map(({ text, style, align }, index) => {
        const width = widths[index] ?? 0;
        const padded =
          align === 'right'
            ? ' '.repeat(width - widthOf(text)) + text
            : index === row.length - 1
              ? text
              : pad(text, width);
        return style === undefined ? padded : page.style(style, padded);
      })
      .join(GAP),
  );
}
