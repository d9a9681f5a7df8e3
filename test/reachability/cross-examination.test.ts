import { expect, test } from 'vitest';
import { crossExamination } from '../../functions/reachability/cross-examination.ts';
import { indexRound } from '../../functions/reachability/standing.ts';
import { A, B, round, sees, TARGET } from '../support/reports.ts';
import type { Seen } from '../support/reports.ts';

const again = (target: typeof TARGET, ...seen: Seen[]) =>
  crossExamination(
    [target],
    indexRound(round(Object.fromEntries(seen.map((each, index) => [`v${index}`, { seen: each }])), target)),
  )[0]?.addresses;

function many(prefix: string, length: number, outcome: 'connected' | 'timed-out'): Seen {
  return Object.fromEntries(Array.from({ length }, (_, index) => [`${prefix}.${index + 10}`, [outcome]]));
}

test('a literal is asked about at its own address, whatever a report lists', () => {
  const literal = { host: A, port: 443 };
  expect(again(literal, { [A]: ['timed-out'] }, { [A]: ['connected'], [B]: ['connected'] })).toEqual([A]);
  expect(again(literal, { [A]: ['connected'] }, { [B]: ['timed-out'] })).toEqual([A]);
});

test('of more than 64 addresses each vantage has its share, those that failed first', () => {
  const crowd = many('10.0.0', 64, 'timed-out');
  const honest = { ...many('203.0.113', 9, 'connected'), '203.0.113.99': ['timed-out'] } as const;
  const asked = again(TARGET, crowd, honest) ?? [];
  expect(asked).toHaveLength(64);
  expect(asked.filter((address) => address.startsWith('203.0.113.'))).toHaveLength(10);
  expect(asked.indexOf('203.0.113.99')).toBeLessThan(asked.indexOf('203.0.113.10'));
  expect(again(TARGET, honest, crowd)).toEqual(asked);
});

test('up to 64 addresses all of them are asked about, those that failed first', () => {
  expect(again(TARGET, { [A]: ['connected'] }, { [B]: ['timed-out'] })).toEqual([B, A]);
  expect(again(TARGET, sees('connected').seen ?? {})).toBeUndefined();
});
