import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** Targets on loopback that can be closed and opened again on the same port. */
export class Listeners {
  readonly ports: number[] = [];
  readonly #servers: (Server | undefined)[] = [];

  static async open(count: number): Promise<Listeners> {
    const listeners = new Listeners();
    for (let index = 0; index < count; index++) await listeners.openOne(index);
    return listeners;
  }

  async openOne(index: number): Promise<void> {
    if (this.#servers[index]) return;
    const server = createServer((socket) => socket.on('error', () => undefined).resume());
    server.listen({ host: '127.0.0.1', port: this.ports[index] ?? 0, backlog: 511 });
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a listener without a port');
    this.ports[index] = address.port;
    this.#servers[index] = server;
  }

  /** After this, connects are refused. */
  async closeOne(index: number): Promise<void> {
    const server = this.#servers[index];
    this.#servers[index] = undefined;
    if (server) await new Promise((resolve) => server.close(resolve));
  }

  async closeAll(): Promise<void> {
    for (const index of this.#servers.keys()) await this.closeOne(index);
  }
}
