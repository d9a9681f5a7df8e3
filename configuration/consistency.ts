import { formatTarget } from '../functions/reachability/target.ts';
import type { Target } from '../functions/reachability/request.ts';
import type { Problem } from './error.ts';
import { LIMITS } from './limits.ts';
import { nearest } from './nearest.ts';
import { ALL_REGIONS, partitionOf, WITHOUT_FUNCTION_URLS } from './regions.ts';
import type { FileContent } from './schema.ts';

/** The vantage that is this machine, where no command names another. */
const HERE = 'here';

/** What several fields say together: things named twice, things that name nothing, numbers that do not fit each other. */
export function inconsistencies(content: FileContent): Problem[] {
  return [
    ...takenName(content),
    ...unknownRegions(content),
    ...homeWithoutUrl(content),
    ...mixedPartitions(content),
    ...twice(content.regions, 'regions', (region) => region),
    ...twice(content.targets, 'targets', formatTarget),
    ...twice(content.controls, 'controls', formatTarget),
    ...twice(content.policy.allow, 'policy.allow', ({ cidr }) => cidr),
    ...twice(content.announce.email, 'announce.email', (address) => address.toLowerCase()),
    ...webhook(content),
    ...unknownVantages(content),
    ...vantageNames(content),
    ...windows(content),
    ...tooLongPolicy(content),
    ...emptyAllowList(content),
    ...hastyAlarms(content),
  ];
}

/** The event bus bears the name of the installation, and every account has one called `default` already (EventBridge, CreateEventBus). */
function takenName({ name }: FileContent): Problem[] {
  if (name !== 'default') return [];
  return [
    { path: ['name'], text: 'default is the event bus that every account has already; write another name' },
  ];
}

function unknownRegions({ regions, home, newRegions }: FileContent): Problem[] {
  const named = regions.map((region, index) => ({ region, path: ['regions', index] as (string | number)[] }));
  if (home !== undefined) named.push({ region: home, path: ['home'] });
  return named
    .filter(({ region }) => !ALL_REGIONS.includes(region) && !newRegions.includes(region))
    .map(({ region, path }) => ({ path, text: unknownRegion(region) }));
}

function unknownRegion(region: string): string {
  const meant = nearest(region, ALL_REGIONS);
  const advice = meant === undefined ? 'write one such as eu-central-1' : `did you mean ${meant}?`;
  return `${JSON.stringify(region)} is not an AWS region that this version knows; ${advice} (a region that AWS opened later goes under newRegions as well)`;
}

/** The aggregator is called by a Lambda function URL. A region under newRegions is taken on trust. */
function homeWithoutUrl({ home, regions, newRegions }: FileContent): Problem[] {
  const region = home ?? regions[0];
  const lacks = (one: string): boolean => WITHOUT_FUNCTION_URLS.includes(one) && !newRegions.includes(one);
  if (region === undefined || !lacks(region)) return [];
  const what = home === undefined ? `is absent, and ${region}, the first of regions,` : region;
  const partition = partitionOf(region);
  const usable = [...regions, 'eu-central-1', ...ALL_REGIONS].find(
    (one) => !lacks(one) && partitionOf(one) === partition,
  );
  const advice =
    usable === undefined
      ? `no region of the partition ${partition} has them`
      : `write another region, such as \`home: ${usable}\``;
  const text = `${what} has no Lambda function URLs, which home needs; ${advice} (probes can be in any region; without function URLs are ${WITHOUT_FUNCTION_URLS.join(', ')})`;
  return [{ path: ['home'], text }];
}

function mixedPartitions({ regions, home }: FileContent): Problem[] {
  const first = home ?? regions[0];
  const partition = first === undefined ? undefined : partitionOf(first);
  if (partition === undefined) return [];
  return regions.flatMap((region, index) => {
    const other = partitionOf(region);
    if (other === undefined || other === partition) return [];
    const text = `${region} is in the partition ${other} and ${first} in ${partition}, which cannot call each other; write one file for each`;
    return [{ path: ['regions', index], text }];
  });
}

function twice<Item>(items: readonly Item[], list: string, spell: (item: Item) => string): Problem[] {
  const seen = new Map<string, number>();
  return items.flatMap((item, index) => {
    const spelling = spell(item);
    const before = seen.get(spelling);
    if (before !== undefined) {
      const text = `${spelling} stands already at ${list}[${before}]; remove one of them`;
      return [{ path: [...list.split('.'), index], text }];
    }
    seen.set(spelling, index);
    return [];
  });
}

