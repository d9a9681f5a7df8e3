import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

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

/**
 * A port that does not answer a SYN: its listener is stopped (SIGSTOP) with a full accept queue, so that the kernel drops every
 * further SYN, as it does on a host that is overwhelmed.
 */
export async function silentPort(): Promise<Port> {
  const listener = `require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, function () {
    console.log(this.address().port); setImmediate(() => process.kill(process.pid, 'SIGSTOP')); });`;
  const child = spawn(process.execPath, ['-e', listener], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  const port = Number(String(line).trim());
  const sockets: Socket[] = [];
  while (await connects(port, sockets)) {
    if (sockets.length > 100) throw new Error('the accept queue does not fill up');
  }
  return {
    target: `127.0.0.1:${port}`,
    port,
    async close() {
      for (const socket of sockets) socket.destroy();
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

async function connects(port: number, sockets: Socket[]): Promise<boolean> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  sockets.push(socket);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  socket.once('connect', () => {
    resolve(true);
  });
  const timer = setTimeout(() => {
    socket.destroy();
    resolve(false);
  }, 500);
  return promise.finally(() => {
    clearTimeout(timer);
  });
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
