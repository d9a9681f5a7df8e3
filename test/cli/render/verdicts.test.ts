import { describe, expect, it } from 'vitest';
import { renderBriefly, renderVerdicts } from '../../../cli/render/verdicts.ts';
import { judge } from '../../../functions/reachability/judge.ts';
import type { VantageAnswer } from '../../../functions/reachability/report.ts';
import type { Verdict } from '../../../functions/reachability/verdict.ts';
import { reportOf } from '../../support/reports.ts';
import type { Sketch } from '../../support/reports.ts';

const CLOCK = { startedAt: '2026-01-01T00:00:00.000Z', elapsedMs: 5120 };
const DEAD_CONTROL = { '198.51.100.1': false };

type Outcome = 'connected' | 'timed-out' | 'refused';

/** The verdict on one target from dublin, frankfurt and tokyo; saopaulo abstains by its controls. */
function verdictOn(host: string, index: number, seen: Record<string, Outcome>): Verdict {
  const target = { host, port: 443 };
  const address = `203.0.113.${(index % 250) + 1}`;
  const sketch = (outcome: Outcome): Sketch => ({
    seen: { [address]: [outcome, outcome, outcome] },
    attempt: outcome === 'connected' ? { handshakeMs: 10 + (index % 7) } : {},
  });
  const answers: VantageAnswer[] = [
    ...Object.entries(seen).map(([vantage, outcome]) => ({
      vantage,
      report: reportOf(sketch(outcome), target),
    })),
    { vantage: 'saopaulo', report: reportOf({ ...sketch('timed-out'), controls: DEAD_CONTROL }, target) },
  ];
  return judge(target, [answers, answers], CLOCK);
}

const FINE = { dublin: 'connected', frankfurt: 'connected', tokyo: 'connected' } as const;
const CUT_OFF = { ...FINE, frankfurt: 'timed-out' } as const;
const many = (amount: number, seen: Record<string, Outcome>, name = 'shop'): Verdict[] =>
  Array.from({ length: amount }, (_, index) => verdictOn(`${name}-${index}.example`, index, seen));

const page = (columns: number) => ({ columns, style: (_style: unknown, text: string) => text });
const times = (text: string, part: string): number => text.split(part).length - 1;

describe('verdicts for a person', () => {
  it('give the reasons once for targets with the same fault', () => {
    const text = renderVerdicts([...many(12, CUT_OFF), ...many(3, FINE, 'well')], page(Infinity));
    expect(times(text, 'local-routing-issue, confidence high')).toBe(1);
    expect(text).toContain(
      'These 12 targets: shop-0.example:443, shop-1.example:443, shop-10.example:443, shop-11.example:443, shop-2.example:443 and 7 more.',
    );
    expect(text).toContain('The text below is about shop-0.example:443; it applies to each of them.');
    expect(times(text, '  Because')).toBe(1);
    expect(times(text, '  Next steps')).toBe(1);
    expect(text).toContain(
      '    - From frankfurt, run `synwhere trace shop-0.example:443` to see where the path ends.',
    );
    expect(text).toMatch(/\n3 of 15 targets as expected\n$/);
    for (let index = 0; index < 12; index++)
      expect(text).toMatch(new RegExp(`^✗ +shop-${index}\\.example:443 `, 'm'));
  });

  it('keep targets with different faults apart', () => {
    const refused = { dublin: 'refused', frankfurt: 'refused', tokyo: 'refused' } as const;
    const other = { ...FINE, tokyo: 'timed-out' } as const;
    const given = [...many(2, CUT_OFF), ...many(2, refused, 'closed'), ...many(1, other, 'other')];
    const text = renderVerdicts(given, page(Infinity));
    expect(times(text, '  Because')).toBe(3);
    expect(times(text, 'These 2 targets')).toBe(2);
    expect(text).toMatch(/^other-0\.example:443$/m);
  });

  it.each([40, 120, Infinity])('name an ignored vantage once, with its reason: %d columns', (columns) => {
    const text = renderVerdicts(many(12, CUT_OFF), page(columns));
    expect(times(text, 'saopaulo')).toBe(1);
    expect(text.replaceAll(/\n +/g, ' ')).toContain(
      'Ignored vantages They gave no usable evidence. What they would see is not ruled out. - saopaulo: 1 of 1 controls failed: 198.51.100.1:443 (no answer)',
    );
    expect(text).not.toContain('abstains');
  });

  it('show where a vantage is ignored for some targets only', () => {
    const [first, ...others] = many(3, FINE);
    if (!first) throw new Error('no verdict');
    const used = { ...first, vantages: first.vantages.map((view) => ({ ...view, counted: true })) };
    const text = renderVerdicts([used, ...others], page(Infinity));
    expect(text).toContain('saopaulo (for 2 of 3 targets): 1 of 1 controls failed');
    expect(times(text, 'abstains')).toBe(2);
  });

  it.each([40, 80, 120])('fit on %d columns, also for 300 targets', (columns) => {
    for (const given of [
      many(1, CUT_OFF),
      many(12, CUT_OFF),
      [...many(280, FINE, 'well'), ...many(20, CUT_OFF)],
    ]) {
      const lines = renderVerdicts(given, page(columns)).split('\n');
      for (const line of lines) expect(Array.from(line).length).toBeLessThanOrEqual(columns);
      for (const { target } of given) expect(lines.join(' ')).toContain(`${target.host}:443`);
    }
  });

  it('keep every doubt about the target', () => {
    const [verdict] = many(1, CUT_OFF);
    const text = renderVerdicts(many(1, CUT_OFF), page(Infinity));
    const doubts = verdict?.notRuledOut.filter((line) => !line.includes('saopaulo')) ?? [];
    expect(doubts.length).toBeGreaterThan(1);
    for (const doubt of doubts) expect(text).toContain(doubt);
  });
});

describe('verdicts in brief', () => {
  it.each([20, Infinity])(
    'are one line for each target, in order, and nothing else: %d columns',
    (columns) => {
      const given = [verdictOn('a.example', 0, CUT_OFF), verdictOn('long.'.repeat(20) + 'example', 1, FINE)];
      const [nothing] = many(1, {});
      if (!nothing) throw new Error('no verdict');
      expect(renderBriefly([...given, nothing], page(columns))).toBe(
        `✗ a.example:443 local-routing-issue (high)\n✓ ${'long.'.repeat(20)}example:443 reachable (high)\n? shop-0.example:443 vantage-fault (low)\n`,
      );
    },
  );
});
