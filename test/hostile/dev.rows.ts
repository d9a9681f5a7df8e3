import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { DATA_DIRECTORY, runningDevs, writeEndpoint } from '../../cli/dev/endpoint-file.ts';
import { MAX_CHECKS_AT_ONCE } from '../../functions/aggregator/store/store.ts';
import type { Vantage } from '../../functions/aggregator/vantages/vantage.ts';
import { startService } from '../aggregator/api/service.ts';
import type { HostileRow } from './row.ts';

interface Sent {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  /** `OWN` in a header is replaced by the server's own origin. */
  body?: string;
}

interface Answered {
  status: number;
  code: string | undefined;
  /** How often a report was requested from the vantage. */
  asked: number;
  /** The maximum number of concurrent requests for reports. */
  atOnce: number;
}

const JSON_TYPE = { 'content-type': 'application/json' };

/** Sends all requests at the same time to the server of `synwhere dev`. Its only vantage counts the requests for reports. */
async function send(requests: readonly Sent[]): Promise<Answered[]> {
  let asked = 0;
  let running = 0;
  let atOnce = 0;
  const vantage: Vantage = {
    name: 'counted',
    async probe() {
      asked += 1;
      running += 1;
      atOnce = Math.max(atOnce, running);
      await sleep(1000);
      running -= 1;
      throw new Error('no report');
    },
  };
  const service = await startService({ targets: ['127.0.0.1:1'] }, { vantages: [vantage] });
  try {
    const answers = await Promise.all(requests.map((sent) => answerTo(service.url, sent)));
    return answers.map((answer) => ({ ...answer, asked, atOnce }));
  } finally {
    await service.close();
  }
}

async function answerTo(url: string, sent: Sent): Promise<{ status: number; code: string | undefined }> {
  const { method = 'POST', path = '/checks', headers = {}, body = '' } = sent;
  const request = http.request(url, {
    method,
    path,
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value.replace('OWN', url)]),
    ),
  });
  request.end(body);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  const code = /"code":"([\w-]+)"/.exec(text)?.[1];
  return { status: response.statusCode ?? 0, code };
}

function row(input: string, outcome: string, sent: Sent, answered: Partial<Answered>): HostileRow {
  return {
    surface: 'synwhere dev',
    input,
    outcome,
    run: async () => expect(await send([sent])).toMatchObject([answered]),
  };
}

const REFUSED = { status: 403, code: 'foreign-origin', asked: 0 };
const UNTYPED = { status: 415, code: 'unsupported-media-type', asked: 0 };
const MADE = { status: 200, code: undefined };

