/**
 * The package `synwhere`: the check and the judgement for programs. Only what a program uses is loaded: the probe and the validation at
 * the first check, the AWS SDK at the first probe of a Lambda vantage.
 */
export { check, type CheckEvent, type CheckOptions, type RoundEvent } from './check.ts';
export { InputError } from './input-error.ts';
export { probe, type ProbeInput } from './probe.ts';
export {
  formatTarget,
  parseTarget,
  type ExpectationInput,
  type ParsedTarget,
  type TargetInput,
  type WrittenTarget,
} from './targets.ts';
export {
  commandVantage,
  lambdaVantage,
  localVantage,
  type AwsCredentials,
  type LambdaVantageOptions,
} from './vantages.ts';
export { judge, type Clock } from '../functions/reachability/judge.ts';
export { VantageError, type Vantage } from '../functions/aggregator/vantages/vantage.ts';
export type {
  AddressReport,
  Attempt,
  ControlReport,
  Family,
  Hop,
  IcmpEvidence,
  NameReport,
  ProbeReport,
  TargetReport,
  Trace,
  VantageAnswer,
} from '../functions/reachability/report.ts';
export type { ProbeRequest, Target, TargetRequest, TraceRequest } from '../functions/reachability/request.ts';
export type {
  AddressView,
  Expectations,
  ExpectedTarget,
  VantageView,
  Verdict,
} from '../functions/reachability/verdict.ts';
export type {
  Confidence,
  Expectation,
  Fault,
  Kind,
  NameOutcome,
  Outcome,
  Sighting,
  Stage,
} from '../functions/reachability/words.ts';
