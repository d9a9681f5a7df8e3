/** What `npm run bench:tick` measures; `measured.json` holds the figures of the last run with `--write`. */
export interface Figures {
  /** ISO 8601, only the day. */
  measuredOn: string;
  /** Cores, processor, kernel, Node. */
  machine: string;
  /** Load average of one minute before the run. On a busy machine CPU time stays correct and wall time does not. */
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
  /** One probe of all targets without the aggregator, over loopback. */
  probe: {
    /** Median. */
    cpuMs: number;
    /** Intended waits: staggered attempts, the wait for resets, controls before and after. The least of all runs. */
    waitMs: number;
  };
  /** The peak memory of the aggregator's process. */
  mostMemoryMiB: number;
  cases: CaseFigures[];
}

/** One kind of tick. */
export interface CaseFigures {
  name: CaseName;
  ticks: number;
  /** Of the aggregator, medians over the ticks. */
  cpuMs: number;
  /** The largest number of each, because they hardly differ. */
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
  'the target recovers',
  'all targets fail at once',
  'all targets keep failing',
] as const;

export type CaseName = (typeof CASES)[number];

export function caseOf({ cases }: SizeFigures, name: CaseName): CaseFigures {
  const found = cases.find((one) => one.name === name);
  if (!found) throw new Error(`the case "${name}" was not measured`);
  return found;
}
