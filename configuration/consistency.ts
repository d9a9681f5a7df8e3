import { names } from '../functions/reachability/phrases.ts';
import { formatTarget } from '../functions/reachability/target.ts';
import type { Problem } from './error.ts';
import { isMap } from './expected.ts';
import { cidr, region, targetText } from './fields.ts';
import { HERE, LIMITS } from './limits.ts';
import { nearest } from './nearest.ts';
import { ALL_REGIONS, partitionOf, WITHOUT_FUNCTION_URLS } from './regions.ts';
import type { FileContent } from './schema.ts';

/** Names in one message. */
const SHOWN = 20;

/**
 * The problems of keys that are right one by one: they do not agree, or they name what does not exist. `vantages` are names of vantages
 * that are defined elsewhere.
 */
export function inconsistencies(content: FileContent, vantages: readonly string[] = []): Problem[] {
  return [
    ...takenName(content),
    ...homeWithoutUrl(content),
    ...mixedPartitions(content),
    ...webhook(content),
    ...unknownVantages(content, vantages),
    ...vantageNames(content),
    ...windows(content),
    ...tooLongPolicy(content),
    ...allowListUse(content),
    ...shortAlarms(content),
  ];
}

/** Regions that this version does not know. AWS may have opened them since, so each is only a warning. */
export function unknownRegions({ regions, home }: FileContent): Problem[] {
  const written = regions.map((name, index): [string, Problem['path']] => [name, ['regions', index]]);
  if (home !== undefined) written.push([home, ['home']]);
  return written
    .filter(([name]) => !ALL_REGIONS.includes(name))
    .map(([name, path]) => {
      const meant = nearest(name, ALL_REGIONS);
      const advice = meant === undefined ? 'check the spelling' : `did you mean ${meant}?`;
      return { path, text: `${name} is not an AWS region that this version knows; ${advice}` };
    });
}

/** Items that are twice in a list of the file. They are read one by one, so wrong items and keys elsewhere hide no others. */
export function duplicates(written: unknown): Problem[] {
  return LISTS.flatMap(([list, spellingOf]) => {
    const path = list.split('.');
    const items = path.reduce((at: unknown, key) => (isMap(at) ? at[key] : undefined), written);
    const seen = new Map<string, number>();
    return (Array.isArray(items) ? items : []).flatMap((item: unknown, index) => {
      const spelling = spellingOf(item);
      if (spelling === undefined) return [];
      const before = seen.get(spelling);
      if (before !== undefined) {
        const text = `${spelling} is already at ${list}[${before}]; remove one of them`;
        return [{ path: [...path, index], text }];
      }
      seen.set(spelling, index);
      return [];
    });
  });
}

/** The lists in which each item may be once, with the one spelling of an item, or undefined for a wrong one. */
const LISTS: readonly [list: string, spellingOf: (item: unknown) => string | undefined][] = [
  ['regions', (item) => region.safeParse(item).data],
  ['targets', (item) => targetSpelling(isMap(item) ? item['target'] : item)],
  ['controls', targetSpelling],
  ['policy.allow', (item) => (isMap(item) ? cidr.safeParse(item['cidr']).data : undefined)],
  ['announce.email', (item) => (typeof item === 'string' ? item.toLowerCase() : undefined)],
];

function targetSpelling(item: unknown): string | undefined {
  const { data } = targetText.safeParse(item);
  return data && formatTarget(data);
}

/** The event bus has the name of the installation, and every account has one called `default` (EventBridge, CreateEventBus). */
function takenName({ name }: FileContent): Problem[] {
  if (name !== 'default') return [];
  return [
    {
      path: ['name'],
      text: 'default is the name of an event bus that every account has; write another name',
    },
  ];
}

