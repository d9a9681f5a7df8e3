import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { MAX_CHECKS_AT_ONCE } from '../../../functions/aggregator/store/store.ts';
import { createStore, type Store } from '../../../functions/aggregator/store/store.ts';
import { answerEvent } from '../../../functions/aggregator/handler/answer.ts';
import type { Vantage } from '../../../functions/aggregator/vantages/vantage.ts';
import { startDynamoDb, type LocalDynamoDb } from '../../support/dynamodb.ts';
import { startService, type TestService } from '../api/service.ts';
import { Description } from '../api/open-api.ts';

const START = Date.parse('2026-05-01T10:00:00.000Z');
const HOLD_MS = 60_000;

describe('the places for checks in the table', () => {
  let database: LocalDynamoDb;
  let store: Store;
  let other: Store;
  let now = START;

  beforeAll(async () => {
    database = await startDynamoDb();
    const processes = [0, 1].map(() =>
      createStore({
        table: database.table,
        client: database.client,
        retentionDays: 30,
        clock: () => new Date(now),
      }),
    );
    [store, other] = processes as [Store, Store];
  });
  afterAll(() => database.close());

  test('are never more than the limit, even if many processes ask at once', async () => {
    const ids = Array.from({ length: 40 }, (_, index) => `check-${index}`);
    const answers = await Promise.all(
      ids.map((id, index) => (index % 2 === 0 ? store : other).takeCheckPlace(id, HOLD_MS)),
    );
    const taken = ids.filter((_, index) => answers[index]);
    // With this many writers, one may lose each conflict and give up. There must never be one place too many.
    expect(taken.length).toBeGreaterThan(0);
    expect(taken.length).toBeLessThanOrEqual(MAX_CHECKS_AT_ONCE);
    for (let more = taken.length; more < MAX_CHECKS_AT_ONCE; more += 1) {
      expect(await store.takeCheckPlace(`more-${more}`, HOLD_MS)).toBe(true);
    }
    expect(await other.takeCheckPlace('late', HOLD_MS)).toBe(false);

    await store.releaseCheckPlace(taken[0] ?? '');
    await store.releaseCheckPlace(taken[0] ?? '');
    expect(await other.takeCheckPlace('late', HOLD_MS)).toBe(true);
    expect(await other.takeCheckPlace('too late', HOLD_MS)).toBe(false);
  });

  test('are free again after their time, even if a process was killed', async () => {
    now = START + HOLD_MS - 1;
    expect(await store.takeCheckPlace('next', HOLD_MS)).toBe(false);
    now = START + HOLD_MS;
    expect(await store.takeCheckPlace('next', HOLD_MS)).toBe(true);
    await store.releaseCheckPlace('next');
  });

  test('are not lost if one is released while another is taken', async () => {
    for (let round = 0; round < 20; round += 1) {
      expect(await store.takeCheckPlace('a', HOLD_MS)).toBe(true);
      await Promise.all([store.releaseCheckPlace('a'), other.takeCheckPlace('b', HOLD_MS)]);
      await store.releaseCheckPlace('b');
    }
    const all = Array.from({ length: MAX_CHECKS_AT_ONCE }, (_, index) => `all-${index}`);
    for (const id of all) expect(await store.takeCheckPlace(id, HOLD_MS)).toBe(true);
  });

  test('include the own place of a check whose write was retried after a lost answer', async () => {
    expect(await store.takeCheckPlace(`all-${MAX_CHECKS_AT_ONCE - 1}`, HOLD_MS)).toBe(true);
    expect(await other.takeCheckPlace('one more', HOLD_MS)).toBe(false);
  });
});

