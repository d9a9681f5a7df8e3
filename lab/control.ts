import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import net from 'node:net';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { LabError } from './world.ts';

/** The control socket of a standing lab, relative to the directory that the lab was started in. */
export const CONTROL_SOCKET = join('.synwhere', 'lab.sock');

const ANSWER_WITHIN_MS = 10_000;

/** A request to a standing lab. */
export type ControlRequest = { do: 'list' } | { do: 'break' | 'heal'; name: string };

/** Every fault of the lab: its description, and whether it is on. */
export type ControlAnswer = { faults: { name: string; does: string; on: boolean }[] } | { error: string };

/**
 * Listens on a socket that only its owner may open (mode 0600). Each request and each answer is one line of JSON. Throws {@link
 * LabError} if another lab listens there. The socket of a lab that was killed is replaced.
 */
export async function serveControl(
  path: string,
  handle: (request: ControlRequest) => Promise<ControlAnswer>,
): Promise<{ close(): Promise<void> }> {
  mkdirSync(dirname(path), { recursive: true });
  if (await answers(path)) {
    throw new LabError(`lab: one already runs here (${path}); end it first, or use another directory`);
  }
  rmSync(path, { force: true });
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
    createInterface({ input: socket })
      .on('error', () => undefined)
      .on('line', (line) => {
        void answerTo(line, handle).then((answer) => socket.write(`${JSON.stringify(answer)}\n`));
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    // The socket must never be open to others, not even for a moment.
    const before = process.umask(0o177);
    server.listen(path, resolve);
    process.umask(before);
  });
  chmodSync(path, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/**
 * Sends a request to the lab that listens at `path`. Throws {@link LabError}, one line, if no lab listens there or if it rejects
 * the request.
 */
export async function askControl(
  path: string,
  request: ControlRequest,
): Promise<Exclude<ControlAnswer, { error: string }>> {
  const line = await exchange(path, `${JSON.stringify(request)}\n`);
  const answer: ControlAnswer = JSON.parse(line);
  if ('error' in answer) throw new LabError(answer.error);
  return answer;
}

async function answerTo(
  line: string,
  handle: (request: ControlRequest) => Promise<ControlAnswer>,
): Promise<ControlAnswer> {
  try {
    return await handle(parseRequest(line));
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

function parseRequest(line: string): ControlRequest {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new LabError('lab: the command is not JSON');
  }
  if (typeof value === 'object' && value !== null && 'do' in value) {
    if (value.do === 'list') return { do: 'list' };
    const name = 'name' in value ? value.name : undefined;
    if ((value.do === 'break' || value.do === 'heal') && typeof name === 'string') {
      return { do: value.do, name };
    }
  }
  throw new LabError('lab: the command must be list, or break or heal with a name');
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

function exchange(path: string, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(path);
    let text = '';
    socket.setTimeout(ANSWER_WITHIN_MS, () => {
      socket.destroy(new LabError('lab: no answer'));
    });
    socket.on('connect', () => socket.write(line));
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (!text.includes('\n')) return;
      socket.destroy();
      resolve(text);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const absent = error.code === 'ENOENT' || error.code === 'ECONNREFUSED';
      reject(
        absent
          ? new LabError('lab: none runs here; start one with: synwhere lab up, or synwhere dev --lab')
          : error,
      );
    });
    socket.on('close', () => reject(new LabError('lab: it ended without an answer')));
  });
}
