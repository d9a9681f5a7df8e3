import { describe, expect, it } from 'vitest';
import { comparePaths, type PathFinding, type PathView } from '../../functions/reachability/paths.ts';
import type { Hop, Trace } from '../../functions/reachability/report.ts';

const TARGET = '203.0.113.10';

/**
 * A walk in short: routers by name, `-` for silence, `name!answer` for an answer that ends the way; `T` is the target.
 * Whether it was reached follows from who ended it.
 */
function walk(text: string, more: Partial<Trace> = {}): Trace {
  const hops = text.split(' ').map((word, index): Hop => {
    const [who = '', answer = 'time-exceeded'] = word.split('!');
    if (who === '-') return { ttl: index + 1, answer: 'silence' };
    return { ttl: index + 1, from: who === 'T' ? TARGET : who, elapsedMs: index, answer };
  });
  const last = hops.at(-1);
  return { address: TARGET, port: 443, hops, reached: last?.from === TARGET, ...more };
}

function view(vantage: string, text: string, connects = text.endsWith('T!connected')): PathView {
  return { vantage, connects, trace: walk(text) };
}

const OTHERS = [view('tokyo', 'A B X T!connected'), view('ohio', 'C B X T!connected')];

/** Situation, walks, what is found for the first vantage. */
const CASES: [string, PathView[], Omit<PathFinding, 'vantage'>][] = [
  [
    'silence behind a router that others pass',
    [view('dublin', 'D B - - -'), ...OTHERS],
    {
      lastHop: 'B',
      firstMissing: 'X',
      words: 'dublin gets no further than B, as far as routers answer; the others go on to X',
    },
  ],
  [
    'silence on a way of its own: what the others have in common',
    [view('dublin', 'D E - - -'), ...OTHERS],
    {
      lastHop: 'E',
      firstMissing: 'B',
      words: 'dublin gets no further than E, as far as routers answer; the others go on to B',
    },
  ],
  [
    'silence on a way of its own, where the others share nothing but the target',
    [view('dublin', 'D - - -'), view('tokyo', 'A T!connected'), view('ohio', 'C T!connected')],
    {
      lastHop: 'D',
      firstMissing: TARGET,
      words: `dublin gets no further than D, as far as routers answer; the others go on to ${TARGET}`,
    },
  ],
  [
    'silence behind a router that only one of the others passes',
    [view('dublin', 'A - - -'), ...OTHERS],
    {
      lastHop: 'A',
      firstMissing: 'B',
      words: 'dublin gets no further than A, as far as routers answer; tokyo goes on to B',
    },
  ],
  [
    'two ways on from there: the commoner one',
    [view('dublin', 'B - -'), ...OTHERS, view('osaka', 'A B Y T!connected')],
    {
      lastHop: 'B',
      firstMissing: 'X',
      words: 'dublin gets no further than B, as far as routers answer; ohio and tokyo go on to X',
    },
  ],
  [
    'a silent router on the way of the others is stepped over',
    [view('dublin', 'D B - -'), view('tokyo', 'A B - T!connected')],
    {
      lastHop: 'B',
      firstMissing: TARGET,
      words: `dublin gets no further than B, as far as routers answer; tokyo goes on to ${TARGET}`,
    },
  ],
  [
    'not one hop answers',
    [view('dublin', '- - - - -'), ...OTHERS],
    { firstMissing: 'B', words: 'no hop on the way of dublin answers; the others go by B' },
  ],
  [
    'nobody connects: no comparison, only the last that was seen',
    [view('dublin', 'D B - -'), view('tokyo', 'A B - -')],
    { lastHop: 'B', words: 'dublin gets no further than B, as far as routers answer' },
  ],
  [
    'a router says no behind its own hop',
    [view('dublin', 'D B B!administratively-prohibited'), ...OTHERS],
    {
      lastHop: 'B',
      firstMissing: 'X',
      refusedAt: 'B',
      words: 'B answered "administratively prohibited" to dublin at hop 3; the others go on to X',
    },
  ],
  [
    'a router says no at its own hop',
    [view('dublin', 'D B Z!no-route'), ...OTHERS],
    { lastHop: 'B', refusedAt: 'Z', words: 'Z answered "no route" to dublin at hop 3' },
  ],
  [
    'the first router says no',
    [view('dublin', 'D!network-unreachable'), ...OTHERS],
    { refusedAt: 'D', words: 'D answered "network unreachable" to dublin at hop 1' },
  ],
  [
    'a refusal from as far as the target is',
    [view('dublin', 'D B X T!refused'), ...OTHERS],
    {
      lastHop: 'X',
      refusedAt: TARGET,
      words: `dublin is refused in the name of ${TARGET} at hop 4, 1 hop behind X, where the others meet the target too`,
    },
  ],
  [
    'a refusal from nearer than the target',
    [view('dublin', 'D B T!refused'), ...OTHERS],
    {
      lastHop: 'B',
      firstMissing: 'X',
      refusedAt: TARGET,
      words: `dublin is refused in the name of ${TARGET} at hop 3, 1 hop behind B, where the others meet the target only 2 hops behind it: whoever refuses stands nearer than the target, if the ways are the same`,
    },
  ],
  [
    'a refusal with nothing to compare',
    [view('dublin', 'D E T!refused'), ...OTHERS],
    {
      lastHop: 'E',
      refusedAt: TARGET,
      words: `dublin is refused in the name of ${TARGET} at hop 3, 1 hop behind E`,
    },
  ],
  [
    'a refusal at once',
    [view('dublin', 'T!refused'), ...OTHERS],
    { refusedAt: TARGET, words: `dublin is refused in the name of ${TARGET} at hop 1` },
  ],
  [
    'a routing loop',
    [view('dublin', 'D E F E F E'), ...OTHERS],
    { lastHop: 'E', words: 'the way of dublin goes in a circle between E and F, as far as routers answer' },
  ],
  [
    'a router that answers twice is no loop',
    [view('dublin', 'D B B - -'), ...OTHERS],
    {
      lastHop: 'B',
      firstMissing: 'X',
      words: 'dublin gets no further than B, as far as routers answer; the others go on to X',
    },
  ],
  [
    'a way that has opened meanwhile',
    [view('dublin', 'D B X T!connected', false), ...OTHERS],
    {
      lastHop: TARGET,
      words: `the walk of dublin reached ${TARGET}: the way was open when it was walked`,
    },
  ],
];