export const rows: HostileRow[] = [
  row(
    'GET with an absolute URL in place of a path',
    '400',
    { method: 'GET', path: 'http://foreign.example/targets' },
    { status: 400, code: 'invalid-request', asked: 0 },
  ),
  row('POST /checks without a body and without a content type', '415, no vantage is used', {}, UNTYPED),
  row(
    'POST /checks as a form, which any web page can send',
    '415, no vantage is used',
    { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'targets=a:1' },
    UNTYPED,
  ),
  row(
    'POST /checks as text/plain, which any web page can send',
    '415, no vantage is used',
    { headers: { 'content-type': 'text/plain' }, body: '{}' },
    UNTYPED,
  ),
  row(
    'POST /checks with the Origin of another site',
    '403, no vantage is used',
    { headers: { ...JSON_TYPE, origin: 'https://example.com' } },
    REFUSED,
  ),
  row(
    'POST /checks with the Origin of another port of this machine',
    '403, no vantage is used',
    { headers: { ...JSON_TYPE, origin: 'http://127.0.0.1:1' } },
    REFUSED,
  ),
  row(
    'POST /checks with the Origin null (a sandboxed frame, a file)',
    '403, no vantage is used',
    { headers: { ...JSON_TYPE, origin: 'null' } },
    REFUSED,
  ),
  ...['cross-site', 'same-site', 'nonsense'].map((site) =>
    row(
      `POST /checks with Sec-Fetch-Site: ${site}`,
      '403, no vantage is used',
      { headers: { ...JSON_TYPE, 'sec-fetch-site': site } },
      REFUSED,
    ),
  ),
  row(
    'GET /targets as an image or a script in a page of another site',
    '403',
    {
      method: 'GET',
      path: '/targets',
      headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
    },
    REFUSED,
  ),
  row(
    'GET /targets in a frame of another site',
    '403',
    {
      method: 'GET',
      path: '/targets',
      headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
    },
    REFUSED,
  ),
  row(
    'POST /checks as a form that navigates (Sec-Fetch-Mode: navigate)',
    '403, no vantage is used',
    {
      headers: {
        ...JSON_TYPE,
        'sec-fetch-site': 'cross-site',
        'sec-fetch-mode': 'navigate',
        'sec-fetch-dest': 'document',
      },
    },
    REFUSED,
  ),
  row(
    'GET /targets by a link on another site',
    'the response has the data',
    {
      method: 'GET',
      path: '/targets',
      headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    },
    MADE,
  ),
  row(
    'GET /targets with the Host of another name (DNS rebinding)',
    '421',
    { method: 'GET', path: '/targets', headers: { host: 'evil.example' } },
    { status: 421, code: 'not-loopback' },
  ),
  row(
    'POST /checks from the status page (same-origin)',
    'the check runs',
    { headers: { ...JSON_TYPE, origin: 'OWN', 'sec-fetch-site': 'same-origin' } },
    MADE,
  ),
  row(
    'POST /checks from a program (no Origin, no Sec-Fetch-Site)',
    'the check runs',
    { headers: JSON_TYPE },
    MADE,
  ),
  {
    surface: 'synwhere dev',
    input:
      'a directory whose endpoint.json has another machine, another scheme, a path, no process, or invalid data',
    outcome: 'status, history and incidents use none of them',
    run: async () => {
      const here = mkdtempSync(join(tmpdir(), 'synwhere-endpoint-'));
      const directory = join(here, DATA_DIRECTORY);
      mkdirSync(directory, { recursive: true });
      const service = await startService({ targets: ['127.0.0.1:1'] });
      const { pid } = process;
      const write = (note: unknown): void =>
        writeFileSync(join(directory, 'endpoint.json'), JSON.stringify(note));
      try {
        write({ url: service.url, pid });
        expect(await runningDevs(here)).toEqual([service.url]);
        const port = new URL(service.url).port;
        for (const note of [
          { url: 'http://192.0.2.1:80', pid },
          { url: `https://127.0.0.1:${port}`, pid },
          { url: `http://127.0.0.1:${port}/x`, pid },
          { url: `http://127.0.0.1:${port}@evil.example`, pid },
          { url: `http://127.0.0.1:1`, pid },
          { url: service.url, pid: 0 },
          { url: service.url, pid: -1 },
          { url: service.url, pid: 2 ** 30 },
          { url: service.url },
          [],
          null,
        ]) {
          write(note);
          expect(await runningDevs(here), JSON.stringify(note)).toEqual([]);
        }
      } finally {
        await service.close();
        rmSync(here, { recursive: true });
      }
    },
  },
  {
    surface: 'API',
    input: '80 concurrent POST /checks',
    outcome: 'at most four run at the same time; the others get 429',
    run: async () => {
      const answers = await send(Array.from({ length: 80 }, () => ({ headers: JSON_TYPE })));
      expect(answers[0]?.atOnce).toBeGreaterThan(0);
      expect(answers[0]?.atOnce).toBeLessThanOrEqual(MAX_CHECKS_AT_ONCE);
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 429]));
    },
  },
  {
    surface: 'synwhere dev',
    input: 'a directory whose endpoint.json is a symbolic link to another file, a device, or a pipe',
    outcome:
      'the other file is not written; status, history and incidents do not read or wait for any of them',
    run: async () => {
      const here = mkdtempSync(join(tmpdir(), 'synwhere-endpoint-'));
      const directory = join(here, DATA_DIRECTORY);
      mkdirSync(directory, { recursive: true });
      const note = join(directory, 'endpoint.json');
      const other = join(here, 'other');
      try {
        writeFileSync(other, 'kept');
        symlinkSync(other, note);
        writeEndpoint(directory, 'http://127.0.0.1:1')();
        expect(readFileSync(other, 'utf8')).toBe('kept');
        symlinkSync('/dev/zero', note);
        expect(await runningDevs(here)).toEqual([]);
        rmSync(note);
        execFileSync('mkfifo', [note]);
        expect(await runningDevs(here)).toEqual([]);
      } finally {
        rmSync(here, { recursive: true });
      }
    },
  },
];
