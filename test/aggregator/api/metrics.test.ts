import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KINDS } from '../../../functions/reachability/words.ts';
import type { Vantage } from '../../../functions/aggregator/vantages/vantage.ts';
import { VantageError } from '../../../functions/aggregator/vantages/vantage.ts';
import { Listener, startService, threeVantages, type TestService } from './service.ts';
import { parseOpenMetrics, type MetricFamily } from './open-metrics-parser.ts';

/** A name that needs every escape that the format has. */
const AWKWARD = 'c:\\dead "end"\nof the world';

const dead: Vantage = {
  name: AWKWARD,
  probe: () => Promise.reject(new VantageError('it is gone')),
};

let service: TestService;
let well: Listener;
let ill: Listener;

beforeAll(async () => {
  well = await new Listener().start();
  ill = await new Listener().start();
  await ill.stop();
  service = await startService(
    { targets: [well.target, ill.target] },
    { vantages: [...threeVantages(), dead] },
  );
});
afterAll(async () => {
  await service.close();
  await well.stop();
});

async function scrape(
  accept = 'application/openmetrics-text',
): Promise<{ type: string | null; text: string }> {
  const response = await fetch(`${service.url}/metrics`, { headers: { accept } });
  expect(response.status).toBe(200);
  return { type: response.headers.get('content-type'), text: await response.text() };
}

function family(families: readonly MetricFamily[], name: string): MetricFamily['samples'] {
  const found = families.find((each) => each.name === name);
  if (!found) throw new Error(`there is no ${name}`);
  return found.samples;
}

describe('GET /metrics', () => {
  test('is valid before the first tick', async () => {
    const families = parseOpenMetrics((await scrape()).text);
    expect(family(families, 'synwhere_verdict')).toEqual([]);
    expect(family(families, 'synwhere_open_incidents')).toHaveLength(2);
  });

  test('tells what the last tick saw', async () => {
    await service.tick();
    await service.tick();
    const { type, text } = await scrape(
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
    );
    expect(type).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    const families = parseOpenMetrics(text);
    const verdicts = family(families, 'synwhere_verdict');
    expect(verdicts).toHaveLength(2 * KINDS.length);
    const on = verdicts.filter(({ value }) => value === 1).map(({ labels }) => labels);
    expect(on).toHaveLength(2);
    expect(on).toEqual(
      expect.arrayContaining([
        { target: well.target, synwhere_verdict: 'reachable' },
        { target: ill.target, synwhere_verdict: 'remote-refusal' },
      ]),
    );
    expect(family(families, 'synwhere_target_as_expected')).toEqual(
      expect.arrayContaining([
        { labels: { target: well.target }, value: 1 },
        { labels: { target: ill.target }, value: 0 },
      ]),
    );
    expect(family(families, 'synwhere_vantage_state').map(({ labels }) => labels)).toContainEqual({
      target: ill.target,
      vantage: 'east',
      saw: 'refused',
      fault: 'target',
    });
    expect(family(families, 'synwhere_vantage_counted')).toContainEqual({
      labels: { target: well.target, vantage: AWKWARD },
      value: 0,
    });
    const handshakes = family(families, 'synwhere_vantage_handshake_seconds');
    expect(handshakes.map(({ labels }) => labels['vantage'])).toEqual(['east', 'north', 'west']);
    for (const { value } of handshakes) expect(value).toBeGreaterThan(0);
    for (const { value } of handshakes) expect(value).toBeLessThan(4);
    expect(family(families, 'synwhere_open_incidents')).toContainEqual({
      labels: { subject: 'target' },
      value: 1,
    });
    const [last] = family(families, 'synwhere_last_tick_timestamp_seconds');
    expect(Math.abs((last?.value ?? 0) - Date.now() / 1000)).toBeLessThan(120);
  });
});

describe('the parser of this test', () => {
  const gauge = '# TYPE a gauge\n';
  test.each([
    ['no end', `${gauge}a 1\n`, 'does not end'],
    ['nothing after the end', `${gauge}a 1\n# EOF\n\n`, 'does not end'],
    ['a line that is nothing', `${gauge}a one\n# EOF\n`, 'no sample'],
    ['a sample of another family', `${gauge}b 1\n# EOF\n`, 'no sample'],
    ['families interleaved', `${gauge}a 1\n# TYPE b gauge\nb 1\n${gauge}a{x="2"} 1\n# EOF\n`, 'before'],
    ['a label set twice', `${gauge}a{x="1"} 1\na{x="1"} 2\n# EOF\n`, 'twice'],
    ['a label twice', `${gauge}a{x="1",x="2"} 1\n# EOF\n`, 'twice'],
    ['a bad escape', `${gauge}a{x="\\q"} 1\n# EOF\n`, 'no sample'],
    ['a unit that is not in the name', `${gauge}# UNIT a seconds\na 1\n# EOF\n`, 'unit'],
    ['help after samples', `${gauge}a 1\n# HELP a late\n# EOF\n`, 'beginning'],
    ['two states on', '# TYPE a stateset\na{a="x"} 1\na{a="y"} 1\n# EOF\n', 'exactly one'],
    ['a state without its label', '# TYPE a stateset\na{b="x"} 1\n# EOF\n', 'without its label'],
  ])('refuses %s', (_name, text, reason) => {
    expect(() => parseOpenMetrics(text)).toThrow(reason);
  });
});
