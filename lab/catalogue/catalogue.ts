import { EVERYWHERE } from './everywhere.ts';
import { NAMES } from './names.ts';
import type { Situation } from './situation.ts';
import { SOMEWHERE } from './somewhere.ts';
import { TIMED, VANTAGES } from './vantages.ts';

const ALL = { ...EVERYWHERE, ...SOMEWHERE, ...NAMES, ...VANTAGES, ...TIMED };

export type SituationName = keyof typeof ALL;

/** Every situation that the lab can plant. The demo, the standing lab and the matrix take theirs from here. */
export const CATALOGUE: Readonly<Record<SituationName, Situation>> = ALL;
