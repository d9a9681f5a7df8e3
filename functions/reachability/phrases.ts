/** Small pieces of English that every explanation is made of. */

/** "a", "a and b", "a, b and c", "a, b, c, d, e and 4 more"; sorted, so that order never changes the words. */
export function names(vantages: readonly string[], most = 6): string {
  const sorted = vantages.toSorted();
  const shown =
    sorted.length > most ? [...sorted.slice(0, most - 1), `${sorted.length - most + 1} more`] : sorted;
  if (shown.length <= 1) return shown.join('');
  return `${shown.slice(0, -1).join(', ')} and ${shown.at(-1) ?? ''}`;
}

/** "1 vantage", "3 vantages". */
export function count(amount: number, noun: string, plural = `${noun}s`): string {
  return `${amount} ${amount === 1 ? noun : plural}`;
}

/** "connects" for one, "connect" for several. */
export function verb(amount: number, singular: string, plural: string): string {
  return amount === 1 ? singular : plural;
}

/** "all 5 vantages", "both vantages that count" where `asked` others were, or the name of the only one. */
export function all(vantages: readonly string[], asked: number): string {
  if (vantages.length === 1) return `the one vantage that counts (${vantages.join('')})`;
  const which = vantages.length === 2 ? 'both vantages' : `all ${vantages.length} vantages`;
  return vantages.length < asked ? `${which} that count` : which;
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** "12 ms", or "12–88 ms" over several; whole milliseconds above ten, one digit below. */
export function span(valuesMs: readonly number[]): string {
  const [low, high] = [Math.min(...valuesMs), Math.max(...valuesMs)].map((ms) =>
    ms < 10 ? ms.toFixed(1) : Math.round(ms).toString(),
  );
  return low === high ? `${low} ms` : `${low}–${high} ms`;
}
