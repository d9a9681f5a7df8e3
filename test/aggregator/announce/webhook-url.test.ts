import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Announcement } from '../../../functions/aggregator/incidents/announcement.ts';
import { NotTakenError } from '../../../functions/aggregator/announce/announcer.ts';
import { slackAnnouncer } from '../../../functions/aggregator/announce/slack.ts';
import { storedWebhookUrl, type WebhookUrl } from '../../../functions/aggregator/announce/webhook-url.ts';
import {
  readStoredSecret,
  type SecretOptions,
} from '../../../functions/aggregator/announce/stored-secret.ts';
import { startSecretStore, STORE_CREDENTIALS, type SecretStore } from '../../support/secret-store.ts';
import { startReceivers, type Receivers } from './receivers.ts';

const URL_SECRET = 'https://hooks.example.com/services/T/B/secret';
const PARAMETER = { parameter: '/synwhere/slack' };
const LONG_MS = 5000;

let store: SecretStore;
let receivers: Receivers;
beforeAll(async () => {
  [store, receivers] = await Promise.all([startSecretStore(), startReceivers()]);
});
beforeEach(() => {
  store.answer = { value: URL_SECRET };
  store.requests.length = 0;
  store.problems.length = 0;
  store.signedFor = { service: 'ssm', region: 'eu-central-1' };
  receivers.conduct = () => 'take';
  receivers.taken.length = 0;
  receivers.requests = 0;
});
afterAll(() => Promise.all([store.close(), receivers.close()]));

function options(more: SecretOptions['client'] = {}) {
  return {
    client: {
      region: 'eu-central-1',
      endpoint: store.endpoint,
      credentials: () => Promise.resolve(STORE_CREDENTIALS),
      ...more,
    },
  };
}

const noCredentials = () => Promise.reject(new Error('no credentials in the environment'));

const sending = () => ({ mayRepeat: false, signal: within() });

const within = (ms = LONG_MS): AbortSignal => AbortSignal.timeout(ms);

