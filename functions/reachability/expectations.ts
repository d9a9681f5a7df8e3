import type { Standing } from './standing.ts';
import type { Expectations } from './verdict.ts';
import type { Expectation } from './words.ts';

/** What is expected of a target from one vantage; `open` unless said otherwise. */
export function expectedFrom(vantage: string, expect: Expectations | undefined): Expectation {
  const own = expect?.vantages;
  // A vantage may be called what every object has, e.g. `constructor`.
  const here = own && Object.hasOwn(own, vantage) ? own[vantage] : undefined;
  return here ?? expect?.everywhere ?? 'open';
}

/**
 * Whether every vantage that counts saw, on every address that it could judge, just what was expected of it. Silence never
 * satisfies `refused`, nor the network's word `silent`. False where nobody counts: nothing was seen.
 */
export function isAsExpected(counted: readonly Standing[], expect: Expectations | undefined): boolean {
  return (
    counted.length > 0 &&
    counted.every(({ vantage, saw, addresses }) => {
      if (saw === 'name-failed') return false;
      const expected = expectedFrom(vantage, expect);
      return addresses.every((view) => view.saw === 'nothing' || view.saw === expected);
    })
  );
}
