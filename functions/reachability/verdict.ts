import type { AddressReport, Attempt, NameReport, Target, Trace } from './report.ts';
import type { Confidence, Expectation, Fault, Kind, Sighting } from './words.ts';

/** What is expected of a target: everywhere, and apart from that at single vantages. */
export interface Expectations {
  everywhere: Expectation;
  vantages?: Record<string, Expectation>;
}

/** A target with what its owner expects of it; without, `open` everywhere. */
export interface ExpectedTarget extends Target {
  expect?: Expectations;
}

export interface AddressView extends AddressReport {
  saw: Sighting;
  /** What the rounds before the last one saw of it, oldest first. */
  earlier?: { round: number; saw: Sighting; attempts: Attempt[] }[];
}

/** What one vantage contributes to a verdict. */
export interface VantageView {
  vantage: string;
  /** Whose network it is in, e.g. `aws`; absent where that is not known. */
  network?: string;
  counted: boolean;
  /** Why it does not count. */
  abstained?: string;
  saw: Sighting;
  fault: Fault;
  name?: NameReport;
  addresses: AddressView[];
  traces?: Trace[];
}

export interface Verdict {
  target: Target;
  kind: Kind;
  /** What else holds. */
  also: Kind[];
  confidence: Confidence;
  /** Whether every vantage that counts saw what was expected of it. */
  asExpected: boolean;
  /** One plain sentence. */
  summary: string;
  /** Facts, with counts. */
  because: string[];
  /** What the evidence cannot exclude, and the test that would. */
  notRuledOut: string[];
  vantages: VantageView[];
  rounds: number;
  /** ISO 8601. */
  startedAt: string;
  elapsedMs: number;
}
