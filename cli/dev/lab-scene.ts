import { parseConfiguration } from '../../configuration/load.ts';
import { commandVantage } from '../../functions/aggregator/vantages/command.ts';
import { formatTarget } from '../../functions/reachability/target.ts';
import { CONTROLS } from '../../lab/cities.ts';
import { serveLab } from '../../lab/serve.ts';
import { labErrorsAsUsage } from '../lab-usage.ts';
import { selfCommand } from '../self-command.ts';
import type { Scene } from './scene.ts';

/** A fault should show soon, and a tick on this machine costs nothing. */
const EVERY_MINUTES = 0.25;

/** The standing lab, seen from each of its cities. Rejects with a UsageError where network namespaces are not available. */
export async function labScene(): Promise<Scene> {
  const lab = await labErrorsAsUsage(() => serveLab());
  const { targets, world } = lab.scene;
  const text = JSON.stringify({ targets: targets.map(formatTarget), controls: CONTROLS.map(formatTarget) });
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
    description: `the lab: ${targets.length} targets, seen from ${names.join(', ')}; switch a fault on with: synwhere lab break NAME`,
    close: () => lab.close(),
  };
}
