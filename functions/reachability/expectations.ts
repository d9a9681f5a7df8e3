import type { Standing } from './standing.ts';
import type { Expectations } from './verdict.ts';
import type { Expectation } from './words.ts';

/** What is expected of a target from one vantage; default `open`. */
export function expectedFrom(vantage: string, expect: Expectations | undefined): Expectation {
  const own = expect?.vantages;
  // A vantage can have the name of a property that every object has, e.g. `constructor`.
  const here = own && Object.hasOwn(own, vantage) ? own[vantage] : undefined;
  return here ?? expect?.everywhere ?? 'open';
}

/**
 * Whether every usable vantage saw what is expected, at every address that it could judge. Silence does not satisfy `refused`, and a
 * network error does not satisfy `silent`. False without a usable vantage, because nothing was seen.
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
