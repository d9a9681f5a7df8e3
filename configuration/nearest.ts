/**
 * The one of `known` that is nearest to `word`, or undefined where none is near: at most one edit for every three letters (Levenshtein
 * distance), or one is the beginning of the other (`timeout`, `timeoutMs`).
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const wanted = plain(word);
  const most = Math.max(1, Math.floor(wanted.length / 3));
  let best: { word: string; distance: number } | undefined;
  for (const candidate of known) {
    const spelling = plain(candidate);
    // Two words differ by at least as many letters as their lengths do, and a key may be as long as the file.
    if (Math.abs(spelling.length - wanted.length) > most) continue;
    const distance = editDistance(wanted, spelling);
    if (!best || distance < best.distance) best = { word: candidate, distance };
  }
  if (best && best.distance <= most) return best.word;
  if (wanted.length < 4) return undefined;
  return known.find(
    (candidate) => plain(candidate).startsWith(wanted) || wanted.startsWith(plain(candidate)),
  );
}

function plain(word: string): string {
  return word.toLowerCase().replaceAll(/[-_\s]/g, '');
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
