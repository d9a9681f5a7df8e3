/** Phrases that all explanations share. */

/** "a", "a and b", "a, b and c", "a, b, c, d, e and 4 more"; sorted, so that the order of the input does not change the text. */
export function names(vantages: readonly string[], most = 6): string {
  const sorted = vantages.toSorted();
  const shown =
    sorted.length > most ? [...sorted.slice(0, most - 1), `${sorted.length - most + 1} more`] : sorted;
  return list(shown);
}

/** So many vantages or addresses a summary and a step name; of more they give the number. */
const MOST_IN_SENTENCE = 3;

/** {@link names} for a summary or a step, which stay short. */
export function few(texts: readonly string[]): string {
  return names(texts, MOST_IN_SENTENCE);
}

/** "a", "a and b", "a, b and c", in the given order. */
export function list(items: readonly string[]): string {
  if (items.length <= 1) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}`;
}

/** "1 vantage", "3 vantages". */
export function count(amount: number, noun: string, plural = `${noun}s`): string {
  return `${amount} ${amount === 1 ? noun : plural}`;
}

/** "connects" for one, "connect" for several. */
export function verb(amount: number, singular: string, plural: string): string {
  return amount === 1 ? singular : plural;
}

/**
 * "all 5 vantages", "both usable vantages" where more were `asked`, "the only vantage (a)". With `which` "any": "any of the 5
 * vantages".
 */
export function every(vantages: readonly string[], asked: number, which: 'all' | 'any' = 'all'): string {
  const usable = vantages.length < asked ? 'usable ' : '';
  if (vantages.length === 1) return `the only ${usable}vantage (${vantages.join('')})`;
  if (which === 'any') return `any of the ${vantages.length} ${usable}vantages`;
  return vantages.length === 2 ? `both ${usable}vantages` : `all ${vantages.length} ${usable}vantages`;
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** "12 ms", or "12–88 ms" over several; whole milliseconds from ten on, one digit below. */
export function span(valuesMs: readonly number[]): string {
  const [low, high] = [Math.min(...valuesMs), Math.max(...valuesMs)].map((ms) =>
    ms < 10 ? ms.toFixed(1) : Math.round(ms).toString(),
  );
  return low === high ? `${low} ms` : `${low}–${high} ms`;
}
