import { once } from 'node:events';
import http from 'node:http';
import type { IncidentsAnswer } from '../../../functions/aggregator/api/schemas.ts';
import type { HistoryAnswer, TargetsAnswer } from '../../../functions/aggregator/api/schemas.ts';
import type { Incident } from '../../../functions/aggregator/incidents/incident.ts';
import type { HistoryPeriod, LatestView } from '../../../functions/aggregator/store/store.ts';
import { makeVerdict } from '../../aggregator/tick/verdicts.ts';
import { HOSTILE, poisoned } from '../hostile-text.ts';
import { portOf } from '../../support/ports.ts';

const TARGET = 'www.example:443';
const AT = '2026-05-01T10:00:00.000Z';

export const verdict = makeVerdict(TARGET, 'split-reachability', {
  also: ['unstable'],
  views: { 'region-0': { saw: 'open', fault: 'none' }, 'region-1': { counted: false, abstained: 'late' } },
});
const incident: Incident = {
  id: 'i1',
  subject: { type: 'target', target: TARGET },
  kind: 'unresponsive',
  kinds: ['split-reachability', 'unresponsive'],
  openedAt: AT,
  updatedAt: AT,
  flapping: true,
  evidence: { summary: 'nothing answers', because: ['it is silent'], notRuledOut: [], vantages: [] },
  announcements: 1,
};
const latest: LatestView = {
  at: AT,
  kind: 'unresponsive',
  asExpected: false,
  confidence: 'high',
  summary: 'nothing answers',
  vantages: [],
};
const stretch: HistoryPeriod = {
  ...latest,
  target: TARGET,
  from: AT,
  to: AT,
  ticks: 3,
  current: false,
  verdict,
};

export const targetsAnswer: TargetsAnswer = {
  now: AT,
  schedule: { everyMinutes: 1, enabled: true },
  targets: [
    { target: TARGET, expect: { everywhere: 'open' }, since: AT, latest, incident },
    { target: 'new.example:1', expect: { everywhere: 'open' } },
  ],
};
export const historyAnswer: HistoryAnswer = {
  target: TARGET,
  stretches: [stretch, { ...stretch, kind: 'reachable', asExpected: true, current: true }],
};
export const incidentsAnswer: IncidentsAnswer = {
  incidents: [incident, { ...incident, closedAt: AT, subject: { type: 'vantage', vantage: 'v' } }],
};

/** The answers of the service. Hostile text is appended to every text in them. */
const ANSWERS: Record<string, unknown> = {
  '/targets': targetsAnswer,
  [`/targets/${encodeURIComponent(TARGET)}/history`]: historyAnswer,
  '/incidents': incidentsAnswer,
};

const LINES = [
  { event: 'asked', round: 1, vantages: ['region-0', 'region-1'], targets: 1 },
  { event: 'answered', round: 1, vantage: 'region-0', elapsedMs: 5, absent: 'late' },
  { event: 'verdict', verdict },
  // Another table, too wide for any page.
  {
    event: 'verdict',
    verdict: { ...verdict, vantages: verdict.vantages.map((view) => ({ ...view, vantage: 'w'.repeat(99) })) },
  },
];

export interface LyingService {
  /** Its paths `/problem`, `/fault`, `/garbage` and `/shapeless` return other hostile answers. */
  url: string;
  target: string;
  close(): Promise<void>;
}

/** A service on loopback whose answers contain text that must not reach a terminal. */
export async function startLyingService(): Promise<LyingService> {
  const server = http.createServer((request, response) => {
    request.resume().on('end', () => answer(request.url ?? '', response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server has one
  const port = portOf(server);
  return {
    url: `http://127.0.0.1:${port}`,
    target: TARGET,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(url: string, response: http.ServerResponse): void {
  const [path = ''] = url.split('?');
  if (path.startsWith('/problem'))
    return void response.writeHead(400).end(JSON.stringify({ detail: HOSTILE }));
  if (path.startsWith('/fault')) return void response.writeHead(500).end(JSON.stringify({ detail: HOSTILE }));
  if (path.startsWith('/garbage')) return void response.end(HOSTILE);
  if (path.startsWith('/shapeless')) {
    const texts = { targets: [HOSTILE], stretches: [HOSTILE], incidents: [HOSTILE], event: HOSTILE };
    return void response.end(`${JSON.stringify(texts)}\n`);
  }
  if (path === '/checks') {
    const lines = [...poisoned(LINES, ['event']), { event: 'end', verdicts: 2 }];
    return void response.end(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }
  response.end(JSON.stringify(poisoned(ANSWERS[path], ['type'])));
}
