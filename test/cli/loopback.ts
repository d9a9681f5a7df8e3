import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { openSilentPort } from '../probe/silent-port.ts';

/** A port on loopback, and how to let go of it. */
export interface Port {
  target: string;
  port: number;
  close(): Promise<void>;
}

/** Somebody listens and keeps every connection open. */
export async function openPort(host = '127.0.0.1'): Promise<Port> {
  return listen(host, () => undefined);
}

/** Somebody listens and hangs up on everyone at once. */
export async function closingPort(host = '127.0.0.1'): Promise<Port> {
  return listen(host, (socket) => socket.end());
}

/** Nobody listens: a port that was free a moment ago. */
export async function closedPort(host = '127.0.0.1'): Promise<Port> {
  const port = await openPort(host);
  await port.close();
  return { ...port, close: () => Promise.resolve() };
}

/** A port that does not answer a SYN. */
export async function silentPort(): Promise<Port> {
  const silent = await openSilentPort();
  return { ...silent, target: `127.0.0.1:${silent.port}` };
}

async function listen(host: string, onConnection: (socket: Socket) => void): Promise<Port> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  server.listen(0, host);
  await once(server, 'listening');
  const port = portOf(server);
  return {
    target: `${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    async close() {
      server.close();
      await Promise.resolve();
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server does not listen');
  return address.port;
}
