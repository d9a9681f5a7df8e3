import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { openSilentPort } from '../probe/attempts/silent-port.ts';

/** A port on loopback, and a function that releases it. */
export interface Port {
  target: string;
  port: number;
  close(): Promise<void>;
}

/** A port with a listener that keeps every connection open. */
export async function openPort(host = '127.0.0.1'): Promise<Port> {
  return listen(host, () => undefined);
}

/** A port with a listener that closes every connection at once. */
export async function closingPort(host = '127.0.0.1'): Promise<Port> {
  return listen(host, (socket) => socket.end());
}

/** A port without a listener. It was free just before. */
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
  const port = await listenBelow(server, host);
  return {
    target: `${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    async close() {
      server.close();
      await Promise.resolve();
    },
  };
}

/**
 * Listens on a port below the ephemeral range (Linux: 32768 and up, ip-sysctl's ip_local_port_range). After it is closed, no listener
 * and no connect of another test gets it by chance.
 */
async function listenBelow(server: Server, host: string): Promise<number> {
  for (let tries = 1; ; tries++) {
    const port = randomInt(20_000, 32_768);
    try {
      server.listen(port, host);
      await once(server, 'listening');
      return port;
    } catch (error) {
      const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
      if (!taken || tries === 20) throw error;
    }
  }
}
