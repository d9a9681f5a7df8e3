import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';

/** Well beyond what the listener's queue of one holds. */
const CONNECTS = 12;

/** Listens and then never comes back to its event loop, so it never accepts. */
const LISTENER = `require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, function () {
  require('fs').writeSync(1, String(this.address().port));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); });`;

export interface SilentPort {
  port: number;
  close(): Promise<void>;
}

/**
 * A port on loopback that does not answer a SYN: its listener is stuck with a full accept queue, so the kernel drops every
 * further SYN, as it does on a host that is overwhelmed.
 */
export async function openSilentPort(): Promise<SilentPort> {
  const child = spawn(process.execPath, ['-e', LISTENER], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  const port = Number(String(line).trim());
  const sockets = Array.from({ length: CONNECTS }, () =>
    connect(port, '127.0.0.1').on('error', () => undefined),
  );
  // The connects are made in the next tick and loopback delivers within the call: by now the queue is full.
  await new Promise((resolve) => setTimeout(resolve, 200));
  // Who is in the queue stays there; the others would be taken for the SYNs of those who come to see silence.
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
