import type { Verdict } from '../functions/reachability/verdict.ts';
import { SILENT_KINDS } from '../functions/reachability/words.ts';

/** The exit statuses of docs: what a script may rely on. */
export const EXIT = { asExpected: 0, notAsExpected: 1, wrongUsage: 2, nothingToSay: 3 } as const;

/** A fault of this program (sysexits.h, EX_SOFTWARE). */
export const EXIT_BUG = 70;

/** A target that is not as expected takes precedence over targets without a conclusion. */
export function exitStatusOf(verdicts: readonly Pick<Verdict, 'kind' | 'asExpected'>[]): number {
  const spoken = verdicts.filter((verdict) => !saysNothing(verdict));
  if (spoken.some(({ asExpected }) => !asExpected)) return EXIT.notAsExpected;
  return spoken.length < verdicts.length ? EXIT.nothingToSay : EXIT.asExpected;
}

/** Whether a verdict is about the vantages alone. */
export function saysNothing({ kind }: Pick<Verdict, 'kind'>): boolean {
  return SILENT_KINDS.some((silent) => silent === kind);
}
