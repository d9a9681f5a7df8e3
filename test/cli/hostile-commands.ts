import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { attemptOf } from '../support/reports.ts';
import type { Attempt, ProbeReport, TargetReport } from '../../functions/reachability/report.ts';
import { ended, start } from './command.ts';
import { HOSTILE, poisoned } from './hostile-text.ts';
import { startLyingService } from './deployed/lying-service.ts';
import { onTerminal } from './terminal.ts';

/** Nothing listens there, and no test connects to it. */
const TARGET = { host: '127.0.0.1', port: 1 };

/** A directory and a service full of hostile text. */
export interface Stage {
  folder: string;
  service: string;
  /** The target of the service. */
  target: string;
  /** The commands of a vantage that sends a hostile report, of one that sends a hostile trace, and of one that fails with a hostile message. */
  hostile: string;
  tracer: string;
  failing: string;
  close(): Promise<void>;
}

export async function setStage(): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'synwhere-hostile-'));
  const service = await startLyingService();
  const lab = await startLyingLab(join(folder, 'lab'));
  const write = (name: string, content: string): string => {
    const file = join(folder, name);
    writeFileSync(file, content);
    return file;
  };
  // The vantage repeats the target of its request, so that its report is accepted.
  const report = poisoned(reportOf(), ['startedAt', 'outcome', 'stage', 'refusedBy', 'host']);
  const file = write('report.json', JSON.stringify(report));
  write(
    'addresses.json',
    JSON.stringify(poisoned(reportOf(), ['startedAt', 'outcome', 'stage', 'host', 'vantage'])),
  );
  write('garbage.json', safe(HOSTILE));
  write('shapeless.json', JSON.stringify({ [HOSTILE]: HOSTILE, targets: HOSTILE }));
  const trace = {
    ...reportOf(),
    targets: [],
    traces: [
      {
        address: '127.0.0.1',
        port: 1,
        reached: false,
        unavailable: 'it is not possible',
        hops: [
          { ttl: 1, from: '192.0.2.1', elapsedMs: 1, answer: 'time-exceeded' },
          { ttl: 2, from: '192.0.2.2', elapsedMs: 1, answer: 'host-unreachable' },
        ],
      },
    ],
  };
  const traceFile = write('trace.json', JSON.stringify(poisoned(trace, ['startedAt', 'host'])));
  write('message.txt', safe(HOSTILE));
  const failing = `cat ${join(folder, 'message.txt')} >&2; exit 3`;
  const hostile = `cat ${file}`;
  // Two ticks in a row open an incident: the false vantage reports that its target refuses.
  write(
    'dev.yaml',
    `targets: ['127.0.0.1:1']\nprobe: { attempts: 1 }\nvantages:\n  hostile: ${hostile}\n  failing: ${JSON.stringify(failing)}\n`,
  );
  write('hostile.yaml', `targets: [${JSON.stringify(HOSTILE)}]\n${JSON.stringify(HOSTILE)}: 1\n`);
  for (const tool of ['unshare', 'nsenter', 'ip']) {
    const script = join(folder, 'tools', tool);
    mkdirSync(join(folder, 'tools'), { recursive: true });
    writeFileSync(
      script,
      `#!/bin/sh\ntest "$1" = -V && exit 0\ntr '\\n\\r' '  ' < ${join(folder, 'message.txt')} >&2\nexit 1\n`,
    );
    chmodSync(script, 0o755);
  }
  return {
    folder,
    service: service.url,
    target: service.target,
    hostile,
    tracer: `cat ${traceFile}`,
    failing,
    async close() {
      await Promise.all([service.close(), lab.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A report with a text in every field that may have one. */
export function reportOf(): ProbeReport {
  return {
    vantage: 'hostile',
    startedAt: '2026-05-01T10:00:00.000Z',
    elapsedMs: 10,
    targets: [
      targetOf(
        attemptOf('refused', { errno: 'ECONNREFUSED', reason: 'a whim', socketState: 'SYN_SENT' }),
        attemptOf('host-unreachable', {
          reason: 'a whim',
          icmp: { type: 3, code: 1, name: 'host-unreachable', from: '192.0.2.9' },
        }),
        attemptOf('timed-out', { socketState: 'SYN_SENT' }),
        attemptOf('local-fault', { errno: 'EMFILE', reason: 'too many files' }),
        attemptOf('denied', { reason: 'a policy' }),
      ),
    ],
    controls: [],
    system: { platform: 'linux', kernel: '6.1', evidence: ['proc'] },
    omitted: 'the rest',
  };
}

function targetOf(...attempts: Attempt[]): TargetReport {
  return {
    ...TARGET,
    name: {
      outcome: 'resolved',
      addresses: ['127.0.0.1'],
      elapsedMs: 1,
      errorCode: 'ENONE',
      servers: ['192.0.2.53'],
    },
    addresses: [{ address: '127.0.0.1', family: 4, attempts }],
    notTried: 'it was late',
  };
}

/** A fake lab: the names of its faults are hostile, or it answers with a hostile error. */
async function startLyingLab(folder: string): Promise<{ close(): Promise<void> }> {
  mkdirSync(join(folder, '.synwhere'), { recursive: true });
  const server = net.createServer((socket) => {
    socket
      .on('error', () => undefined)
      .on('data', (line) => {
        const fails = line.toString().includes('FORGED');
        const answer = fails
          ? { error: HOSTILE }
          : {
              faults: [
                { name: HOSTILE, does: HOSTILE, on: true },
                { name: 'x', does: 'y', on: false },
              ],
            };
        socket.end(`${JSON.stringify(answer)}\n`);
      });
  });
  server.listen(join(folder, '.synwhere/lab.sock'));
  await once(server, 'listening');
  return { close: () => new Promise((resolve) => server.close(() => resolve())) };
}

/** One command with hostile input. */
export interface Scenario {
  /** As the program writes it, e.g. `lab break`. */
  command: string;
  input: string;
  args: (stage: Stage) => readonly string[];
  /** Text that the output must contain, which shows that the input reached it. */
  shows: RegExp;
  stdin?: string;
  env?: (stage: Stage) => Record<string, string>;
  /** Relative to the stage's folder. */
  cwd?: string;
  /** For commands that end only on Ctrl-C: they receive it after this output. */
  interruptAfter?: string;
}

/** Of the output of a failed command, only the last line is shown. */
const AROUND = /FORGED|SECOND LINE/;
/** The error for a rejected report, if the hostile text is not shown. */
const REFUSED_OR = /FORGED|not a report|invalid answer/;
const toolsFirst = (stage: Stage) => ({
  PATH: `${join(stage.folder, 'tools')}:${process.env['PATH'] ?? ''}`,
});

/** Hostile answers of a service to a command: hostile texts, and wrong structure. */
function hostileAnswers(command: string, args: (stage: Stage) => readonly string[]): Scenario[] {
  return [
    {
      command,
      input: 'a service with hostile answers',
      args: (stage) => [...args(stage), '--endpoint', stage.service],
      shows: AROUND,
    },
    {
      command,
      input: 'a service with hostile answers, --json',
      args: (stage) => [...args(stage), '--json', '--endpoint', stage.service],
      shows: AROUND,
    },
    {
      command,
      input: 'a service with lists of wrong types',
      args: (stage) => [...args(stage), '--endpoint', `${stage.service}/shapeless`],
      shows: /answer of the service has no|none of a check/,
    },
  ];
}

export const SCENARIOS: readonly Scenario[] = [
  {
    command: 'check',
    input: 'a vantage with hostile reports',
    args: ({ hostile }) => ['check', '127.0.0.1:1', '--vantage', `hostile=${hostile}`, '--no-trace'],
    shows: REFUSED_OR,
  },
  {
    command: 'check',
    input: 'a vantage with hostile reports, --json',
    args: ({ hostile }) => [
      'check',
      '127.0.0.1:1',
      '--vantage',
      `hostile=${hostile}`,
      '--no-trace',
      '--json',
    ],
    shows: REFUSED_OR,
  },
  {
    command: 'check',
    input: 'vantages that fail with hostile messages',
    args: ({ failing, folder }) => [
      'check',
      '127.0.0.1:1',
      '--vantage',
      `failing=${failing}`,
      '--vantage',
      `babbling=cat ${join(folder, 'message.txt')}`,
    ],
    shows: AROUND,
  },
  {
    command: 'check',
    input: 'a hostile configuration',
    args: () => ['check', '--config', 'hostile.yaml'],
    shows: AROUND,
  },
  { command: 'check', input: 'a hostile target', args: () => ['check', safe(HOSTILE)], shows: AROUND },
  {
    command: 'check',
    input: 'a hostile vantage',
    args: () => ['check', 'a:1', '--vantage', safe(HOSTILE)],
    shows: AROUND,
  },
  ...hostileAnswers('check', () => ['check', '--deployed']),
  {
    command: 'probe',
    input: 'a hostile request on stdin',
    args: () => ['probe', '-'],
    stdin: JSON.stringify({ targets: [{ host: HOSTILE, port: 1 }] }),
    shows: AROUND,
  },
  {
    command: 'probe',
    input: 'no JSON on stdin',
    args: () => ['probe', '-'],
    stdin: HOSTILE,
    shows: /not JSON/,
  },
  { command: 'probe', input: 'a hostile target', args: () => ['probe', safe(HOSTILE)], shows: AROUND },
  {
    command: 'probe',
    input: 'a hostile name for the vantage, --json',
    args: () => ['probe', '127.0.0.1:1', '--as', safe(HOSTILE), '--json'],
    shows: AROUND,
  },
  {
    command: 'trace',
    input: 'vantages with hostile traces',
    args: ({ tracer, failing }) => [
      'trace',
      '127.0.0.1:1',
      '--vantage',
      `hostile=${tracer}`,
      '--vantage',
      `failing=${failing}`,
    ],
    shows: AROUND,
  },
  {
    command: 'trace',
    input: 'vantages with hostile traces, --json',
    args: ({ tracer }) => ['trace', '127.0.0.1:1', '--vantage', `hostile=${tracer}`, '--json'],
    shows: REFUSED_OR,
  },
  {
    command: 'compare',
    input: 'a hostile report',
    args: () => ['compare', 'report.json'],
    shows: REFUSED_OR,
  },
  {
    command: 'compare',
    input: 'hostile addresses in a report',
    args: () => ['compare', 'addresses.json'],
    shows: REFUSED_OR,
  },
  {
    command: 'compare',
    input: 'a hostile report, --json',
    args: () => ['compare', 'report.json', '--json'],
    shows: REFUSED_OR,
  },
  {
    command: 'compare',
    input: 'a file without JSON',
    args: () => ['compare', 'garbage.json'],
    shows: /not JSON/,
  },
  {
    command: 'compare',
    input: 'JSON that is not a report',
    args: () => ['compare', 'shapeless.json'],
    shows: /not a report/,
  },
  { command: 'compare', input: 'a hostile file name', args: () => ['compare', safe(HOSTILE)], shows: AROUND },
  { command: 'explain', input: 'a hostile kind', args: () => ['explain', safe(HOSTILE)], shows: AROUND },
  {
    command: 'demo',
    input: 'system tools with hostile messages',
    args: () => ['demo', '--reasons'],
    env: toolsFirst,
    shows: AROUND,
  },
  { command: 'lab', input: 'a lab with hostile faults', args: () => ['lab'], cwd: 'lab', shows: AROUND },
  {
    command: 'lab',
    input: 'a hostile command',
    args: () => ['lab', safe(HOSTILE)],
    cwd: 'lab',
    shows: AROUND,
  },
  {
    command: 'lab list',
    input: 'a lab with hostile faults',
    args: () => ['lab', 'list'],
    cwd: 'lab',
    shows: AROUND,
  },
  ...['break', 'heal'].flatMap((verb): Scenario[] => [
    {
      command: `lab ${verb}`,
      input: 'a lab with hostile faults',
      args: () => ['lab', verb, 'x'],
      cwd: 'lab',
      shows: AROUND,
    },
    {
      command: `lab ${verb}`,
      input: 'a lab that answers with an error',
      args: () => ['lab', verb, safe(HOSTILE)],
      cwd: 'lab',
      shows: AROUND,
    },
  ]),
  {
    command: 'lab up',
    input: 'system tools with hostile messages',
    args: () => ['lab', 'up'],
    env: toolsFirst,
    shows: AROUND,
  },
  {
    command: 'config',
    input: 'a hostile command',
    args: () => ['config', safe(HOSTILE)],
    shows: AROUND,
  },
  {
    command: 'config check',
    input: 'a hostile configuration',
    args: () => ['config', 'check', 'hostile.yaml'],
    shows: AROUND,
  },
  {
    command: 'config check',
    input: 'a hostile file name',
    args: () => ['config', 'check', safe(HOSTILE)],
    shows: AROUND,
  },
  ...hostileAnswers('status', () => ['status']),
  ...(
    [
      ['that answers with an error', 'problem', AROUND],
      ['that fails', 'fault', AROUND],
      ['that answers no JSON', 'garbage', /not JSON/],
    ] as const
  ).map(([input, path, shows]): Scenario => ({
    command: 'status',
    input: `a service ${input}`,
    args: ({ service }) => ['status', '--endpoint', `${service}/${path}`],
    shows,
  })),
  ...hostileAnswers('history', ({ target }) => ['history', target]),
  ...hostileAnswers('incidents', () => ['incidents']),
  {
    command: 'dev',
    input: 'vantages with hostile reports',
    args: () => [
      'dev',
      '--config',
      'dev.yaml',
      '--port',
      '0',
      '--every',
      '1',
      // An announced incident is not announced again.
      '--data',
      `data-${randomUUID()}`,
    ],
    interruptAfter: 'opened',
    shows: AROUND,
  },
  {
    command: 'dev',
    input: 'a hostile configuration',
    args: () => ['dev', '--config', 'hostile.yaml'],
    shows: AROUND,
  },
];

/** An argument cannot contain a NUL or half of a surrogate pair. */
function safe(argument: string): string {
  return argument.replaceAll(/[\0\p{Cs}]/gu, '');
}

/** Runs a scenario to its end with pipes; resolves to its complete output. */
export async function throughPipes(
  scenario: Scenario,
  stage: Stage,
  { colour }: { colour: boolean },
): Promise<string> {
  const { stdin = '', interruptAfter, env, cwd = '' } = scenario;
  const child = start(scenario.args(stage), {
    cwd: join(stage.folder, cwd),
    env: { ...env?.(stage), ...(colour ? { FORCE_COLOR: '1' } : {}) },
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin);
  let said = '';
  let interrupted = interruptAfter === undefined;
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (interrupted || !said.includes(interruptAfter ?? '')) return;
    interrupted = true;
    child.kill('SIGINT');
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), ended(child)]);
  return stdout + stderr;
}

/** The same on a pseudo-terminal. */
export async function throughTerminal(scenario: Scenario, stage: Stage): Promise<string> {
  const { interruptAfter, env, cwd = '' } = scenario;
  const { screen } = await onTerminal(scenario.args(stage), {
    columns: 100,
    cwd: join(stage.folder, cwd),
    env: { AWS_EC2_METADATA_DISABLED: 'true', ...env?.(stage) },
    ...(interruptAfter !== undefined && { type: { keys: '\u0003', after: interruptAfter } }),
  });
  return screen;
}
