import type { Target } from '../../functions/reachability/request.ts';
import type { Confidence, Fault as Blame, Kind } from '../../functions/reachability/words.ts';
import type { PlantedFault } from '../world.ts';
import type { Plant } from './plants.ts';

export type { Blame };

/** Vantages that work; a situation is checked from them unless it names others. */
export const WELL = ['tokyo', 'sydney', 'frankfurt', 'ohio', 'dublin'] as const;
/** Its uplink is down in the demo and in the matrix. */
export const OFFLINE = 'saopaulo';
export const DEAD_UPLINK: PlantedFault = { type: 'link-down', at: `edge-${OFFLINE}`, link: 'core-west' };
export const WITH_OFFLINE = [...WELL, OFFLINE];

/** Address families of a target's name: one, the other, or both. */
export type Families = '4' | '6' | '46';

/** One situation: what is planted, and everything that a correct verdict on the target reports. */
export interface Situation {
  /** The planted fault in plain words; `it` is the target. */
  planted: string;
  /** One kind; several where chance decides between verdicts that are all correct. */
  kind: Kind | readonly Kind[];
  /** Kinds that `also` must contain. */
  also?: readonly Kind[];
  /** Undefined: not compared. */
  confidence?: Confidence | undefined;
  /**
   * The verdict's `fault` of each vantage; `others` is for all that are not named here and are neither offline nor crash. Absent: `none`.
   * Not compared where chance decides.
   */
  blame?: Partial<Record<string, Blame>>;
  /** The vantages that abstain. Absent: those to whom `blame` gives `vantage`. */
  abstaining?: readonly string[];
  /** A part of a line that `notRuledOut` must contain. */
  doubt: string;

  /** The matrix plants the situation once for each of these. Default: over IPv4 alone and over IPv6 alone. */
  families?: readonly Families[];
  /** Hosts behind the name, each with an address of each family. Default 1. */
  hosts?: number;
  /** On during the whole check. */
  plant?: Plant;
  /** On in the first round alone. */
  inFirstRound?: Plant;
  /** On in the second round alone. */
  inSecondRound?: Plant;

  vantages?: readonly string[];
  /** Vantages where the probe crashes. */
  crashing?: readonly string[];
  controls?: readonly Target[];
}
