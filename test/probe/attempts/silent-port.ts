import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';

/** Many more than the listener's queue of one holds. */
const CONNECTS = 12;

/** Listens and then blocks its event loop, so it never accepts. */
const LISTENER = `require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, function () {
  require('fs').writeSync(1, String(this.address().port));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); });`;

export interface SilentPort {
  port: number;
  close(): Promise<void>;
}

/**
 * A port on loopback that does not answer a SYN: its listener is blocked with a full accept queue, so the kernel drops every
 * further SYN, as it does on an overloaded host.
 */
export async function openSilentPort(): Promise<SilentPort> {
  const child = spawn(process.execPath, ['-e', LISTENER], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  const port = Number(String(line).trim());
  const sockets = Array.from({ length: CONNECTS }, () =>
    connect(port, '127.0.0.1').on('error', () => undefined),
  );
  // The connects run in the next tick, and loopback delivers within the call: after this time the queue is full.
  await new Promise((resolve) => setTimeout(resolve, 200));
  // Sockets in the queue stay open. The others are closed, because their SYNs could be taken for those of a test.
  for (const socket of sockets) if (socket.connecting) socket.destroy();
  return {
    port,
    async close() {
      for (const socket of sockets) socket.destroy();
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
