import type { Verdict } from '../../functions/reachability/verdict.ts';
import { OTHER_RULES } from './claims.ts';
import type { Claim } from './claims.ts';
import { addNoise } from './noise.ts';
import { observe } from './observe.ts';
import { check, claimOf } from './ours.ts';
import type { Judge } from './ours.ts';
import { plantOne } from './plant.ts';
import { randomOf } from './random.ts';
import { PLANTED_WORLDS, SECOND_PLANTED } from './rates.ts';
import { ROW_NAMES, rowOf } from './row.ts';
import type { Row } from './row.ts';
import { count, countOwn, noOwnScore, noScore } from './score.ts';
import type { OwnScore, Score } from './score.ts';
import { truthOf } from './truth.ts';
import { drawWorld } from './world.ts';
import type { World } from './world.ts';

export const OURS = 'Synwhere';

export interface RowScores {
  rules: Record<string, Score>;
  own: OwnScore;
}

export interface Simulation {
  seed: number;
  worlds: number;
  vantages: number;
  secondRounds: number;
  rows: Map<Row, RowScores>;
  total: RowScores;
  /** The same for worlds with at least two vantages. */
  several: RowScores;
}

export interface SimulationOptions {
  seed: number;
  worlds: number;
  /** The number of the first world. Parts of one simulation can be run separately and then {@link merge}d. */
  first?: number;
  judgement?: Judge;
  /** Called for every world, to find out why a row has its values. */
  onWorld?: (world: World, verdict: Verdict, about: { index: number; row: Row; kindRight: boolean }) => void;
}

/** Draws worlds, observes and judges them, and counts the results. The same options give the same counts. */
export function simulate({ seed, worlds, first = 0, judgement, onWorld }: SimulationOptions): Simulation {
  const simulation: Simulation = {
    seed,
    worlds,
    vantages: 0,
    secondRounds: 0,
    rows: new Map(ROW_NAMES.map((row) => [row, noRowScores()])),
    total: noRowScores(),
    several: noRowScores(),
  };
  for (let index = first; index < first + worlds; index++) {
    const random = randomOf(seed, index);
    const world = drawWorld(random);
    if (random.chance(PLANTED_WORLDS)) {
      plantOne(world, random);
      if (random.chance(SECOND_PLANTED)) plantOne(world, random);
    }
    addNoise(world, random);

    const survey = observe(world, random, 0);
    const others = OTHER_RULES.map((rule) => [rule.name, rule.claim(survey, random)] as const);
    const verdict = check(world, survey, random, judgement);
    const row = rowOf(world);
    let kindRight = false;
    const scores = [
      simulation.rows.get(row),
      simulation.total,
      world.places.length > 1 && simulation.several,
    ];
    for (const score of scores) {
      if (score) kindRight = countWorld(score, world, verdict, others);
    }
    simulation.vantages += world.places.length;
    if (verdict.rounds > 1) simulation.secondRounds++;
    onWorld?.(world, verdict, { index, row, kindRight });
  }
  return simulation;
}

function countWorld(
  { rules, own }: RowScores,
  world: World,
  verdict: Verdict,
  others: readonly (readonly [string, Claim])[],
): boolean {
  const atFirst = truthOf(world, 0);
  for (const [name, claim] of others) count((rules[name] ??= noScore()), claim, atFirst);
  const claim = claimOf(verdict);
  count((rules[OURS] ??= noScore()), claim, verdict.rounds > 1 ? truthOf(world, 1) : atFirst);
  return countOwn(own, verdict, claim, world);
}

/** Adds the counts of one part to those of another, in place. */
export function merge(into: Simulation, part: Simulation): Simulation {
  into.worlds += part.worlds;
  into.vantages += part.vantages;
  into.secondRounds += part.secondRounds;
  for (const [row, scores] of part.rows) add(into.rows.get(row), scores);
  add(into.total, part.total);
  add(into.several, part.several);
  return into;
}

function add(into: RowScores | undefined, part: RowScores): void {
  if (into) addCounts(into, part);
}

/** Both are trees of counts. A branch that only the part has is copied. */
function addCounts(into: object, part: object): void {
  for (const [key, value] of Object.entries(part)) {
    const own: unknown = Reflect.get(into, key);
    if (typeof own === 'object' && own !== null) addCounts(own, Object(value));
    else Reflect.set(into, key, typeof own === 'number' ? own + Number(value) : value);
  }
}

function noRowScores(): RowScores {
  return { rules: {}, own: noOwnScore() };
}
