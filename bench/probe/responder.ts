import { once } from 'node:events';
import { createServer } from 'node:net';
import { OPEN_PORTS } from './load.ts';

/** Accepts connections at the open ports and keeps each open until the peer closes it. Ends when its stdin is closed. */
for (const port of OPEN_PORTS) {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.resume();
  });
  server.listen({ port, host: '0.0.0.0', backlog: 4096 });
  await once(server, 'listening');
}
process.stdout.write('ready\n');
process.stdin.on('end', () => process.exit(0)).resume();
