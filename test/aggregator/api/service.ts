import { once } from 'node:events';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { parseConfiguration } from '../../../configuration/load.ts';
import type { Configuration } from '../../../configuration/configuration.ts';
import { serveLoopback } from '../../../cli/dev/server.ts';
import type { Announcement } from '../../../functions/aggregator/incidents/announcement.ts';
import { check } from '../../../functions/aggregator/check/check.ts';
import { answerEvent, type AggregatorDependencies } from '../../../functions/aggregator/handler/answer.ts';
import { createStore } from '../../../functions/aggregator/store/store.ts';
import { inProcessVantage } from '../../../functions/aggregator/vantages/in-process.ts';
import type { Vantage } from '../../../functions/aggregator/vantages/vantage.ts';
import { ownMachine } from '../../../functions/probe/policy/policy.ts';
import { probe } from '../../../functions/probe/probe.ts';
import { startDynamoDb } from '../../support/dynamodb.ts';

/** A TCP service on loopback that can be stopped and started again on its port. */
export class Listener {
  #server: net.Server | undefined;
  port = 0;

  async start(): Promise<this> {
    const server = net.createServer((socket) => socket.on('error', () => {}));
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address() as AddressInfo;
    this.port = address.port;
    this.#server = server;
    return this;
  }

  get target(): string {
    return `127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    await new Promise((resolve) => server.close(resolve));
  }
}

export interface TestService {
  url: string;
  parts: AggregatorDependencies;
  configuration: Configuration;
  told: Announcement[];
  /** Runs one tick of the schedule through the handler. */
  tick(scheduledAt?: string): Promise<unknown>;
  close(): Promise<void>;
}

/** Three vantages in this process. They share one network and are used as three. */
export function threeVantages(): Vantage[] {
  return ['east', 'west', 'north'].map((name) =>
    inProcessVantage(name, (request, { signal }) => probe(request, { signal, policy: ownMachine })),
  );
}

/** The service on loopback with real probes, real ticks, an embedded DynamoDB and real HTTP. */
export async function startService(
  configured: Record<string, unknown>,
  more: { vantages?: Vantage[]; page?: AggregatorDependencies['api']['page'] } = {},
): Promise<TestService> {
  const database = await startDynamoDb();
  const parsed = parseConfiguration(JSON.stringify({ home: 'eu-central-1', ...configured }), 'test');
  const configuration = { ...parsed, regions: [], probe: { ...parsed.probe, attempts: 1 } };
  const vantages = more.vantages ?? threeVantages();
  const store = createStore({ table: database.table, client: database.client, retentionDays: 30 });
  const told: Announcement[] = [];
  const parts: AggregatorDependencies = {
    api: { configuration, vantages, store, ...(more.page && { page: more.page }) },
    tick: {
      configuration,
      vantages,
      check,
      store,
      announcers: [
        {
          name: 'test',
          send: (announcement) => {
            told.push(announcement);
            return Promise.resolve();
          },
        },
      ],
      metrics: () => {},
    },
  };
  const limits = { signal: new AbortController().signal, deadlineMs: 30_000 };
  const server = await serveLoopback(0, async (event, signal) => {
    const outcome = await answerEvent(event, parts, { ...limits, signal });
    if ('http' in outcome) return outcome.http;
    throw new Error('not HTTP');
  });
  let turn = Date.parse('2026-05-01T10:00:00.000Z');
  return {
    url: server.url,
    parts,
    configuration,
    told,
    async tick(scheduledAt = new Date((turn += 60_000)).toISOString()) {
      const outcome = await answerEvent({ tick: scheduledAt }, parts, limits);
      if (!('text' in outcome)) throw new Error('a tick was answered as HTTP');
      return JSON.parse(outcome.text) as unknown;
    },
    async close() {
      await server.close();
      await database.close();
    },
  };
}
