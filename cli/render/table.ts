import type { Page, Style } from './text.ts';
import { pad, widthOf } from './text.ts';

export interface Cell {
  text: string;
  style?: Style;
}

const GAP = '  ';

/** Rows as aligned columns, or undefined where they are wider than the page. */
export function table(
  rows: readonly (readonly Cell[])[],
  page: Page,
  maxColumns = page.columns,
): string[] | undefined {
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
      .map(({ text, style }, index) => {
        const padded = index === row.length - 1 ? text : pad(text, widths[index] ?? 0);
        return style === undefined ? padded : page.style(style, padded);
      })
      .join(GAP),
  );
}
