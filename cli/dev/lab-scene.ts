import { parseConfiguration } from '../../configuration/load.ts';
import { commandVantage } from '../../functions/aggregator/vantages/command.ts';
import { formatTarget } from '../../functions/reachability/target.ts';
import { serveLab, type StandingLab } from '../../lab/serve.ts';
import { selfCommand } from '../self-command.ts';
import { UsageError } from '../usage-error.ts';
import type { Scene } from './scene.ts';

/** Whoever breaks something wants to see it soon, and nobody pays for a tick here. */
const EVERY_MINUTES = 0.25;

/** The standing lab, seen from each of its cities. Rejects with a UsageError where namespaces are not to be had. */
export async function labScene(): Promise<Scene> {
  const lab = await standUp();
  const { targets, controls, world } = lab.scene;
  const text = JSON.stringify({ targets: targets.map(formatTarget), controls: controls.map(formatTarget) });
  const configured = parseConfiguration(text, 'the lab');
  const names = world.vantages.map(({ name }) => name);
  return {
    configuration: {
      ...configured,
      regions: [],
      schedule: { ...configured.schedule, everyMinutes: EVERY_MINUTES },
    },
    vantages: names.map((name) =>
      commandVantage(name, `${lab.world.commandFor(name)} ${selfCommand()} probe -`),
    ),
    description: `the lab: ${targets.length} targets, seen from ${names.join(', ')}; break it with: synwhere lab break NAME`,
    close: () => lab.close(),
  };
}

async function standUp(): Promise<StandingLab> {
  try {
    return await serveLab();
  } catch (error) {
    if (error instanceof Error && error.name === 'LabError') throw new UsageError(error.message);
    throw error;
  }
}
