import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { check } from '../../functions/aggregator/check/check.ts';
import type { Vantage } from '../../functions/aggregator/vantages/vantage.ts';
import { handler } from '../../functions/probe/handler.ts';
import { formatTarget } from '../../functions/reachability/target.ts';

/*
 * A deployment updates one stack after another. For some minutes, an old probe works with a new aggregator, or a new probe with an
 * old aggregator. `previous/` has the code of the last released version (write-previous.ts).
 */
type Check = typeof check;
type Handler = typeof handler;

let server: Server;
let open = 0;
let closed = 0;
let previous: { check: Check; handler: Handler };

beforeAll(async () => {
  vi.stubEnv('SYNWHERE_POLICY', '{"allow":[{"cidr":"127.0.0.0/8"}]}');
  const [oldCheck, oldProbe]: [{ check: Check }, { handler: Handler }] = await Promise.all([
    import(new URL('previous/check.mjs', import.meta.url).href),
    import(new URL('previous/probe.mjs', import.meta.url).href),
  ]);
  previous = { check: oldCheck.check, handler: oldProbe.handler };
  server = createServer((socket) => socket.unref()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  open = portOf(server);
  // Both are bound at the same time, so that they differ. A port that was just closed refuses connections.
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  closed = portOf(other);
  other.close();
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.close();
});

function portOf(listening: Server): number {
  const address = listening.address();
  return typeof address === 'object' && address ? address.port : 0;
}

/** As with Lambda, the request and the report are converted to JSON and back. */
function vantageOf(name: string, probe: Handler): Vantage {
  return {
    name,
    network: 'aws',
    probe: async (request) => {
      const event: unknown = JSON.parse(JSON.stringify(request));
      const report: Awaited<ReturnType<Handler>> = JSON.parse(JSON.stringify(await probe(event)));
      return report;
    },
  };
}

describe.each([
  ['the previous check and the probe', () => [previous.check, [handler, handler, handler]]],
  ['the check and the previous probe', () => [check, Array(3).fill(previous.handler)]],
  ['the check and probes of both versions', () => [check, [handler, previous.handler, handler]]],
] as [string, () => [Check, Handler[]]][])('%s', (_name, parts) => {
  test('work together', async () => {
    const [run, probes] = parts();
    const verdicts = await run({
      targets: [
        { host: '127.0.0.1', port: open },
        { host: '127.0.0.1', port: closed },
        { host: 'localhost', port: open },
        { host: '::1', port: open },
      ],
      controls: [{ host: '127.0.0.1', port: open }],
      vantages: probes.map((probe, index) => vantageOf(`v${index}`, probe)),
      timeoutMs: 2500,
    });
    const said = Object.fromEntries(
      verdicts.map(({ target, kind, vantages, rounds }) => [
        formatTarget(target),
        { kind, rounds, counted: vantages.filter(({ counted }) => counted).length },
      ]),
    );
    expect(said).toMatchObject({
      [`127.0.0.1:${open}`]: { kind: 'reachable', counted: 3 },
      [`localhost:${open}`]: { kind: 'reachable', counted: 3 },
      [`127.0.0.1:${closed}`]: { kind: 'remote-refusal', counted: 3, rounds: 2 },
      // The address policy denies it.
      [`[::1]:${open}`]: { kind: 'vantage-fault', counted: 0 },
    });
  });
});