describe('POST /checks', () => {
  const description = new Description();
  let service: TestService;
  let asked = 0;
  let end: () => void;

  beforeEach(async () => {
    asked = 0;
    const held = Promise.withResolvers<never>();
    end = () => held.reject(new Error('ended'));
    held.promise.catch(() => undefined);
    const slow: Vantage = {
      name: 'slow',
      probe(_request, signal) {
        asked += 1;
        const left = new Promise<never>((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('left')), { once: true });
        });
        return Promise.race([held.promise, left]);
      },
    };
    service = await startService({ targets: ['127.0.0.1:1'] }, { vantages: [slow] });
  });
  afterEach(async () => {
    end();
    // Every check has released its place, so nothing writes to the closed database.
    const { store } = service.parts.api;
    for (let place = 0; place < MAX_CHECKS_AT_ONCE; place += 1) {
      const id = `last-${place}`;
      for (let tries = 0; tries < 200 && !(await store.takeCheckPlace(id, HOLD_MS)); tries += 1)
        await sleep(50);
    }
    await service.close();
  });

  function post(accept: string, signal?: AbortSignal): Promise<Response> {
    return fetch(`${service.url}/checks`, {
      method: 'POST',
      headers: { accept, 'content-type': 'application/json' },
      ...(signal && { signal }),
    });
  }

  test('runs four at once and rejects others, before any probe is asked, until one has ended', async () => {
    const streamed = await Promise.all(
      Array.from({ length: MAX_CHECKS_AT_ONCE - 1 }, () => post('application/x-ndjson')),
    );
    expect(streamed.map(({ status }) => status)).toEqual(streamed.map(() => 200));
    const whole = post('application/json');
    await vi.waitFor(() => expect(asked).toBe(MAX_CHECKS_AT_ONCE), { timeout: 10_000 });

    for (const accept of ['application/json', 'application/x-ndjson']) {
      const refused = await post(accept);
      const contentType = refused.headers.get('content-type') ?? '';
      const value: unknown = await refused.json();
      expect(refused.status).toBe(429);
      expect(refused.headers.get('retry-after')).toBe('5');
      expect(value).toMatchObject({ code: 'too-many-checks', maxChecks: MAX_CHECKS_AT_ONCE });
      expect(description.problem('post', '/checks', { status: 429, contentType, value })).toBeUndefined();
    }
    expect(asked).toBe(MAX_CHECKS_AT_ONCE);

    end();
    await Promise.all([whole, ...streamed].map(async (response) => (await response).text()));
    // The place is free before the last line is sent.
    expect((await post('application/x-ndjson')).status).toBe(200);
  });

  test.each(['application/x-ndjson', 'application/json'])(
    'gives the place of a caller that goes away to the next one (%s)',
    async (accept) => {
      const callers = Array.from({ length: MAX_CHECKS_AT_ONCE }, () => new AbortController());
      const errors = vi.spyOn(console, 'error').mockImplementation(() => undefined);
      const gone = callers.map(({ signal }) => post(accept, signal).then((response) => response.text()));
      for (const promise of gone) promise.catch(() => undefined);
      await vi.waitFor(() => expect(asked).toBe(MAX_CHECKS_AT_ONCE), { timeout: 10_000 });
      expect((await post(accept)).status).toBe(429);

      callers[0]?.abort();
      let status = 429;
      const next = new AbortController();
      for (let tries = 0; tries < 100 && status === 429; tries += 1) {
        await sleep(50);
        const answer = post('application/x-ndjson', next.signal);
        status = (await answer).status;
      }
      expect(status).toBe(200);
      expect((await post('application/x-ndjson')).status).toBe(429);
      for (const caller of [...callers, next]) caller.abort();
      await Promise.allSettled(gone);
      errors.mockRestore();
    },
  );

  test('runs without being counted if the table does not answer', async () => {
    const errors = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const { store } = service.parts.api;
    const broken = { ...store, takeCheckPlace: () => Promise.reject(new Error('no table')) };
    const parts = { ...service.parts, api: { ...service.parts.api, store: broken } };
    end();
    const limits = { signal: new AbortController().signal, deadlineMs: 30_000 };
    const outcome = await answerEvent({ check: {} }, parts, limits);
    expect('text' in outcome && JSON.parse(outcome.text)).toMatchObject({
      verdicts: [{ kind: 'insufficient-data' }],
    });
    expect(errors).toHaveBeenCalledWith(expect.stringContaining('take a place for a check'));
    errors.mockRestore();
  });
});
