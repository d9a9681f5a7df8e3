import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openKernelEvidence } from '../../../functions/probe/evidence/kernel-evidence.ts';
import type { ProbeReport } from '../../../functions/reachability/report.ts';
import { closedPort } from '../../cli/loopback.ts';
import { requirement } from '../../support/requirements.ts';
import { portOf } from '../../support/ports.ts';

const source = await openKernelEvidence();
const watchable = requirement(
  'watching sockets',
  source
    ? undefined
    : 'the optional package koffi is missing, or this is not Linux; run npm install on Linux',
);

describe('without the package koffi', () => {
  let bare: string;
  let server: Server;
  let ports: { open: number; closed: number };

  beforeAll(async () => {
    bare = mkdtempSync(join(tmpdir(), 'synwhere-bare-'));
    cpSync('functions', join(bare, 'functions'), { recursive: true });
    cpSync('package.json', join(bare, 'package.json'));
    server = await listen();
    ports = { open: portOf(server), closed: (await closedPort()).port };
  });
  afterAll(() => {
    server.close();
    rmSync(bare, { recursive: true });
  });

  /** Runs a module from a copy of the functions that has no node_modules above it, so that the import fails. */
  async function inBareCopy(script: string): Promise<unknown> {
    const functions = pathToFileURL(join(bare, 'functions/')).href;
    const code = `const at = ${JSON.stringify(functions)}; const ports = ${JSON.stringify(ports)}; ${script}`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
      cwd: bare,
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: 20_000,
    });
    return JSON.parse(await text(child.stdout));
  }

  it('makes the same attempts, without the evidence', async () => {
    const report = (await inBareCopy(`
      const { probe } = await import(at + 'probe/probe.ts');
      const targets = [ports.open, ports.closed].map((port) => ({ host: '127.0.0.1', port }));
      console.log(JSON.stringify(await probe({ targets })));
    `)) as ProbeReport;
    const outcomes = report.targets.map(({ addresses }) =>
      addresses.flatMap(({ attempts }) => attempts.map(({ outcome }) => outcome)),
    );
    expect(outcomes).toEqual([
      ['connected', 'connected', 'connected'],
      ['refused', 'refused', 'refused'],
    ]);
    expect(report.system?.evidence).not.toEqual(expect.arrayContaining(['icmp']));
    expect(JSON.stringify(report)).not.toMatch(/icmp|refusedBy|tcp-info/);
  });

  it('reports why there is no trace', async () => {
    const trace = await inBareCopy(`
      const { trace } = await import(at + 'probe/trace/trace.ts');
      const policy = { deny: () => undefined };
      console.log(JSON.stringify(await trace({ address: '127.0.0.1', port: ports.open }, { policy })));
    `);
    expect(trace).toEqual({
      address: '127.0.0.1',
      port: ports.open,
      hops: [],
      reached: false,
      unavailable: 'needs Linux and the optional package koffi',
    });
  });
});

describe('the switch', () => {
  it('disables the evidence', async () => {
    process.env['SYNWHERE_KERNEL_EVIDENCE'] = 'off';
    try {
      expect(await openKernelEvidence()).toBeUndefined();
    } finally {
      delete process.env['SYNWHERE_KERNEL_EVIDENCE'];
    }
  });
});

describe.skipIf(!watchable)('watching', () => {
  it('leaves no descriptor open, whatever the outcome of an attempt', async () => {
    const server = await listen();
    const { port: closed } = await closedPort();
    const before = descriptors();
    for (let round = 0; round < 50; round++) {
      await Promise.all([attempt(portOf(server)), attempt(closed)]);
    }
    // The server's side of the last connection closes in a later turn of the event loop.
    await expect.poll(descriptors).toBe(before);
    server.close();
  });

  it('reports an RST on loopback, which arrives within the call', async () => {
    const { port: closed } = await closedPort();
    for (let round = 0; round < 20; round++) {
      expect(await attempt(closed)).toMatchObject({ refusedBy: 'rst', synRetransmits: 0, synAcked: false });
    }
  });

  it('reports the state of an open connection', async () => {
    const server = await listen();
    expect(await attempt(portOf(server))).toEqual({
      synRetransmits: 0,
      synRetransmitsFrom: 'tcp-info',
      socketState: 'ESTABLISHED',
      synAcked: true,
    });
    server.close();
  });
});

function attempt(port: number): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const socket = connect({ host: '127.0.0.1', port, localAddress: '0.0.0.0' });
  let evidence: unknown;
  socket.on('connectionAttempt', () => {
    const watch = source?.watch(socket);
    const end = (): void => {
      evidence = watch?.collect();
      socket.destroy();
    };
    socket.on('connect', end).on('error', end);
  });
  socket.on('close', () => resolve(evidence));
  return promise;
}

async function listen(): Promise<Server> {
  const server = createServer((socket) => socket.on('error', () => undefined).resume());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function descriptors(): number {
  return readdirSync('/proc/self/fd').length;
}
