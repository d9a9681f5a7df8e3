import { closeSync, constants, fstatSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The data directory of `synwhere dev`, relative to the directory that it was started in. */
export const DATA_DIRECTORY = join('.synwhere', 'dev');
/** The same for `synwhere dev --lab`. */
export const LAB_DATA_DIRECTORY = join('.synwhere', 'dev-lab');

const FILE = 'endpoint.json';
/** {@link writeEndpoint} writes an address of this machine. No other is accepted. */
const OWN_URL = /^http:\/\/127\.0\.0\.1:\d{1,5}$/;
/** Larger than any endpoint file. */
const MAX_NOTE_BYTES = 1000;
/** Does not wait for the writer of a pipe, and does not follow a link. Windows has neither flag. */
const PLAIN_FILE = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);
const ANSWER_WITHIN_MS = 2000;

/** Writes the address of a running `synwhere dev` into its data directory. Returns the function that removes it. */
export function writeEndpoint(directory: string, url: string): () => void {
  const file = join(directory, FILE);
  // Always a new file: the existing one may be a link to a file of the user.
  rmSync(file, { force: true });
  writeFileSync(file, `${JSON.stringify({ url, pid: process.pid })}\n`, { mode: 0o600, flag: 'wx' });
  return () => rmSync(file, { force: true });
}

/**
 * The address of each running `synwhere dev` that was started in this directory with a default data directory. The file of a killed
 * process is ignored.
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

/** Throws where this is not a short regular file: the directory may be part of a repository from someone else. */
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

/** Whether the API answers. The process id of a killed process may belong to another program now. */
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
