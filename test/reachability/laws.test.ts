import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crossExamination } from '../../functions/reachability/cross-examination.ts';
import { indexRound } from '../../functions/reachability/standing.ts';
import { judge } from '../../functions/reachability/judge.ts';
import type { VantageAnswer } from '../../functions/reachability/report.ts';
import type { Verdict } from '../../functions/reachability/verdict.ts';
import { CONFIDENCES, KINDS, NAME_OUTCOMES, OUTCOMES } from '../../functions/reachability/words.ts';
import type { Kind } from '../../functions/reachability/words.ts';
import { A, B, CLOCK, reportOf, round, TARGET, V6 } from '../support/reports.ts';
import type { Sketch } from '../support/reports.ts';

const CONTROLS = ['198.51.100.1', '198.51.100.2', '2001:db8:c::1'];
const outcome = fc.constantFrom(...OUTCOMES.filter((word) => !word.startsWith('name-')));
const seen = fc.dictionary(fc.constantFrom(A, B, V6), fc.array(outcome, { minLength: 1, maxLength: 3 }), {
  maxKeys: 3,
});
const controls = fc.dictionary(fc.constantFrom(...CONTROLS), fc.boolean(), { maxKeys: 3 });
const sketch: fc.Arbitrary<Sketch | string> = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom('crashed', 'throttled (429)', 'no answer within 9 s') },
  {
    weight: 8,
    arbitrary: fc.record(
      {
        seen,
        name: fc.oneof(fc.constantFrom(...NAME_OUTCOMES), fc.constant([A, B])),
        controls,
        notTried: fc.constant('the deadline passed'),
        attempt: fc.record({ synRetransmits: fc.nat(3), stage: fc.constantFrom('local', 'path', 'remote') }),
      },
      { requiredKeys: ['seen'] },
    ),
  },
);
/** Rounds as vantages really answer them: the same vantages in each. */
const rounds = fc
  .tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 2 }))
  .chain(([vantages, length]) =>
    fc.array(
      fc
        .array(sketch, { minLength: vantages, maxLength: vantages })
        .map((sketches) => round(Object.fromEntries(sketches.map((each, i) => [`v${i}`, each])))),
      { minLength: length, maxLength: length },
    ),
  );

const verdictOf = (given: VantageAnswer[][]): Verdict => judge(TARGET, given, CLOCK);
const rank = ({ confidence }: Verdict): number => CONFIDENCES.indexOf(confidence);
const add = (given: VantageAnswer[][], ...answers: VantageAnswer[]): VantageAnswer[][] =>
  given.map((answersOfRound, index) =>
    [...answersOfRound, answers[index] ?? answers.at(-1)].flatMap((a) => a ?? []),
  );
const rename = (answer: VantageAnswer, vantage: string): VantageAnswer => ({ ...answer, vantage });
const bare = ({ kind, also, confidence, asExpected, vantages }: Verdict): unknown => ({
  kind,
  also,
  confidence,
  asExpected,
  faults: vantages.map(({ fault }) => fault),
});
const RUNS = { numRuns: 1000 };

/** It has no vote on the controls of others, which would be another matter. */
function withoutControls(answer: VantageAnswer): VantageAnswer {
  return 'report' in answer ? { ...answer, report: { ...answer.report, controls: [] } } : answer;
}

function sawOf(answers: VantageAnswer[], name: string | undefined): unknown {
  const view = verdictOf([answers]).vantages.find(({ vantage }) => vantage === name);
  return [view?.counted, view?.saw, view?.addresses.map(({ address, saw }) => [address, saw])];
}

