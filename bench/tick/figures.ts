/** What `npm run bench:tick` measures; `measured.json` holds the figures of the last run with `--write`. */
export interface Figures {
  /** ISO 8601, the day alone. */
  measuredOn: string;
  /** Cores, processor, kernel, Node. */
  machine: string;
  /** Load average of one minute before the run: on a busy machine CPU holds, wall time does not. */
  load: number;
  bundleBytes: number;
  start: StartFigures;
  sizes: SizeFigures[];
}

/** From the start of the process to its first answer; medians. `empty` is a handler of one line in the same process. */
export interface StartFigures {
  runs: number;
  aggregator: { wallMs: number; cpuMs: number };
  empty: { wallMs: number; cpuMs: number };
}

export interface SizeFigures {
  targets: number;
  regions: number;
  /** One probe of all targets by itself, over loopback. */
  probe: {
    /** Median. */
    cpuMs: number;
    /** What is waited for on purpose: staggered attempts, settling, controls before and after. The least of all runs. */
    waitMs: number;
  };
  /** The most memory that the aggregator's process held. */
  mostMemoryMiB: number;
  cases: CaseFigures[];
}

/** One kind of tick. */
export interface CaseFigures {
  name: CaseName;
  ticks: number;
  /** Of the aggregator, medians over the ticks. */
  cpuMs: number;
  /** The largest there was of each, for they hardly differ. */
  requests: Record<string, number>;
  readUnits: number;
  writeUnits: number;
  /** Of one invocation of a probe on average, without headers. */
  requestBytes: number;
  answerBytes: number;
  /** What the aggregator wrote to its log. */
  logBytes: number;
}

export const CASES = [
  'the first tick of a process',
  'nothing changes',
  'one target fails',
  'it is well again',
  'all targets fail at once',
  'all go on failing',
] as const;

export type CaseName = (typeof CASES)[number];

export function caseOf({ cases }: SizeFigures, name: CaseName): CaseFigures {
  const found = cases.find((one) => one.name === name);
  if (!found) throw new Error(`the case "${name}" was not measured`);
  return found;
}
