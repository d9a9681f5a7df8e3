import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  metricsText,
  OPEN_METRICS_TEXT,
  PROMETHEUS_TEXT,
  type Family,
} from '../../../functions/aggregator/api/metrics-text.ts';
import { KINDS } from '../../../functions/reachability/words.ts';
import { VantageError, type Vantage } from '../../../functions/aggregator/vantages/vantage.ts';
import { pythonProblem } from '../../cloud/python.ts';
import {
  checkMetrics,
  parseByClient,
  prometheusProblem,
  startPrometheus,
  type ParsedFamily,
} from '../../support/prometheus.ts';
import { requirement } from '../../support/requirements.ts';
import { Listener, startService, threeVantages, type TestService } from './service.ts';

/** What Prometheus 2.42 sends. */
const FROM_PROMETHEUS =
  'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
/** What Chromium sends when a link is opened. */
const FROM_BROWSER =
  'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7';

/** Text that needs every escape that the formats have. */
const AWKWARD = 'c:\\dead "end"\nof the world';
const dead: Vantage = {
  name: AWKWARD,
  probe: () => Promise.reject(new VantageError('it is gone')),
};

let service: TestService;
let well: Listener;
let ill: Listener;
/** What was scraped before the first tick. */
let beforeTicks: string;

beforeAll(async () => {
  well = await new Listener().start();
  ill = await new Listener().start();
  await ill.stop();
  service = await startService(
    {
      targets: [
        { target: well.target, labels: { team: AWKWARD, target: 'mine', __name__: 'other' } },
        ill.target,
      ],
    },
    { vantages: [...threeVantages(), dead] },
  );
  beforeTicks = (await scrape(FROM_PROMETHEUS)).text;
  await service.tick();
  await service.tick();
});
afterAll(async () => {
  await service.close();
  await well.stop();
});

async function scrape(accept?: string): Promise<{ type: string | null; text: string }> {
  const response = await fetch(`${service.url}/metrics`, { headers: accept === undefined ? {} : { accept } });
  expect(response.status).toBe(200);
  return { type: response.headers.get('content-type'), text: await response.text() };
}

const OPEN = 'application/openmetrics-text; version=1.0.0; charset=utf-8';
const PLAIN = 'text/plain; version=0.0.4; charset=utf-8';

describe('the format', () => {
  test.each([
    ['nothing', undefined, PLAIN],
    ['*/*', '*/*', PLAIN],
    ['text/plain', 'text/plain', PLAIN],
    ['text/*', 'text/*', PLAIN],
    ['a browser', FROM_BROWSER, PLAIN],
    ['Prometheus 2', FROM_PROMETHEUS, OPEN],
    [
      'Prometheus 3',
      'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
      OPEN,
    ],
    [
      'Prometheus before OpenMetrics 1.0',
      'application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
      PLAIN,
    ],
    ['OpenMetrics without a version', 'application/openmetrics-text', OPEN],
    [
      'the text format more than OpenMetrics',
      'application/openmetrics-text;version=1.0.0;q=0.2,text/plain;version=0.0.4;q=0.3',
      PLAIN,
    ],
  ])('for %s', async (_who, accept, type) => {
    const answer = await scrape(accept);
    expect(answer.type).toBe(type);
    expect(answer.text.endsWith('# EOF\n')).toBe(type === OPEN);
  });

  test('that does not exist is 406 with the available ones', async () => {
    const response = await fetch(`${service.url}/metrics`, {
      headers: { accept: 'application/openmetrics-text;version=9.0.0' },
    });
    expect(response.status).toBe(406);
    expect(await response.json()).toMatchObject({ offers: [PROMETHEUS_TEXT, OPEN_METRICS_TEXT] });
  });
});

/** The samples of one family, each a line without its newline. */
function samplesOf(text: string, name: string): string[] {
  return text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
}

/** The value of a sample that has no other number. */
function valueOf(sample = ''): number {
  return Number(/ (\S+)$/.exec(sample)?.[1]);
}

