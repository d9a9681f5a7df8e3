import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Announcement } from '../../functions/aggregator/incidents/announcement.ts';
import { labProblem } from '../../lab/available.ts';
import { Listener } from '../aggregator/api/service.ts';
import { requirement } from '../support/requirements.ts';
import { ended, start, synwhere } from './command.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Long, because a loaded machine needs seconds to start Node, and more to start a lab of six cities. */
const PATIENCE_MS = 60_000;

/** The schema of every event on the bus. */
const ajv = new Ajv();
addFormats.default(ajv);
const schemaFile = join(ROOT, 'functions/aggregator/announce/event.schema.json');
const schema: Record<string, unknown> = JSON.parse(readFileSync(schemaFile, 'utf8'));
const isEvent = ajv.compile(schema);

let directory: string;
let running: Dev[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'synwhere-dev-'));
  running = [];
});
afterEach(async () => {
  for (const dev of running) await dev.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

/** A `synwhere dev` in a separate process, on a free port. */
class Dev {
  readonly child: ChildProcessWithoutNullStreams;
  output = '';

  constructor(argv: string[]) {
    this.child = start(['dev', '--port', '0', ...argv], { cwd: directory });
    this.child.stdin.end();
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
    running.push(this);
  }

  /** Waits until the output matches, and resolves to the match. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    return until(
      () => pattern.exec(this.output) ?? undefined,
      () => `${pattern} in\n${this.output}`,
    );
  }

  async url(): Promise<string> {
    return (await this.says(/http:\/\/127\.0\.0\.1:\d+/))[0];
  }

  async get(path: string): Promise<unknown> {
    return (await fetch(`${await this.url()}${path}`)).json();
  }

  async kill(signal: NodeJS.Signals): Promise<number | null> {
    this.child.kill(signal);
    return ended(this.child);
  }
}

async function until<Value>(
  look: () => Value | undefined | Promise<Value | undefined>,
  what: () => string,
): Promise<Value> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = await look();
    if (value !== undefined) return value;
    if (Date.now() > end) throw new Error(`in vain: ${what()}`);
    await sleep(100);
  }
}

function announced(data = 'data'): Announcement[] {
  const file = join(directory, data, 'announcements.jsonl');
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line): Announcement => {
      const announcement: Announcement = JSON.parse(line);
      expect(isEvent(announcement), JSON.stringify(isEvent.errors)).toBe(true);
      return announcement;
    });
}

function configure(listeners: Listener[], more = ''): string[] {
  const targets = listeners.map(({ target }) => `'${target}'`).join(', ');
  writeFileSync(join(directory, 'synwhere.yaml'), `targets: [${targets}]\nprobe: { attempts: 1 }\n${more}`);
  return ['--data', 'data', '--every', '1'];
}

describe('synwhere dev', { timeout: 3 * PATIENCE_MS }, () => {
  let well: Listener;
  let ill: Listener;

  beforeEach(async () => {
    well = await new Listener().start();
    ill = await new Listener().start();
  });
  afterEach(async () => {
    await Promise.all([well.stop(), ill.stop()]);
  });

  test('serves the page, the API and checks on demand, and ends on Ctrl-C with status 0', async () => {
    const dev = new Dev(configure([well, ill]));
    await dev.says(/warning: controls: there are none/);
    await dev.says(/tick: 2 targets, all as expected/);
    expect(await (await fetch(await dev.url())).text()).toContain('<title>Synwhere</title>');
    expect(await dev.get('/targets')).toMatchObject({
      targets: [{ target: well.target, latest: { kind: 'reachable', vantages: [{ vantage: 'here' }] } }, {}],
    });
    expect(await dev.get('/openapi.json')).not.toHaveProperty('security');
    const checked = await synwhere(['check', well.target, '--deployed', '--endpoint', await dev.url()]);
    expect(checked).toMatchObject({ status: 0, stderr: '' });
    const began = performance.now();
    expect(await dev.kill('SIGINT')).toBe(0);
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  test('keeps its state and announces once, although it is killed repeatedly during ticks', async () => {
    const argv = configure([well, ill]);
    const first = new Dev(argv);
    await first.says(/tick: 2 targets, all as expected/);
    await ill.stop();
    // The check has a second round and takes some tenths of a second. These kills happen during and after the check.
    for (const pauseMs of [50, 400, 900]) {
      await sleep(pauseMs);
      await running.at(-1)?.kill('SIGKILL');
      await new Dev(argv).says(/tick: /);
    }
    const dev = running.at(-1) ?? first;
    await until(
      () => announced().find(({ change }) => change === 'opened'),
      () => dev.output,
    );
    await ill.start();
    await sleep(700);
    await dev.kill('SIGKILL');
    const last = new Dev(argv);
    await until(
      () => announced().find(({ change }) => change === 'closed'),
      () => last.output,
    );
    await last.says(/tick: 2 targets, all as expected, \d/);
    expect(announced().map(({ change, subject }) => [change, subject])).toEqual([
      ['opened', { type: 'target', target: ill.target }],
      ['closed', { type: 'target', target: ill.target }],
    ]);
    const { stretches } = (await last.get(`/targets/${ill.target}/history`)) as {
      stretches: { kind: string; ticks: number }[];
    };
    // The state during a pause is unknown, so a pause may divide the same verdict into several periods.
    const kinds = stretches.map(({ kind }) => kind);
    expect(kinds.filter((kind, index) => kind !== kinds[index - 1])).toEqual([
      'reachable',
      'remote-refusal',
      'reachable',
    ]);
    expect(await last.get('/incidents')).toMatchObject({ incidents: [{ closedBecause: 'well' }] });
  });

  test('uses the vantages of the configuration', async () => {
    const probe = `'${process.execPath}' '${join(ROOT, 'cli/main.ts')}' probe -`;
    const dev = new Dev(
      configure([well], `regions: [eu-west-1]\nvantages:\n  one: ${JSON.stringify(probe)}\n  gone: exit 7\n`),
    );
    await dev.says(/1 target of synwhere\.yaml, seen from one, gone/);
    const answer = await until(
      async () => {
        const { targets } = (await dev.get('/targets')) as { targets: [{ latest?: unknown }] };
        return targets[0].latest;
      },
      () => dev.output,
    );
    expect(answer).toMatchObject({
      vantages: [
        { vantage: 'gone', counted: false },
        { vantage: 'one', saw: 'open' },
      ],
    });
  });

  test('also serves without a schedule', async () => {
    const dev = new Dev(configure([well], 'schedule: { enabled: false }\n'));
    await dev.says(/schedule is disabled/);
    const response = await fetch(`${await dev.url()}/checks`, {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/json' },
    });
    expect(await response.json()).toMatchObject({ verdicts: [{ kind: 'reachable' }] });
    expect(await dev.kill('SIGTERM')).toBe(0);
  });

  test('ends if it cannot write its address to its directory', async () => {
    mkdirSync(join(directory, 'data/endpoint.json'), { recursive: true });
    const dev = new Dev(configure([well]));
    await dev.says(/EISDIR/);
    expect(await ended(dev.child)).not.toBe(0);
  });

  test('is found by status, history and incidents in its directory while it runs', async () => {
    configure([well]);
    const argv = ['--every', '1'];
    const here = (...args: string[]) => synwhere(args, { cwd: directory });
    const note = join(directory, '.synwhere/dev/endpoint.json');
    const dev = new Dev(argv);
    await dev.says(/tick: 1 target/);
    const asking = `synwhere: using the synwhere dev that runs in this directory, ${await dev.url()}\n`;
    const [status, history, incidents] = await Promise.all([
      here('status'),
      here('history', well.target, '--json'),
      here('incidents'),
    ]);
    expect(status).toMatchObject({ status: 0, stderr: asking });
    expect(status.stdout).toMatch(new RegExp(`✓ +${well.target} +reachable`));
    expect(history).toMatchObject({ status: 0, stderr: asking });
    expect(JSON.parse(history.stdout)).toMatchObject({ stretches: [{ kind: 'reachable' }] });
    expect(incidents).toMatchObject({ status: 0, stderr: asking, stdout: 'no incidents\n' });

    // A killed process leaves its address file, which must not be used.
    await dev.kill('SIGKILL');
    expect(existsSync(note)).toBe(true);
    const none = await here('status', '--endpoint', '');
    expect(none).toMatchObject({ status: 2, stdout: '' });
    expect(none.stderr).toMatch(/^synwhere: no synwhere dev runs in this directory; .*--endpoint.*\n$/);

    const again = new Dev(argv);
    await again.says(/tick: /);
    expect((await here('status')).stderr).toBe(asking.replace(await dev.url(), await again.url()));
    expect(await again.kill('SIGINT')).toBe(0);
    expect(existsSync(note)).toBe(false);

    rmSync(join(directory, 'synwhere.yaml'));
    for (const command of [['status'], ['history', 'a:1'], ['incidents']]) {
      const gone = await here(...command);
      expect(gone).toMatchObject({ status: 2, stdout: '' });
      expect(gone.stderr).toMatch(
        /^synwhere: no synwhere dev runs in this directory, and synwhere\.yaml does not exist, .*--endpoint URL\n$/,
      );
    }
  });

  test('that runs twice in a directory must be chosen by the user', async () => {
    configure([well]);
    // The second uses the data directory of a lab.
    const two = [new Dev(['--every', '5']), new Dev(['--every', '5', '--data', '.synwhere/dev-lab'])];
    const urls = await Promise.all(two.map((dev) => dev.url()));
    const { status, stderr } = await synwhere(['status'], { cwd: directory });
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: `synwhere: more than one synwhere dev runs in this directory: ${urls.join(' and ')}; choose one with --endpoint\n`,
    });
  });

  test('reports in one line why it cannot start', async () => {
    const argv = configure([well]);
    const dev = new Dev(argv);
    const port = new URL(await dev.url()).port;
    const table: [string[], RegExp][] = [
      [['--data', 'data'], /the data in data\/table cannot be opened: another synwhere dev uses it/],
      [['--data', 'other', '--port', port], /in use; give another port with --port/],
      [['--port', '99999'], /--port "99999": write a number from 0 to 65535/],
      [['--every', 'never'], /--every "never": write a number/],
      [['--config', 'nothing.yaml'], /nothing\.yaml/],
      [['--lab', '--config', 'synwhere.yaml'], /remove --config/],
    ];
    for (const [more, line] of table) {
      const { status, stdout, stderr } = await synwhere(
        ['dev', ...(more.includes('--port') ? [] : ['--port', '0']), ...more],
        {
          cwd: directory,
        },
      );
      expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(line) as string });
      expect(stderr.trimEnd()).not.toContain('\n');
      expect(stdout).not.toContain('tick');
    }
    await dev.says(/tick/);
  });

  test('built and without its optional packages, reports which are missing', async () => {
    const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(
      readFileSync(join(ROOT, 'package.json'), 'utf8'),
    );
    const dist = join(directory, 'dist');
    const flags =
      '--bundle --splitting --platform=node --format=esm --target=node22 --packages=external --log-level=warning';
    execFileSync(
      join(ROOT, 'node_modules/.bin/esbuild'),
      ['synwhere=cli/main.ts', ...flags.split(' '), `--outdir=${dist}`],
      {
        cwd: ROOT,
      },
    );
    for (const name of Object.keys(dependencies)) {
      mkdirSync(join(directory, 'node_modules', name, '..'), { recursive: true });
      symlinkSync(join(ROOT, 'node_modules', name), join(directory, 'node_modules', name));
    }
    cpSync(join(ROOT, 'web'), join(directory, 'web'), { recursive: true });
    writeFileSync(join(directory, 'package.json'), '{"type":"module"}');
    configure([well]);
    const { status, stdout, stderr } = await synwhere(['dev', '--port', '0'], {
      script: join(dist, 'synwhere.js'),
      cwd: directory,
    });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(
      /^synwhere: synwhere dev needs the optional package (dynalite|level).*: npm install dynalite level\n$/,
    );
  });
});

describe.runIf(requirement('synwhere dev --lab', labProblem()))(
  'synwhere dev --lab',
  { timeout: 4 * PATIENCE_MS },
  () => {
    test('opens an incident within two ticks of a planted fault, and closes it after the fault is removed', async () => {
      const dev = new Dev(['--lab', '--data', 'data', '--every', '3']);
      await dev.says(/tick: 4 targets, all as expected/);
      const target = 'www.acme.example:443';
      const ticks = (): number => dev.output.match(/tick: /g)?.length ?? 0;

      expect(await synwhere(['lab', 'break', 'service-down'], { cwd: directory })).toMatchObject({
        status: 0,
      });
      const before = ticks();
      await dev.says(/opened: www\.acme\.example:443 remote-refusal/);
      // The running tick may have missed it. The next two ticks see it.
      expect(ticks() - before).toBeLessThanOrEqual(2);
      expect(await dev.get('/incidents?open')).toMatchObject({
        incidents: [{ subject: { target }, kind: 'remote-refusal' }],
      });

      expect(await synwhere(['lab', 'heal', 'service-down'], { cwd: directory })).toMatchObject({
        status: 0,
      });
      await dev.says(/closed: www\.acme\.example:443/);
      expect(await dev.get('/incidents?open')).toEqual({ incidents: [] });
      expect(announced().map(({ change }) => change)).toEqual(['opened', 'closed']);
      expect(await dev.kill('SIGINT')).toBe(0);
      expect(existsSync(join(directory, '.synwhere/lab.sock')), 'the lab went with it').toBe(false);
    });
  },
);
