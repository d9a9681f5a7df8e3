import { closeSync, constants, fstatSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where `synwhere dev` keeps its data, seen from the directory that it was started in. */
export const DATA_DIRECTORY = join('.synwhere', 'dev');
/** The same for `synwhere dev --lab`. */
export const LAB_DATA_DIRECTORY = join('.synwhere', 'dev-lab');

const FILE = 'endpoint.json';
/** What {@link writeEndpoint} writes is an address of this machine; nothing else is accepted. */
const OWN_URL = /^http:\/\/127\.0\.0\.1:\d{1,5}$/;
/** Far more than a note has. */
const MAX_NOTE_BYTES = 1000;
/** Neither waits for a writer of a pipe nor goes where a link leads. Windows has none of the two. */
const PLAIN_FILE = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);
const ANSWER_WITHIN_MS = 2000;

/** Writes the address of a running `synwhere dev` into its data directory. Returns the function that removes it. */
export function writeEndpoint(directory: string, url: string): () => void {
  const file = join(directory, FILE);
  // Always a new file: what stands there may be a link to a file of the user's.
  rmSync(file, { force: true });
  writeFileSync(file, `${JSON.stringify({ url, pid: process.pid })}\n`, { mode: 0o600, flag: 'wx' });
  return () => rmSync(file, { force: true });
}

/**
 * The addresses of each `synwhere dev` that was started in this directory and runs, as far as its data are where they are by default.
 * A file that a killed process has left is ignored.
 */
export async function runningDevs(here = '.'): Promise<string[]> {
  const found = await Promise.all(
    [DATA_DIRECTORY, LAB_DATA_DIRECTORY].map(async (directory) => {
      const note = readNote(join(here, directory, FILE));
      return note && isAlive(note.pid) && (await answers(note.url)) ? [note.url] : [];
    }),
  );
  return found.flat();
}

function readNote(file: string): { url: string; pid: number } | undefined {
  try {
    const note: unknown = JSON.parse(readPlainFile(file));
    if (typeof note !== 'object' || note === null) return undefined;
    const { url, pid }: { url?: unknown; pid?: unknown } = note;
    if (typeof url !== 'string' || !OWN_URL.test(url)) return undefined;
    return typeof pid === 'number' && Number.isInteger(pid) && pid > 0 ? { url, pid } : undefined;
  } catch {
    return undefined;
  }
}

/** Throws for anything but a short file: the directory may come with a repository of others. */
function readPlainFile(file: string): string {
  const descriptor = openSync(file, PLAIN_FILE);
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile() || stats.size > MAX_NOTE_BYTES) throw new Error('not a note');
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // The process of another user is alive too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** A process that has taken over the number of a killed one does not serve the API there. */
async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/openapi.json`, {
      method: 'HEAD',
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    return response.ok;
  } catch {
    return false;
  }
}
