import type { Configuration } from '../../../configuration/configuration.ts';
import type { Target } from '../../reachability/request.ts';
import { formatTarget, parseTarget, TargetError } from '../../reachability/target.ts';
import type { Expectations } from '../../reachability/verdict.ts';
import type { HistoryPeriod, StateRecord } from '../store/store.ts';
import { CursorError } from '../store/store.ts';
import { sameTarget } from './allowed-targets.ts';
import type { ApiRequest, ApiResponse } from './http.ts';
import { json } from './http.ts';
import { negotiate } from './negotiate.ts';
import type { ApiDependencies } from './dependencies.ts';
import { Problem } from './problem.ts';
import type { HistoryAnswer, TargetAnswer, TargetsAnswer, TargetState } from './schemas.ts';
import {
  cursorParameter,
  invalid,
  INVALID_CURSOR,
  limitParameter,
  onlyParameters,
  flagParameter,
  timeParameter,
} from './query.ts';

/** `GET /targets`: the configured targets in their order, each with its current state. */
export async function getTargets(
  { headers, query }: ApiRequest,
  { configuration, store }: ApiDependencies,
): Promise<ApiResponse> {
  negotiate(headers['accept'], ['application/json']);
  onlyParameters(query, []);
  const [states, service] = await Promise.all([store.states(), store.service()]);
  const byTarget = new Map(states.map((state) => [state.target, state]));
  const answer: TargetsAnswer = {
    now: new Date().toISOString(),
    schedule: configuration.schedule,
    ...(service.lastTickAt !== undefined && { lastTickAt: service.lastTickAt }),
    targets: configuration.targets.map((target) => describe(target, byTarget.get(formatTarget(target)))),
  };
  return json(answer);
}

/** `GET /targets/{target}`: one target with its full verdict. */
export async function getTarget(
  { headers, query }: ApiRequest,
  { configuration, store }: ApiDependencies,
  segment: string,
): Promise<ApiResponse> {
  negotiate(headers['accept'], ['application/json']);
  onlyParameters(query, []);
  const { name, configured } = findTarget(segment, configuration);
  const state = (await store.states()).find(({ target }) => target === name);
  if (!configured && !state) throw unknownTarget(name);
  const { verdict, trimmed } = state?.stretch ?? {};
  const answer: TargetAnswer = {
    ...describe(configured ?? parseTarget(name), state),
    ...(verdict && { verdict }),
    ...(trimmed !== undefined && { trimmed }),
  };
  return json(answer);
}

/** `GET /targets/{target}/history?from&to&limit&cursor&verdicts`: periods with the same verdict, newest first. */
export async function getHistory(
  { headers, query }: ApiRequest,
  { configuration, store }: ApiDependencies,
  segment: string,
): Promise<ApiResponse> {
  negotiate(headers['accept'], ['application/json']);
  onlyParameters(query, ['from', 'to', 'limit', 'cursor', 'verdicts']);
  const { name, configured } = findTarget(segment, configuration);
  const from = timeParameter(query, 'from');
  const to = timeParameter(query, 'to');
  if (from !== undefined && to !== undefined && from > to) throw invalid('to', 'to is earlier than from');
  const limit = limitParameter(query);
  const cursor = cursorParameter(query);
  const withVerdicts = flagParameter(query, 'verdicts') ?? false;
  const page = await cursorChecked(
    store.history(name, {
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      ...(limit !== undefined && { limit }),
      ...(cursor !== undefined && { cursor }),
    }),
  );
  if (!configured && page.stretches.length === 0 && !(await hasState(name, store))) throw unknownTarget(name);
  const answer: HistoryAnswer = {
    target: name,
    stretches: withVerdicts ? page.stretches : page.stretches.map(withoutVerdict),
    ...(page.cursor !== undefined && { nextCursor: page.cursor }),
  };
  return json(answer);
}

/** Turns a {@link CursorError} into a 422 {@link Problem}. */
export async function cursorChecked<Page>(page: Promise<Page>): Promise<Page> {
  try {
    return await page;
  } catch (error) {
    if (error instanceof CursorError) throw invalid('cursor', INVALID_CURSOR);
    throw error;
  }
}

function describe(
  target: Target & { labels?: Record<string, string>; expect?: Expectations },
  state: StateRecord | undefined,
): TargetState {
  const { latest, stretch, incident } = state ?? {};
  return {
    target: formatTarget(target),
    ...(target.labels && { labels: target.labels }),
    expect: target.expect ?? { everywhere: 'open' },
    ...(latest && { latest }),
    ...(stretch && { since: stretch.from }),
    ...(incident && { incident }),
  };
}

function findTarget(
  segment: string,
  { targets }: Configuration,
): { name: string; configured: Configuration['targets'][number] | undefined } {
  try {
    const target = parseTarget(segment);
    return {
      name: formatTarget(target),
      configured: targets.find((configured) => sameTarget(configured, target)),
    };
  } catch (error) {
    if (error instanceof TargetError) throw new Problem(404, 'unknown-target', error.message);
    throw error;
  }
}

async function hasState(name: string, store: ApiDependencies['store']): Promise<boolean> {
  return (await store.states()).some(({ target }) => target === name);
}

function unknownTarget(name: string): Problem {
  return new Problem(
    404,
    'unknown-target',
    `${name} is not a configured target, and the service has no data about it`,
    {
      extensions: { target: name },
    },
  );
}

function withoutVerdict({ verdict: _verdict, trimmed: _trimmed, ...period }: HistoryPeriod): HistoryPeriod {
  return period;
}