describe('a stored value', () => {
  test('of Parameter Store is read decrypted, with a signature', async () => {
    expect(await readStoredSecret(PARAMETER, options())).toBe(URL_SECRET);
    expect(store.requests).toEqual([
      { target: 'AmazonSSM.GetParameter', input: { Name: '/synwhere/slack', WithDecryption: true } },
    ]);
    expect(store.problems).toEqual([]);
  });

  test.each([
    ['synwhere/slack', 'eu-central-1'],
    ['arn:aws:secretsmanager:us-east-1:111122223333:secret:synwhere/slack-AbCdEf', 'us-east-1'],
  ])('of Secrets Manager is read where it is: %s', async (secret, region) => {
    store.signedFor = { service: 'secretsmanager', region };
    expect(await readStoredSecret({ secret }, options())).toBe(URL_SECRET);
    expect(store.requests).toEqual([
      { target: 'secretsmanager.GetSecretValue', input: { SecretId: secret } },
    ]);
    expect(store.problems).toEqual([]);
  });

  test('uses the endpoint and the credentials of the environment, as other AWS programs do', async () => {
    vi.stubEnv('AWS_REGION', 'eu-central-1');
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:1');
    vi.stubEnv('AWS_ENDPOINT_URL_SSM', store.endpoint);
    vi.stubEnv('AWS_ACCESS_KEY_ID', STORE_CREDENTIALS.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', STORE_CREDENTIALS.secretAccessKey);
    try {
      expect(await readStoredSecret(PARAMETER)).toBe(URL_SECRET);
      expect(store.problems).toEqual([]);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test.each([
    [
      { status: 400, type: 'com.amazonaws.ssm#ParameterNotFound' },
      'could not be read: 400 ParameterNotFound',
    ],
    [{ status: 400, type: 'AccessDeniedException' }, 'could not be read: 400 AccessDeniedException'],
    [{ status: 500, type: 'InternalServerError' }, 'could not be read: 500 InternalServerError'],
    [{ body: `<html>${URL_SECRET}` }, 'has no text value'],
    [{ body: '{"Parameter":{"Value":7}}' }, 'has no text value'],
    ['hang' as const, 'could not be read: no answer in time'],
  ])('that cannot be read is one line: %j', async (answer, words) => {
    store.answer = answer;
    const signal = within(answer === 'hang' ? 300 : LONG_MS);
    await expect(readStoredSecret(PARAMETER, { ...options(), signal })).rejects.toThrow(
      new Error(`the parameter /synwhere/slack ${words}`),
    );
  });

  test('of a store that is not there, and without credentials, is one line', async () => {
    const nobody = options({ endpoint: 'http://127.0.0.1:1' });
    await expect(readStoredSecret({ secret: 'x' }, nobody)).rejects.toThrow(
      'the secret x could not be read: ECONNREFUSED',
    );
    await expect(readStoredSecret(PARAMETER, options({ credentials: noCredentials }))).rejects.toThrow(
      'could not be read: no credentials in the environment',
    );
  });
});

describe('the URL of a webhook', () => {
  let nowMs = 0;
  const stored = (): WebhookUrl => storedWebhookUrl(PARAMETER, options(), () => nowMs);

  test('is not read before it is needed, and then once', async () => {
    const url = stored();
    expect(store.requests).toEqual([]);
    store.answer = { value: ` ${URL_SECRET}\n` };
    for (let times = 0; times < 3; times++) expect(await url(within(), false)).toBe(URL_SECRET);
    expect(store.requests).toHaveLength(1);
  });

  test('is read again when it has become old; while the store is away the old one is used', async () => {
    const url = stored();
    await url(within(), false);
    nowMs += 14 * 60_000;
    await url(within(), false);
    expect(store.requests).toHaveLength(1);
    nowMs += 2 * 60_000;
    store.answer = { status: 500, type: 'InternalServerError' };
    expect(await url(within(), false)).toBe(URL_SECRET);
    store.answer = { value: `${URL_SECRET}2` };
    expect(await url(within(), false)).toBe(`${URL_SECRET}2`);
    expect(store.requests).toHaveLength(3);
  });

  test('is read again when the receiver refused it, but not for every announcement', async () => {
    const url = stored();
    await url(within(), false);
    store.answer = { value: `${URL_SECRET}2` };
    nowMs += 5000;
    expect(await url(within(), true)).toBe(URL_SECRET);
    nowMs += 6000;
    expect(await url(within(), true)).toBe(`${URL_SECRET}2`);
    expect(await url(within(), true)).toBe(`${URL_SECRET}2`);
    expect(store.requests).toHaveLength(2);
    nowMs += 11_000;
    store.answer = { status: 400, type: 'ParameterNotFound' };
    await expect(url(within(), true)).rejects.toThrow('ParameterNotFound');
  });

  test.each([
    '',
    'hooks.example.com/secret',
    'http://hooks.example.com/secret',
    'ftp://x/secret',
    '{"url":"https://x/secret"}',
  ])('that is none is refused, and never repeated: %j', async (value) => {
    store.answer = { value };
    const error: unknown = await stored()(within(), false).catch((reason: unknown) => reason);
    expect(error).toEqual(new Error('the stored webhook is not an https URL'));
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('secret');
  });
});

describe('an announcement to a stored webhook', () => {
  const announcement: Announcement = {
    version: 1,
    id: 'inc-1',
    change: 'opened',
    at: '2026-05-01T10:00:00.000Z',
    installation: 'synwhere',
    subject: { type: 'target', target: 'api.example:443' },
    incident: {
      id: 'inc',
      kind: 'unresponsive',
      openedAt: '2026-05-01T10:00:00.000Z',
      flapping: false,
      open: true,
    },
    summary: 'nobody answers',
    because: [],
    notRuledOut: [],
    vantages: [],
  };

  test('reads the URL, sends, and reads it again after the receiver refused it', async () => {
    let nowMs = 0;
    store.answer = { value: `${receivers.endpoint}/services/old` };
    const announcer = slackAnnouncer(storedWebhookUrl(PARAMETER, options(), () => nowMs));
    await announcer.send(announcement, sending());
    expect(receivers.taken).toHaveLength(1);
    receivers.conduct = () => 404;
    await expect(announcer.send(announcement, sending())).rejects.toThrow(/^the webhook answered 404$/);
    store.answer = { value: `${receivers.endpoint}/services/new` };
    receivers.conduct = () => 'take';
    nowMs += 60_000;
    await announcer.send(announcement, sending());
    expect(receivers.taken).toHaveLength(2);
    expect(store.requests).toHaveLength(2);
    // It was taken, so the URL is kept.
    nowMs += 60_000;
    await announcer.send(announcement, sending());
    expect(store.requests).toHaveLength(2);
  });

  test('that cannot have its URL was certainly not sent', async () => {
    store.answer = { status: 400, type: 'AccessDeniedException' };
    const error: unknown = await slackAnnouncer(storedWebhookUrl(PARAMETER, options()))
      .send(announcement, sending())
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NotTakenError);
    expect(String(error)).toContain('the parameter /synwhere/slack could not be read: 400 AccessDenied');
    expect(receivers.requests).toBe(0);
  });
});