describe('comparePaths', () => {
  it.each(CASES)('%s', (_situation, views, expected) => {
    const [finding, ...rest] = comparePaths(views);
    expect(finding).toEqual({ vantage: 'dublin', ...expected });
    expect(rest.every(({ vantage }) => vantage !== 'dublin')).toBe(true);
  });

  it.each(CASES)('%s: whatever the order of the others', (_situation, views, expected) => {
    const found = comparePaths(views.toReversed()).find(({ vantage }) => vantage === 'dublin');
    expect(found).toEqual({ vantage: 'dublin', ...expected });
  });

  it('has nothing to say of those that connect, and of those that could not walk', () => {
    const nowhere = walk('-', { hops: [], unavailable: 'needs Linux and the optional package koffi' });
    expect(comparePaths([...OTHERS, { vantage: 'dublin', connects: false, trace: nowhere }])).toEqual([]);
  });

  it('does not compare with a walk that did not arrive', () => {
    const cut = { vantage: 'tokyo', connects: true, trace: walk('A B') };
    expect(comparePaths([view('dublin', 'D B - -'), cut])).toEqual([
      { vantage: 'dublin', lastHop: 'B', words: 'dublin gets no further than B, as far as routers answer' },
    ]);
  });

  it('finds one thing for each that fails', () => {
    const found = comparePaths([view('dublin', 'D - -'), ...OTHERS, view('osaka', 'A B B!no-route')]);
    expect(found.map(({ vantage }) => vantage)).toEqual(['dublin', 'osaka']);
  });
});
