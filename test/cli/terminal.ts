import { spawn, spawnSync } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { shellQuote } from '../../lab/shell-quote.ts';
import { COMMAND, ended } from './command.ts';

/*
 * A real pseudo-terminal, from script(1) of util-linux, which Linux systems have. It records what a person sees: stderr and stdout
 * together.
 */
export function terminalProblem(): string | undefined {
  return String(spawnSync('script', ['--version']).stdout).includes('util-linux')
    ? undefined
    : 'a terminal needs the command script of util-linux, which is not there; install util-linux (in Debian the package is bsdutils)';
}

export interface Terminal {
  columns: number;
  env?: Record<string, string>;
  cwd?: string;
  /** Keys, and the text on the screen after which they are typed. */
  type?: { keys: string; after: string };
}

/** Runs the command on a pseudo-terminal to its end; resolves to its complete output and the exit status. */
export async function onTerminal(
  args: readonly string[],
  { columns, env = {}, cwd, type }: Terminal,
): Promise<{ screen: string; status: number | null }> {
  const words = [process.execPath, COMMAND, ...args].map(shellQuote);
  const child = spawn(
    'script',
    ['-qec', `stty cols ${columns} rows 40; exec ${words.join(' ')}`, '/dev/null'],
    {
      env: { PATH: process.env['PATH'], TERM: 'xterm-256color', ...env },
      ...(cwd !== undefined && { cwd }),
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  let screen = '';
  child.stdout.on('data', (chunk: Buffer) => {
    screen += chunk.toString();
    if (type && screen.includes(type.after)) {
      child.stdin.write(type.keys);
      type = undefined;
    }
  });
  const [, status] = await Promise.all([text(child.stdout), ended(child)]);
  return { screen: screen.replaceAll('\r\n', '\n'), status };
}