function webhook({ announce }: FileContent): Problem[] {
  const { slackWebhook, slackWebhookUrl } = announce;
  if (!slackWebhook) return [];
  const path = ['announce', 'slackWebhook'];
  const stores = [slackWebhook.parameter, slackWebhook.secret].filter((store) => store !== undefined);
  return [
    ...(stores.length === 1
      ? []
      : [
          {
            path,
            text: `names ${stores.length === 0 ? 'no store' : 'two stores'}; write either parameter or secret`,
          },
        ]),
    ...(slackWebhookUrl === undefined
      ? []
      : [{ path: ['announce', 'slackWebhookUrl'], text: 'stands beside slackWebhook; remove it' }]),
  ];
}

function unknownVantages({ targets, regions, vantages }: FileContent): Problem[] {
  const known = new Set([...regions, ...Object.keys(vantages), HERE]);
  const advice = (vantage: string): string => {
    const meant = nearest(vantage, [...known]);
    return meant === undefined ? `write one of ${some([...known])}` : `did you mean ${meant}?`;
  };
  return targets.flatMap(({ expect }, index) =>
    Object.keys(expect?.vantages ?? {})
      .filter((vantage) => !known.has(vantage))
      .map((vantage) => ({
        path: ['targets', index, 'expect', 'vantages', vantage],
        text: () => `is neither under regions nor under vantages; ${advice(vantage)}`,
      })),
  );
}

/** So many names that they still make one line. */
function some(names: readonly string[]): string {
  const most = 20;
  return names.length > most ? `${names.slice(0, most).join(', ')}, …` : names.join(', ');
}

function vantageNames({ regions, vantages }: FileContent): Problem[] {
  return Object.keys(vantages)
    .filter((name) => name === HERE || regions.includes(name))
    .map((name) => ({
      path: ['vantages', name],
      text:
        name === HERE
          ? 'means this machine; write another name'
          : 'is also one of regions; write another name',
    }));
}

function windows({ incidents, targets }: FileContent): Problem[] {
  const known = new Set(targets.map((target) => formatTarget(target)));
  return incidents.maintenance.flatMap((window, index) => {
    const path = ['incidents', 'maintenance', index];
    const problems: Problem[] = strangers(window.targets ?? [], known).map(({ at, text }) => ({
      path: [...path, 'targets', at],
      text,
    }));
    if (Date.parse(window.until) <= Date.parse(window.from)) {
      problems.push({ path: [...path, 'until'], text: 'is not after from; write a later time' });
    }
    return problems;
  });
}

function strangers(
  targets: readonly Target[],
  known: ReadonlySet<string>,
): { at: number; text: () => string }[] {
  return targets.flatMap((target, at) => {
    const spelling = formatTarget(target);
    if (known.has(spelling)) return [];
    const text = (): string => {
      const meant = nearest(spelling, [...known]);
      const advice = meant === undefined ? 'write one of those' : `did you mean ${meant}?`;
      return `${spelling} is not one of targets; ${advice}`;
    };
    return [{ at, text }];
  });
}

function tooLongPolicy({ policy }: FileContent): Problem[] {
  const bytes = Buffer.byteLength(JSON.stringify(policy));
  if (bytes <= LIMITS.policyBytes) return [];
  const text = `takes ${bytes} bytes, and a function's environment has room for ${LIMITS.policyBytes}; write fewer, wider networks`;
  return [{ path: ['policy', 'allow'], text }];
}

function emptyAllowList({ onDemand }: FileContent): Problem[] {
  if (onDemand.targets === 'allow-list' && onDemand.allowList.length === 0) {
    return [
      {
        path: ['onDemand', 'targets'],
        text: 'is allow-list, and allowList is empty; write an entry there or `targets: configured`',
      },
    ];
  }
  if (onDemand.targets !== 'allow-list' && onDemand.allowList.length > 0) {
    const text = `has no effect with \`targets: ${onDemand.targets}\`; write \`targets: allow-list\` or remove it`;
    return [{ path: ['onDemand', 'allowList'], text }];
  }
  return [];
}

function hastyAlarms({ schedule, alarms }: FileContent): Problem[] {
  const least = 2 * schedule.everyMinutes;
  return (['noTickMinutes', 'abstainingMinutes'] as const)
    .filter((key) => (alarms[key] ?? least) < least)
    .map((key) => ({
      path: ['alarms', key],
      text: `${alarms[key]} is less than two ticks of ${schedule.everyMinutes} min; write at least ${least}`,
    }));
}
