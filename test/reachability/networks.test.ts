import { describe, expect, it } from 'vitest';
import { check } from '../../functions/aggregator/check/check.ts';
import { commandVantage } from '../../functions/aggregator/vantages/command.ts';
import { inProcessVantage } from '../../functions/aggregator/vantages/in-process.ts';
import { lambdaVantage } from '../../functions/aggregator/vantages/lambda.ts';
import { judge } from '../../functions/reachability/judge.ts';
import { CLOCK, reportOf, round, sees, TARGET } from '../support/reports.ts';
import type { Sketch } from '../support/reports.ts';

const open = sees('connected');
const silent = sees('timed-out');
const refused = sees('refused');
const nameless: Sketch = { name: 'name-timed-out' };
const LINE = 'All usable vantages are in one network';

function verdictOf(answers: Record<string, Sketch | string>, networks: Record<string, string>) {
  const given = round(answers).map((answer) => {
    const network = networks[answer.vantage];
    return network === undefined ? answer : { ...answer, network };
  });
  return judge(TARGET, [given, given], CLOCK);
}

const doubts = (answers: Record<string, Sketch | string>, networks: Record<string, string>): string =>
  verdictOf(answers, networks).notRuledOut.join('\n');

describe('where all usable vantages are in one network', () => {
  const aws = { a: 'aws', b: 'aws', c: 'aws' };

  it.each([
    ['no vantage gets an answer', { a: silent, b: silent }],
    ['all are refused', { a: refused, b: refused }],
    ['some are refused, the others get no answer', { a: refused, b: silent }],
    ['a router returns an error', { a: sees('host-unreachable'), b: sees('host-unreachable') }],
    ['those of other networks are ignored', { a: silent, b: silent, d: 'crashed' }],
  ])('%s: a filter or a fault between that network and the target is not ruled out', (_, answers) => {
    expect(doubts(answers, aws)).toContain(
      `${LINE} (aws): a filter or a fault between that network and the target looks the same.`,
    );
  });

  it('a name that does not resolve may be filtered at its name servers', () => {
    expect(doubts({ a: nameless, b: nameless }, aws)).toContain(
      'a filter or a fault between that network and the name servers looks the same',
    );
  });

  it.each([
    ['one connects', { a: silent, b: silent, c: open }, aws],
    ['all connect', { a: open, b: open }, aws],
    ['one is in another network', { a: silent, b: silent }, { a: 'aws', b: 'office' }],
    ['the network of one is not known', { a: silent, b: silent }, { a: 'aws' }],
    ['no network is known', { a: silent, b: silent }, {}],
    ['only one is used, for which more is uncertain', { a: silent, b: 'crashed' }, aws],
    ['no vantage is used', { a: 'crashed', b: 'crashed' }, aws],
  ])('nothing is said of it where %s', (_, answers, networks) => {
    expect(doubts(answers, networks)).not.toContain(LINE);
  });

  it('the only usable vantage: check from other places', () => {
    expect(doubts({ a: silent }, aws)).toContain('With only one usable vantage');
  });
});

describe('whom to look for in the rules of a firewall', () => {
  const healthy = { v: open, w: open, x: open, y: open, z: open };

  it.each([
    [
      { a: silent },
      { a: 'aws' },
      "drops packets from a: look for AWS's address ranges of that region in its rules",
    ],
    [
      { a: silent, b: silent },
      { a: 'aws', b: 'aws' },
      "look for AWS's address ranges of those regions in its rules",
    ],
    [{ a: silent }, {}, 'drops packets from a: look for that source in its rules'],
    [
      { a: silent, b: silent },
      { a: 'aws' },
      "look for that source and AWS's address ranges of that region in its rules",
    ],
  ])('%#: %s', (cutOff: Record<string, Sketch>, networks: Record<string, string>, words) => {
    expect(doubts({ ...healthy, ...cutOff }, networks)).toContain(words);
  });
});

const probe = () => Promise.resolve(reportOf(open));

describe('a vantage', () => {
  it('in Lambda is in the network of AWS unless it is told otherwise; the others have none unless told', () => {
    expect(lambdaVantage('eu-west-1', 'f').network).toBe('aws');
    expect(lambdaVantage('eu-west-1', 'f', { network: 'own' }).network).toBe('own');
    expect(commandVantage('office', 'true')).not.toHaveProperty('network');
    expect(commandVantage('office', 'true', 'example-cloud').network).toBe('example-cloud');
    expect(inProcessVantage('here', probe)).not.toHaveProperty('network');
    expect(inProcessVantage('here', probe, 'example-cloud').network).toBe('example-cloud');
  });

  it('has its network in the verdict, whether it counts or not', async () => {
    const vantages = [
      inProcessVantage('a', () => Promise.resolve(reportOf(silent)), 'aws'),
      inProcessVantage('b', () => Promise.resolve(reportOf(silent)), 'aws'),
      inProcessVantage('c', () => Promise.reject(new Error('crashed')), 'aws'),
      inProcessVantage('d', () => Promise.reject(new Error('crashed'))),
    ];
    const [verdict] = await check({ targets: [TARGET], vantages });
    expect(verdict?.vantages.map(({ vantage, network }) => [vantage, network])).toEqual([
      ['a', 'aws'],
      ['b', 'aws'],
      ['c', 'aws'],
      ['d', undefined],
    ]);
    expect(verdict?.notRuledOut.join()).toContain(LINE);
  });
});
