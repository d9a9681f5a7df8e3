import type { Verdict } from '../functions/reachability/verdict.ts';
import { SILENT_KINDS } from '../functions/reachability/words.ts';

/** The exit statuses, on which scripts rely. */
export const EXIT = { asExpected: 0, notAsExpected: 1, wrongUsage: 2, nothingToSay: 3 } as const;

/** An internal error of this program (sysexits.h, EX_SOFTWARE). */
export const EXIT_BUG = 70;

/** A target that is not as expected takes precedence over targets without a conclusion. */
export function exitStatusOf(verdicts: readonly Pick<Verdict, 'kind' | 'asExpected'>[]): number {
  const concluded = verdicts.filter((verdict) => !saysNothing(verdict));
  if (concluded.some(({ asExpected }) => !asExpected)) return EXIT.notAsExpected;
  return concluded.length < verdicts.length ? EXIT.nothingToSay : EXIT.asExpected;
}

/** Whether a verdict has no conclusion about its target, only about the vantages. */
export function saysNothing({ kind }: Pick<Verdict, 'kind'>): boolean {
  return SILENT_KINDS.some((silent) => silent === kind);
}