describe('the samples', () => {
  test('before the first tick are those of the configuration and of incidents', () => {
    expect(beforeTicks.split('\n').filter((line) => !/^(?:#|synwhere_target_info\{|$)/.test(line))).toEqual([
      'synwhere_open_incidents{subject="target"} 0',
      'synwhere_open_incidents{subject="vantage"} 0',
    ]);
  });

  test('have the results of the last tick', async () => {
    const { text } = await scrape(FROM_PROMETHEUS);
    const verdicts = samplesOf(text, 'synwhere_verdict');
    expect(verdicts).toHaveLength(2 * KINDS.length);
    expect(verdicts.filter((line) => valueOf(line) === 1).toSorted()).toEqual(
      [
        `synwhere_verdict{target="${well.target}",synwhere_verdict="reachable"} 1`,
        `synwhere_verdict{target="${ill.target}",synwhere_verdict="remote-refusal"} 1`,
      ].toSorted(),
    );
    expect(samplesOf(text, 'synwhere_target_as_expected').toSorted()).toEqual(
      [
        `synwhere_target_as_expected{target="${well.target}"} 1`,
        `synwhere_target_as_expected{target="${ill.target}"} 0`,
      ].toSorted(),
    );
    expect(samplesOf(text, 'synwhere_vantage_state')).toContain(
      `synwhere_vantage_state{target="${ill.target}",vantage="east",saw="refused",fault="target"} 1`,
    );
    expect(samplesOf(text, 'synwhere_vantage_counted')).toContain(
      `synwhere_vantage_counted{target="${well.target}",vantage="c:\\\\dead \\"end\\"\\nof the world"} 0`,
    );
    const handshakes = samplesOf(text, 'synwhere_vantage_handshake_seconds');
    expect(handshakes.map((line) => /vantage="(\w+)"/.exec(line)?.[1])).toEqual(['east', 'north', 'west']);
    for (const handshake of handshakes) {
      expect(valueOf(handshake)).toBeGreaterThan(0);
      expect(valueOf(handshake)).toBeLessThan(4);
    }
    expect(samplesOf(text, 'synwhere_open_incidents')).toContain(
      'synwhere_open_incidents{subject="target"} 1',
    );
    const [last] = samplesOf(text, 'synwhere_last_tick_timestamp_seconds');
    expect(Math.abs(valueOf(last) - Date.now() / 1000)).toBeLessThan(120);
  });
});

const FAMILIES: Family[] = [
  {
    name: 'a_info',
    type: 'info',
    help: 'A "help" with \\ and\nmore.',
    samples: [{ labels: { x: AWKWARD }, value: 1 }],
  },
  { name: 'b_seconds', type: 'gauge', unit: 'seconds', help: 'B.', samples: [{ labels: {}, value: 0.5 }] },
  {
    name: 'c',
    type: 'stateset',
    help: 'C.',
    samples: [
      { labels: { c: 'on' }, value: 1 },
      { labels: { c: 'off' }, value: 0 },
    ],
  },
];

test('the Prometheus text format, character by character', () => {
  expect(metricsText(FAMILIES, PROMETHEUS_TEXT)).toBe(String.raw`# HELP a_info A "help" with \\ and\nmore.
# TYPE a_info gauge
a_info{x="c:\\dead \"end\"\nof the world"} 1
# HELP b_seconds B.
# TYPE b_seconds gauge
b_seconds 0.5
# HELP c C.
# TYPE c gauge
c{c="on"} 1
c{c="off"} 0
`);
});

test('OpenMetrics, character by character', () => {
  expect(metricsText(FAMILIES, OPEN_METRICS_TEXT)).toBe(String.raw`# TYPE a info
# HELP a A \"help\" with \\ and\nmore.
a_info{x="c:\\dead \"end\"\nof the world"} 1
# TYPE b_seconds gauge
# UNIT b_seconds seconds
# HELP b_seconds B.
b_seconds 0.5
# TYPE c stateset
# HELP c C.
c{c="on"} 1
c{c="off"} 0
# EOF
`);
});

test('labels of targets are only on the info metric, with names that no other label has', async () => {
  const { text } = await scrape();
  const lines = text.split('\n').filter((line) => line.includes('label_'));
  expect(lines).toEqual([
    `synwhere_target_info{target="${well.target}",label_team="c:\\\\dead \\"end\\"\\nof the world",label_target="mine",label___name__="other"} 1`,
  ]);
});

test('no value has rounding errors of a division', async () => {
  const { store } = service.parts.api;
  const states = await store.states();
  const noisy = states.map((state) => ({
    ...state,
    ...(state.latest && {
      latest: {
        ...state.latest,
        vantages: state.latest.vantages.map((view) => ({ ...view, handshakeMs: 0.009 })),
      },
    }),
  }));
  service.parts.api.store = { ...store, states: () => Promise.resolve(noisy) };
  try {
    const { text } = await scrape();
    const values = [...text.matchAll(/^synwhere_vantage_handshake_seconds\{.*\} (.*)$/gm)].map(
      ([, value]) => value,
    );
    expect(0.009 / 1000).not.toBe(0.000009);
    expect(new Set(values)).toEqual(new Set(['0.000009']));
  } finally {
    service.parts.api.store = store;
  }
});

/** Names, labels and values, without the parts that differ between the formats. */
function seriesOf(families: readonly ParsedFamily[]): unknown[] {
  return families.flatMap(({ samples }) => samples);
}

describe.runIf(requirement('the parsers of prometheus-client', await pythonProblem()))(
  'the parsers of prometheus-client',
  { timeout: 120_000 },
  () => {
    test('read the same from both formats', async () => {
      const open = parseByClient('openmetrics', (await scrape(FROM_PROMETHEUS)).text);
      const plain = parseByClient('text', (await scrape('text/plain')).text);
      expect(open.map(({ name, type }) => [name, type])).toEqual([
        ['synwhere_target', 'info'],
        ['synwhere_target_as_expected', 'gauge'],
        ['synwhere_verdict', 'stateset'],
        ['synwhere_vantage_counted', 'gauge'],
        ['synwhere_vantage_state', 'gauge'],
        ['synwhere_vantage_handshake_seconds', 'gauge'],
        ['synwhere_open_incidents', 'gauge'],
        ['synwhere_last_tick_timestamp_seconds', 'gauge'],
      ]);
      expect(seriesOf(plain)).toEqual(seriesOf(open));
      expect(JSON.stringify(seriesOf(open))).toContain(JSON.stringify(AWKWARD));
    });

    test('read the metrics before the first tick', () => {
      const families = parseByClient('openmetrics', beforeTicks);
      expect(families.find(({ name }) => name === 'synwhere_open_incidents')?.samples).toHaveLength(2);
      expect(families.find(({ name }) => name === 'synwhere_verdict')?.samples).toEqual([]);
    });

    test('reject invalid text', () => {
      expect(() => parseByClient('openmetrics', '# TYPE a gauge\na 1\n')).toThrow(/EOF/);
    });
  },
);

describe.runIf(requirement('Prometheus', prometheusProblem()))('Prometheus', { timeout: 120_000 }, () => {
  test('promtool reports no problem in the text format', async () => {
    expect(checkMetrics((await scrape('text/plain')).text)).toEqual({ status: 0, output: '' });
    expect(checkMetrics((await scrape(FROM_PROMETHEUS)).text).status).not.toBe(0);
  });

  test('scrapes a running service', async () => {
    const prometheus = await startPrometheus(service.url);
    try {
      expect(await prometheus.scraped()).toBe('');
      const series = await prometheus.query('synwhere_target_as_expected');
      expect(series.map(({ metric, value }) => [metric['target'], value[1]])).toEqual(
        expect.arrayContaining([
          [well.target, '1'],
          [ill.target, '0'],
        ]),
      );
      const joined = await prometheus.query(
        'synwhere_target_as_expected * on (target) group_left (label_team) synwhere_target_info',
      );
      expect(joined.find(({ metric }) => metric['target'] === well.target)?.metric['label_team']).toBe(
        AWKWARD,
      );
      const kinds = await prometheus.query('synwhere_verdict == 1');
      expect(kinds.map(({ metric }) => metric['synwhere_verdict'])).toEqual(
        expect.arrayContaining(['reachable', 'remote-refusal']),
      );
    } finally {
      await prometheus.close();
    }
  });
});
