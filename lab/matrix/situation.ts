import type { Target } from '../../functions/reachability/request.ts';
import type { Confidence, Fault as Blame, Kind } from '../../functions/reachability/words.ts';
import type { Answer, Behaviour, Fault, HostSpec, NameSpec } from '../world.ts';

/** Vantages that are well; they are asked unless a situation names others. */
export const WELL = ['tokyo', 'sydney', 'frankfurt', 'ohio', 'dublin'] as const;
/** Its uplink is dead. */
export const OFFLINE = 'saopaulo';
/** Its IPv6 goes nowhere, its IPv4 is well. */
export const SIX_DEAD = 'lagos';
/** It has no IPv6 at all. */
export const FOUR_ONLY = 'quito';

/** Address families of a situation's host: one, the other, or both behind one name. */
export type Families = '4' | '6' | '46';

/** One planted situation, and all that a right verdict must say of it. */
export interface Situation {
  /** Lower-case letters, digits and dashes; the target's name begins with it. */
  name: string;
  planted: string;
  /** One kind; several where chance decides between verdicts that are all right. */
  kind: Kind | readonly Kind[];
  also?: readonly Kind[];
  confidence?: Confidence;
  /** Whose trouble it is, for every vantage that is not plainly at no fault. Not compared where chance decides. */
  blame?: Record<string, Blame>;
  /** What must stand somewhere in `notRuledOut`. */
  doubt: string;

  families: Families;
  /** More than one: several addresses of each family behind the name. Default 1. */
  machines?: number;
  /** What answers at the target's port. Default `open`. */
  service?: Behaviour;
  /** Made for the host's name and addresses, once these are known. */
  fault?: (host: PlantedHost) => Fault | undefined;
  /** `heals`: on in the first round only; `begins`: in the second only. Default: on all the time. */
  timing?: 'heals' | 'begins';
  /** What the name server says instead of the host's addresses: everyone, or single vantages. */
  answer?: (host: PlantedHost) => Answer;
  perVantage?: (host: PlantedHost) => Record<string, Answer>;

  vantages?: readonly string[];
  /** Vantages whose program crashes. */
  crashing?: readonly string[];
  controls?: readonly Target[];
}

export interface PlantedHost {
  name: string;
  addresses: string[];
  v4: string[];
  v6: string[];
}

/** A situation with its place in the world. */
export interface Planted {
  situation: Situation;
  target: Target;
  host: HostSpec;
  dns: NameSpec;
  fault?: Fault;
}

/** The blame that falls on each of several vantages alike. */
export function everyone(blame: Blame, vantages: readonly string[] = WELL): Record<string, Blame> {
  return Object.fromEntries(vantages.map((vantage) => [vantage, blame]));
}

/** The same situation over IPv4 alone and over IPv6 alone. */
export function overBoth(situation: Omit<Situation, 'families'>): Situation[] {
  return (['4', '6'] as const).map((families) => ({
    ...situation,
    name: `${situation.name}-${families}`,
    families,
  }));
}
