import { describe, expect, it } from 'vitest';
import { comparePaths, type PathFinding, type PathView } from '../../functions/reachability/paths.ts';
import type { Hop, Trace } from '../../functions/reachability/report.ts';

const TARGET = '203.0.113.10';

/**
 * A trace in short: routers by name, `-` for no reply, `name!answer` for an answer that ends the trace; `T` is the target.
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

/** Situation, traces, the finding for the first vantage. */
const CASES: [string, PathView[], Omit<PathFinding, 'vantage'>][] = [
  [
    'no reply after a router that others pass',
    [view('dublin', 'D B - - -'), ...OTHERS],
    {
      lastHop: 'B',
      firstMissing: 'X',
      words: "the last router that replied to dublin's trace is B; the others continue to X",
    },
  ],
  [
    'no reply on a separate path: what the others have in common',
    [view('dublin', 'D E - - -'), ...OTHERS],
    {
      lastHop: 'E',
      firstMissing: 'B',
      words: "the last router that replied to dublin's trace is E; the others continue to B",
    },
  ],
  [
    'no reply on a separate path, where the others share only the target',
    [view('dublin', 'D - - -'), view('tokyo', 'A T!connected'), view('ohio', 'C T!connected')],
    {
      lastHop: 'D',
      firstMissing: TARGET,
      words: `the last router that replied to dublin's trace is D; the others continue to ${TARGET}`,
    },
  ],
  [
    'no reply after a router that only one of the others passes',
    [view('dublin', 'A - - -'), ...OTHERS],
    {
      lastHop: 'A',
      firstMissing: 'B',
      words: "the last router that replied to dublin's trace is A; tokyo continues to B",
    },
  ],
  [
    'two next hops: the one that more vantages show',
    [view('dublin', 'B - -'), ...OTHERS, view('osaka', 'A B Y T!connected')],
    {
      lastHop: 'B',
      firstMissing: 'X',
      words: "the last router that replied to dublin's trace is B; ohio and tokyo continue to X",
    },
  ],
  [
    'a router without a reply in the traces of the others is skipped',
    [view('dublin', 'D B - -'), view('tokyo', 'A B - T!connected')],
    {
      lastHop: 'B',
      firstMissing: TARGET,
      words: `the last router that replied to dublin's trace is B; tokyo continues to ${TARGET}`,
    },
  ],
  [
    'no hop replies',
    [view('dublin', '- - - - -'), ...OTHERS],
    { firstMissing: 'B', words: "no reply to dublin's trace; the others pass through B" },
  ],
  [
    'no vantage connects: no comparison, only the last reply',
    [view('dublin', 'D B - -'), view('tokyo', 'A B - -')],
    { lastHop: 'B', words: "the last router that replied to dublin's trace is B" },
  ],
  [
    'a router rejects after its own hop',
    [view('dublin', 'D B B!administratively-prohibited'), ...OTHERS],
    {
      lastHop: 'B',
      firstMissing: 'X',
      refusedAt: 'B',
      words: `B replied "administratively prohibited" to dublin's trace at hop 3; the others continue to X`,
    },
  ],
  [
    'a router rejects at its own hop',
    [view('dublin', 'D B Z!no-route'), ...OTHERS],
    { lastHop: 'B', refusedAt: 'Z', words: `Z replied "no route" to dublin's trace at hop 3` },
  ],
  [
    'the first router rejects',
    [view('dublin', 'D!network-unreachable'), ...OTHERS],
    { refusedAt: 'D', words: `D replied "network unreachable" to dublin's trace at hop 1` },
  ],
  [
    'a refusal from the same distance as the target',
    [view('dublin', 'D B X T!refused'), ...OTHERS],
    {
      lastHop: 'X',
      refusedAt: TARGET,
      words: `dublin gets a refusal with the source address ${TARGET} at hop 4, 1 hop after X; the others reach the target at the same distance`,
    },
  ],
  [
    'a refusal from closer than the target',
    [view('dublin', 'D B T!refused'), ...OTHERS],
    {
      lastHop: 'B',
      firstMissing: 'X',
      refusedAt: TARGET,
      words: `dublin gets a refusal with the source address ${TARGET} at hop 3, 1 hop after B; the others reach the target 2 hops after it: if the paths are the same, a device closer than the target refuses`,
    },
  ],
  [
    'a refusal with nothing to compare',
    [view('dublin', 'D E T!refused'), ...OTHERS],
    {
      lastHop: 'E',
      refusedAt: TARGET,
      words: `dublin gets a refusal with the source address ${TARGET} at hop 3, 1 hop after E`,
    },
  ],
  [
    'a refusal at the first hop',
    [view('dublin', 'T!refused'), ...OTHERS],
    { refusedAt: TARGET, words: `dublin gets a refusal with the source address ${TARGET} at hop 1` },
  ],
  [
    'a routing loop',
    [view('dublin', 'D E F E F E'), ...OTHERS],
    { lastHop: 'E', words: "the replies to dublin's trace repeat between E and F, as in a routing loop" },
  ],
  [
    'a router that answers twice is no loop',
    [view('dublin', 'D B B - -'), ...OTHERS],
    {
      lastHop: 'B',
      firstMissing: 'X',
      words: "the last router that replied to dublin's trace is B; the others continue to X",
    },
  ],
  [
    'a path that is open again',
    [view('dublin', 'D B X T!connected', false), ...OTHERS],
    {
      lastHop: TARGET,
      words: `dublin's trace reached ${TARGET}: the path was open at that time`,
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

  it('has no finding for vantages that connect, or that have no trace', () => {
    const nowhere = walk('-', { hops: [], unavailable: 'needs Linux and the optional package koffi' });
    expect(comparePaths([...OTHERS, { vantage: 'dublin', connects: false, trace: nowhere }])).toEqual([]);
  });

  it('does not compare with a trace that did not arrive', () => {
    const cut = { vantage: 'tokyo', connects: true, trace: walk('A B') };
    expect(comparePaths([view('dublin', 'D B - -'), cut])).toEqual([
      { vantage: 'dublin', lastHop: 'B', words: "the last router that replied to dublin's trace is B" },
    ]);
  });

  it('has one finding for each vantage that fails', () => {
    const found = comparePaths([view('dublin', 'D - -'), ...OTHERS, view('osaka', 'A B B!no-route')]);
    expect(found.map(({ vantage }) => vantage)).toEqual(['dublin', 'osaka']);
  });
});
