/** A seeded generator of random numbers. The same seed gives the same numbers on every machine. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  chance(probability: number): boolean;
  /** An integer from `low` to `high`, both included. */
  between(low: number, high: number): number;
  pick<T>(items: readonly T[]): T;
  /** Picks a key by its weight. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K;
  /** `count` different items, in the order of `items`. */
  sample<T>(items: readonly T[], count: number): T[];
}

/**
 * Marsaglia's xorshift128 (Journal of Statistical Software 8(14), 2003). The finaliser of MurmurHash3 computes its state from `seed`
 * and `stream`. Streams of one seed are independent, so world 17 is the same whether or not world 16 was made.
 */
export function randomOf(seed: number, stream: number): Random {
  let mixed = (Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul(stream | 0, 0x85ebca77)) | 0;
  const word = (): number => {
    mixed = (mixed + 0x9e3779b9) | 0;
    let z = mixed ^ (mixed >>> 16);
    z = Math.imul(z, 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return z ^ (z >>> 16);
  };
  let [x, y, z, w] = [word() | 1, word(), word(), word()];
  const next = (): number => {
    const t = x ^ (x << 11);
    [x, y, z] = [y, z, w];
    w = w ^ (w >>> 19) ^ t ^ (t >>> 8);
    return (w >>> 0) / 2 ** 32;
  };
  for (let warmUp = 0; warmUp < 8; warmUp++) next();

  const between = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  return {
    next,
    between,
    chance: (probability) => next() < probability,
    pick: (items) => {
      const item = items[between(0, items.length - 1)];
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    },
    weighted: <K extends string>(weights: Readonly<Record<K, number>>): K => {
      const keys = Object.keys(weights).filter((key): key is K => key in weights);
      let rest = next() * keys.reduce((sum, key) => sum + weights[key], 0);
      const found = keys.find((key) => (rest -= weights[key]) < 0) ?? keys.at(-1);
      if (found === undefined) throw new Error('nothing to weigh');
      return found;
    },
    sample: (items, count) => {
      const indices = items.map((_, index) => index);
      for (let i = indices.length - 1; i > 0; i--) {
        const j = between(0, i);
        [indices[i], indices[j]] = [indices[j] ?? 0, indices[i] ?? 0];
      }
      const chosen = new Set(indices.slice(0, count));
      return items.filter((_, index) => chosen.has(index));
    },
  };
}
