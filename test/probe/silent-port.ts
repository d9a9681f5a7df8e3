import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';

/** Well beyond what the listener's queue of one holds; whatever does not fit waits in SYN_SENT and keeps the queue full. */
const CONNECTS = 12;

const LISTENER = `require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, function () {
  console.log(this.address().port); setImmediate(() => process.kill(process.pid, 'SIGSTOP')); });`;

export interface SilentPort {
  port: number;
  close(): Promise<void>;
}

/**
 * A port on loopback that does not answer a SYN: its listener is stopped with a full accept queue, so the kernel drops every
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
  return {
    port,
    async close() {
      for (const socket of sockets) socket.destroy();
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
