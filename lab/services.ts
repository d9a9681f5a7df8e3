import net from 'node:net';
import type { Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import type { Behaviour } from './world.ts';

/** A listening service; `stop` closes the port and every connection. */
interface Service {
  stop(): Promise<void>;
}

/** The services of all hosts, by address and port. */
export class Services {
  readonly #running = new Map<string, Service>();

  /** Gives the port this behaviour in place of its previous one. Rejects with the system's error if it cannot listen. */
  async set(address: string, port: number, does: Behaviour): Promise<void> {
    const key = `${address} ${port}`;
    await this.#running.get(key)?.stop();
    this.#running.delete(key);
    if (does === 'closed') return;
    this.#running.set(
      key,
      await (does === 'full-queue' ? fullQueue(address, port) : listen(address, port, does)),
    );
  }
}

function listen(
  address: string,
  port: number,
  does: Exclude<Behaviour, 'closed' | 'full-queue'>,
): Promise<Service> {
  const sockets = new Set<Socket>();
  const calls = new Map<string, number>();
  const server = net.createServer((socket) => {
    socket.on('error', () => socket.destroy());
    const caller = socket.remoteAddress ?? '';
    const call = calls.get(caller) ?? 0;
    calls.set(caller, call + 1);
    if (does === 'accept-then-reset' || (does === 'flaky' && call % 2 === 0)) socket.resetAndDestroy();
    else if (does === 'accept-then-close') socket.end().resume();
    else {
      sockets.add(socket.resume());
      socket.on('close', () => sockets.delete(socket));
      if (does === 'banner') socket.write('220 lab ready\r\n');
    }
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: address, port, backlog: 4096 }, () =>
      resolve({
        stop: () =>
          new Promise((done) => {
            server.close(() => done());
            for (const socket of sockets) socket.destroy();
          }),
      }),
    );
  });
}

/** With a backlog of 1 the kernel completes two handshakes and drops every further SYN (listen(2)). */
const BACKLOG = 1;
const QUEUE_LENGTH = BACKLOG + 1;

/**
 * Listens on a thread that never accepts, and fills the queue from this thread. A listener in this thread does not work, because
 * Node accepts every connection.
 */
async function fullQueue(address: string, port: number): Promise<Service> {
  const gate = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(
    `const { workerData: { gate, address, port, backlog }, parentPort } = require('node:worker_threads');
     const server = require('node:net').createServer((socket) => socket.destroy());
     server.on('error', (error) => parentPort.postMessage(String(error)));
     server.listen({ host: address, port, backlog }, () => { parentPort.postMessage(''); Atomics.wait(gate, 0, 0); process.exit(); });`,
    { eval: true, workerData: { gate, address, port, backlog: BACKLOG } },
  );
  const problem = await new Promise<string>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  if (problem !== '') throw new Error(problem);
  const fillers = Array.from({ length: QUEUE_LENGTH }, () => net.connect(port, address));
  await Promise.all(
    fillers.map(
      (filler) =>
        new Promise<void>((resolve, reject) => {
          filler.once('error', reject);
          filler.once('connect', () => {
            filler.off('error', reject).on('error', () => filler.destroy());
            resolve();
          });
        }),
    ),
  );
  return {
    stop: async () => {
      Atomics.store(gate, 0, 1);
      Atomics.notify(gate, 0);
      await worker.terminate();
      for (const filler of fillers) filler.destroy();
    },
  };
}