/** The aggregator is called by a Lambda function URL. */
function homeWithoutUrl({ home, regions }: FileContent): Problem[] {
  const first = home ?? regions[0];
  if (first === undefined || !WITHOUT_FUNCTION_URLS.includes(first)) return [];
  const what = home === undefined ? `is absent, and ${first}, the first of regions,` : first;
  const partition = partitionOf(first);
  const usable = [...regions, 'eu-central-1', ...ALL_REGIONS].find(
    (one) => !WITHOUT_FUNCTION_URLS.includes(one) && partitionOf(one) === partition,
  );
  const advice =
    usable === undefined
      ? `no region of the partition ${partition} has them`
      : `write another region, such as \`home: ${usable}\``;
  const text = `${what} has no Lambda function URLs, which home needs; ${advice} (probes can be in any region; these have no function URLs: ${WITHOUT_FUNCTION_URLS.join(', ')})`;
  return [{ path: ['home'], text }];
}

function mixedPartitions({ regions, home }: FileContent): Problem[] {
  const first = home ?? regions[0];
  const partition = first === undefined ? undefined : partitionOf(first);
  if (partition === undefined) return [];
  return regions.flatMap((name, index) => {
    const other = partitionOf(name);
    if (other === undefined || other === partition) return [];
    const text = `${name} is in the partition ${other} and ${first} in ${partition}, which cannot call each other; write one file for each`;
    return [{ path: ['regions', index], text }];
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
      : [
          {
            path: ['announce', 'slackWebhookUrl'],
            text: 'is replaced by slackWebhook, which is here too; remove it',
          },
        ]),
  ];
}

function unknownVantages({ targets, regions, vantages }: FileContent, others: readonly string[]): Problem[] {
  const known = new Set([...regions, ...Object.keys(vantages), ...others, HERE]);
  const advice = (vantage: string): string => {
    const meant = nearest(vantage, [...known]);
    return meant === undefined ? `write one of ${names([...known], SHOWN)}` : `did you mean ${meant}?`;
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

function vantageNames({ regions, vantages }: FileContent): Problem[] {
  return Object.keys(vantages)
    .filter((name) => name === HERE || regions.includes(name))
    .map((name) => ({
      path: ['vantages', name],
      text:
        name === HERE
          ? 'is the name of this machine; write another name'
          : 'is also one of regions; write another name',
    }));
}

function windows({ incidents, targets }: FileContent): Problem[] {
  const known = targets.map((target) => formatTarget(target));
  const configured = new Set(known);
  return incidents.maintenance.flatMap((window, at) => {
    const path = ['incidents', 'maintenance', at];
    const problems: Problem[] = (window.targets ?? [])
      .map((target, index) => ({ target, path: [...path, 'targets', index] }))
      .filter(({ target }) => !configured.has(target))
      .map(({ target, path: place }) => ({ path: place, text: () => notATarget(target, known) }));
    if (Date.parse(window.until) <= Date.parse(window.from)) {
      problems.push({ path: [...path, 'until'], text: 'is not after from; write a later time' });
    }
    return problems;
  });
}

function notATarget(target: string, known: readonly string[]): string {
  const meant = nearest(target, known);
  return `${target} is not one of targets; ${meant === undefined ? 'write one of them' : `did you mean ${meant}?`}`;
}

function tooLongPolicy({ policy }: FileContent): Problem[] {
  const bytes = Buffer.byteLength(JSON.stringify(policy));
  if (bytes <= LIMITS.policyBytes) return [];
  const text = `takes ${bytes} bytes, and a function's environment has room for ${LIMITS.policyBytes}; write fewer, wider networks`;
  return [{ path: ['policy', 'allow'], text }];
}

function allowListUse({ onDemand }: FileContent): Problem[] {
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

function shortAlarms({ schedule, alarms }: FileContent): Problem[] {
  const least = 2 * schedule.everyMinutes;
  return (['noTickMinutes', 'abstainingMinutes'] as const)
    .filter((key) => (alarms[key] ?? least) < least)
    .map((key) => ({
      path: ['alarms', key],
      text: `${alarms[key]} is less than two ticks of ${schedule.everyMinutes} min; write at least ${least}`,
    }));
}
