import type { ProbeRequest } from '../reachability/request.ts';

/** A request's numbers with every default filled in. */
export interface Settings {
  round: number | undefined;
  /** Infinity: the kernel calls silence. */
  timeoutMs: number;
  attempts: number;
  staggerMs: number;
  settleMs: number;
  deadlineMs: number;
}

/** The defaults of contract and report; a silent target is through in 4 s and a little, two rounds of it in under 10 s. */
const DEFAULTS = { timeoutMs: 4000, attempts: 3, staggerMs: 300, settleMs: 150 } as const;

/** Without a word from anybody: long enough for thousands of targets, or for the kernel's 127 to 131 s. */
const DEADLINE_MS = { own: 60_000, kernel: 180_000 } as const;

/** Fills in the defaults; `deadlineMs`, what the place itself allows, caps what the request asks for. */
export function settingsOf(request: ProbeRequest, deadlineMs = Infinity): Settings {
  const { timeoutMs = DEFAULTS.timeoutMs } = request;
  const attempts = request.attempts ?? DEFAULTS.attempts;
  const silentMs = timeoutMs === 'kernel' ? Infinity : timeoutMs;
  const asked = request.deadlineMs ?? (timeoutMs === 'kernel' ? DEADLINE_MS.kernel : DEADLINE_MS.own);
  return {
    round: request.round,
    timeoutMs: silentMs,
    attempts,
    // Half of the time at least is left for the answer to the last attempt.
    staggerMs: Math.min(request.staggerMs ?? DEFAULTS.staggerMs, silentMs / 2 / Math.max(1, attempts - 1)),
    settleMs: request.settleMs ?? DEFAULTS.settleMs,
    deadlineMs: Math.min(asked, deadlineMs),
  };
}
