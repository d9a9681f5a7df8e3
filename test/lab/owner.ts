/**
 * A process that owns a world, for a test that kills it: builds it, starts a command at a vantage, prints its namespaces, and
 * waits.
 */
import { buildWorld } from '../../lab/build.ts';
import { SMALL_WORLD, standing } from './standing.ts';

const world = await buildWorld(SMALL_WORLD);
world.spawn('here', ['sleep', '600']);
process.stdout.write(`${JSON.stringify(standing(world))}\n`);
setInterval(() => undefined, 60_000);