describe('laws of the judgement', () => {
  it('every set of reports has exactly one verdict, and the same each time', () => {
    fc.assert(
      fc.property(rounds, (given) => {
        const verdict = verdictOf(given);
        expect(KINDS).toContain(verdict.kind);
        expect(verdict.also).not.toContain(verdict.kind);
        expect(verdict.summary).not.toBe('');
        expect(verdictOf(structuredClone(given))).toEqual(verdict);
      }),
      RUNS,
    );
  });

  it('knows a kind for every set of reports without falling back', () => {
    fc.assert(
      fc.property(rounds, (given) => {
        const verdict = verdictOf(given);
        const counted = verdict.vantages.filter((view) => view.counted).length;
        const missing = verdict.vantages.length - counted;
        fc.pre(counted >= missing);
        expect(['insufficient-data', 'vantage-fault']).not.toContain(verdict.kind);
      }),
      RUNS,
    );
  });

  it('the order of vantages does not matter', () => {
    fc.assert(
      fc.property(rounds, fc.infiniteStream(fc.nat()), (given, keys) => {
        const order = given[0]?.map((_, index) => ({ index, key: Number(keys.next().value) })) ?? [];
        const shuffled = order.toSorted((a, b) => a.key - b.key).map(({ index }) => index);
        const other = given.map((answers) => shuffled.flatMap((index) => answers[index] ?? []));
        expect(verdictOf(other)).toEqual(verdictOf(given));
      }),
      RUNS,
    );
  });

  it('networks change only what is not ruled out and the next steps, in any order of the vantages', () => {
    const networks = fc.array(fc.constantFrom('aws', 'other', undefined), { minLength: 7, maxLength: 7 });
    fc.assert(
      fc.property(rounds, networks, (given, of) => {
        const placed = given.map((answers) =>
          answers.map((answer, index) => {
            const network = of[index];
            return network === undefined ? answer : { ...answer, network };
          }),
        );
        const verdict = verdictOf(placed);
        expect(verdictOf(placed.map((answers) => answers.toReversed()))).toEqual(verdict);
        const { notRuledOut: _, nextSteps: _steps, vantages, ...rest } = verdict;
        const { notRuledOut: __, nextSteps: __steps, vantages: before, ...without } = verdictOf(given);
        expect(rest).toEqual(without);
        expect(vantages.map(({ network: ___, ...view }) => view)).toEqual(before);
      }),
      RUNS,
    );
  });

  it('the names of vantages do not matter', () => {
    fc.assert(
      fc.property(rounds, (given) => {
        const before = verdictOf(given);
        const after = verdictOf(given.map((answers) => answers.map((a) => rename(a, `z-${a.vantage}`))));
        expect(bare(after)).toEqual(bare(before));
      }),
      RUNS,
    );
  });

  const abstentions: [string, (given: VantageAnswer[][]) => VantageAnswer[]][] = [
    ['gives no report', () => [{ vantage: 'extra', absent: 'crashed' }]],
    [
      'fails all of its controls',
      (given) => {
        const known = new Set(
          given.flatMap((answers) =>
            answers.flatMap((a) => ('report' in a ? a.report.controls.map(({ host }) => host) : [])),
          ),
        );
        const failing = {
          ...Object.fromEntries([...known].map((host) => [host, false])),
          '198.51.100.9': false,
        };
        return [{ vantage: 'extra', report: reportOf({ seen: { [A]: ['timed-out'] }, controls: failing }) }];
      },
    ],
    [
      'has no route for the family at all',
      () => [
        {
          vantage: 'extra',
          report: reportOf({ seen: { [A]: ['network-unreachable'] }, attempt: { stage: 'local' } }),
        },
      ],
    ],
    [
      'did nothing that is evidence',
      () => [{ vantage: 'extra', report: reportOf({ seen: { [A]: ['inconclusive'] } }) }],
    ],
    ['was not allowed to try', () => [{ vantage: 'extra', report: reportOf({ seen: { [A]: ['denied'] } }) }]],
  ];

  it.each(abstentions)(
    'a vantage added that %s never raises confidence, and changes the kind to nothing but insufficient-data',
    (_, extra) => {
      fc.assert(
        fc.property(rounds, (given) => {
          const before = verdictOf(given);
          // Where nobody counted there was no kind of the target to change: reports that come make vantage-fault of no reports.
          fc.pre(before.vantages.some(({ counted }) => counted));
          const after = verdictOf(add(given, ...extra(given)));
          expect(after.vantages.find(({ vantage }) => vantage === 'extra')?.counted).toBe(false);
          expect(rank(after)).toBeLessThanOrEqual(rank(before));
          expect([before.kind, 'insufficient-data']).toContain(after.kind);
        }),
        RUNS,
      );
    },
  );

  /** Vantages that see the same in both rounds: the soil that high confidence grows on. */
  const settled = fc
    .array(fc.constantFrom('connected', 'connected', 'refused', 'timed-out', 'connected-then-closed'), {
      minLength: 1,
      maxLength: 8,
    })
    .map((words) =>
      round(Object.fromEntries(words.map((word, i) => [`v${i}`, { seen: { [A]: [word] } }] as const))),
    )
    .map((answers) => [answers, answers]);

  it.each([
    ['of any rounds', rounds],
    ['of rounds that agree', settled],
  ])('one more vantage that agrees never lowers confidence %s', (_, source) => {
    fc.assert(
      fc.property(source, fc.nat(), (given, pick) => {
        const before = verdictOf(given);
        const last = given.at(-1) ?? [];
        const twin = last[pick % last.length];
        fc.pre(before.vantages.some(({ vantage, counted }) => counted && vantage === twin?.vantage));
        const twins = given.flatMap((answers) => answers.filter(({ vantage }) => vantage === twin?.vantage));
        const grown = add(given, ...twins.map((answer) => withoutControls(rename(answer, 'twin'))));
        const after = verdictOf(grown);
        // It agrees where it is used for the same addresses and has the same result, in every round.
        const agrees = grown.every((answers, index) =>
          isDeepStrictEqual(sawOf(answers, 'twin'), sawOf(given[index] ?? [], twin?.vantage)),
        );
        fc.pre(agrees);
        expect(rank(after)).toBeGreaterThanOrEqual(rank(before));
      }),
      RUNS,
    );
  });

  it('no verdict blames a vantage that connected', () => {
    fc.assert(
      fc.property(rounds, (given) => {
        for (const view of verdictOf(given).vantages) {
          const outcomes = view.addresses.flatMap(({ attempts }) =>
            attempts.map((attempt) => attempt.outcome),
          );
          if (outcomes.some((word) => word.startsWith('connected'))) expect(view.fault).not.toBe('vantage');
          const clean = view.addresses.every(({ saw }) => saw === 'open' || saw === 'nothing');
          if (view.saw === 'open' && clean) expect(view.fault).toBe('none');
        }
      }),
      RUNS,
    );
  });

  it('a fault called local is blamed on the way of some vantage', () => {
    fc.assert(
      fc.property(rounds, (given) => {
        const { kind, vantages } = verdictOf(given);
        if (kind === 'local-routing-issue') expect(vantages.map(({ fault }) => fault)).toContain('path');
      }),
      RUNS,
    );
  });

  it('nothing that happens to one vantage of several makes the target refuse, vanish or fall silent', () => {
    const forbidden: Kind[] = ['remote-refusal', 'unresponsive', 'unroutable'];
    const well = {
      seen: { [A]: ['connected', 'connected'] },
      controls: Object.fromEntries(CONTROLS.map((c) => [c, true])),
    } as const;
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.array(sketch, { minLength: 1, maxLength: 2 }),
        (others, own) => {
          const given = own.map((each) =>
            round({
              unlucky: each,
              ...Object.fromEntries(Array.from({ length: others }, (_, i) => [`v${i}`, well])),
            }),
          );
          expect(forbidden).not.toContain(verdictOf(given).kind);
        },
      ),
      RUNS,
    );
  });

  it('two rounds that contradict each other are never high', () => {
    const healthy = { seen: { [A]: ['connected'] } } as const;
    const others = { b: healthy, c: healthy, d: healthy };
    const word = fc.constantFrom(
      'connected',
      'refused',
      'host-unreachable',
      'timed-out',
      'connected-then-closed',
    );
    fc.assert(
      fc.property(word, word, (first, second) => {
        fc.pre(first !== second);
        const given = [first, second].map((each) => round({ a: { seen: { [A]: [each] } }, ...others }));
        expect(verdictOf(given).confidence).toBe('low');
      }),
    );
  });

  it('asks again only where something failed or differed', () => {
    fc.assert(
      fc.property(rounds, (given) => {
        const answers = given[0] ?? [];
        const verdict = verdictOf([answers]);
        const again = crossExamination([TARGET], indexRound(answers));
        if (again.length === 0 && verdict.vantages.some(({ counted }) => counted)) {
          expect(['reachable', 'unstable', 'insufficient-data']).toContain(verdict.kind);
        }
        for (const { addresses = [] } of again) expect([...new Set(addresses)]).toEqual(addresses);
      }),
      RUNS,
    );
  });
});
