/**
 * Runs inside a namespace: connects with plain Node sockets, that is without the probe, to the targets on stdin, and prints the
 * result of each. The tests of the world use this, so that they do not depend on the probe.
 */
import net from 'node:net';
import { text } from 'node:stream/consumers';

export interface Dial {
  host: string;
  port: number;
  localPort?: number;
}

export interface DialResult extends Dial {
  /** An errno (also of a reset after the handshake), `connected`, `closed`, `greeted`, or `silent`. */
  came: string;
  elapsedMs: number;
}

const SILENT_AFTER_MS = 3800;
const SETTLE_MS = 200;

function dial(to: Dial): Promise<DialResult> {
  const start = performance.now();
  return new Promise((resolve) => {
    const socket = net.connect(to);
    const end = (came: string, elapsedMs = performance.now() - start) => {
      clearTimeout(silence);
      socket.destroy();
      resolve({ ...to, came, elapsedMs: Math.round(elapsedMs) });
    };
    const silence = setTimeout(() => end('silent'), SILENT_AFTER_MS);
    socket.on('connect', () => {
      const elapsedMs = performance.now() - start;
      setTimeout(() => end('connected', elapsedMs), SETTLE_MS);
    });
    socket.on('data', () => end('greeted'));
    socket.on('end', () => end('closed'));
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? ''));
  });
}

const wanted: Dial[] = JSON.parse(await text(process.stdin));
process.stdout.write(JSON.stringify(await Promise.all(wanted.map(dial))));
