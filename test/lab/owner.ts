/**
 * A process that owns a world, for a test that kills it: builds one, starts a command at a vantage, prints what stands, and waits.
 */
import { buildWorld } from '../../lab/build.ts';
import { SMALL_WORLD, standing } from './standing.ts';

const world = await buildWorld(SMALL_WORLD);
world.spawn('here', ['sleep', '600']);
process.stdout.write(`${JSON.stringify(standing(world))}\n`);
setInterval(() => undefined, 60_000);
