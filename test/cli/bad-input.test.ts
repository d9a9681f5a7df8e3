import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { synwhere } from './command.ts';

/** Everything in these tests is refused before anything is sent: the addresses are for documentation only (RFC 5737). */
const TARGET = '192.0.2.10:443';

const CONFIGURATION = `targets: ['${TARGET}']\nregions: [eu-west-1]\nvantages: { office: "true" }\n`;

const FILES: Record<string, string> = {
  'empty.yaml': '',
  'broken.yaml': 'targets: [unclosed',
  'unknown-key.yaml': `targets: ['${TARGET}']\ntargest: []\n`,
  'unknown-region.yaml': `targets: ['${TARGET}']\nregions: [mars-north]\n`,
  'twice.yaml': `targets: ['${TARGET}', '${TARGET}']\n`,
  'bad-port.yaml': `targets: ['192.0.2.10:99999']\n`,
  'good.yaml': CONFIGURATION,
  'empty.json': '',
  'broken.json': '{"targets":',
  'no-report.json': '{"hello":"world"}',
  'null.json': 'null',
  'verdicts.json': '{"verdicts":[]}',
  'no-target.json': '{"startedAt":"2026-01-01T00:00:00.000Z","elapsedMs":1,"targets":[],"controls":[]}',
  'tokyo.json':
    '{"startedAt":"2026-01-01T00:00:00.000Z","elapsedMs":1,"controls":[],"targets":[{"host":"192.0.2.10","port":443,"addresses":[]}]}',
};

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'synwhere-bad-input-'));
  for (const [name, content] of Object.entries(FILES)) writeFileSync(join(folder, name), content);
  mkdirSync(join(folder, 'again'));
  writeFileSync(join(folder, 'again', 'tokyo.json'), FILES['tokyo.json'] ?? '');
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

type Case = [args: string[], line: RegExp, stdin?: string];

const many = Array.from(
  { length: 10_000 },
  (_, index) => `192.0.2.${index % 256}:${1000 + Math.floor(index / 256)}`,
);

const CASES: Record<string, Case[]> = {
  'commands and options': [
    [['chek', TARGET], /unknown command 'chek' .*check/],
    [[TARGET], /write synwhere check 192\.0\.2\.10:443/],
    [['check', TARGET, '--jsno'], /unknown option '--jsno' .*--json/],
    [['check', TARGET, '--vantage'], /'--vantage <NAME=COMMAND>' argument missing/],
    [['check', TARGET, '--timeout', '4s'], /--timeout 4s: write milliseconds from 100 to 600000, or kernel/],
    [['check', TARGET, '--timeout', '-1'], /--timeout/],
    [['check', TARGET, '--timeout', '1e9'], /--timeout 1e9: /],
    [['check', TARGET, '--expect', 'closed'], /--expect closed: write open, refused or silent/],
    [['probe'], /missing required argument 'TARGET'/],
    [['probe', TARGET, '--round', 'two'], /--round two: write a number from 1 to 99/],
    [['lab', 'brake', 'x'], /unknown command 'brake' \(Did you mean break\?\)/],
    [['lab', 'nonsense'], /unknown command 'nonsense'/],
    [['lab', 'list', 'x'], /too many arguments for 'list' \(expected 0, got 1\); see synwhere --help/],
    [['status', '--port', '8643'], /--port needs --web; write status --web --port PORT/],
    [['compare'], /missing required argument 'REPORT\.json'/],
  ],
  targets: [
    [['check'], /no target: write synwhere check HOST:PORT, or write targets into synwhere\.yaml /],
    [['check', '192.0.2.10'], /"192\.0\.2\.10": the port is missing/],
    [['check', '192.0.2.10:http'], /port "http" is not a number from 1 to 65535/],
    [['check', '192.0.2.10:0'], /port "0"/],
    [['check', '192.0.2.10:65536'], /port "65536"/],
    [['check', 'exa mple.com:1'], /"exa mple\.com" is not a domain name/],
    [['check', '-x.example:1', TARGET], /unknown option '-x\.example:1'/],
    [['check', '--', '-x.example:1'], /"-x\.example" is not a domain name/],
    [['check', 'https://example.com/'], /this is a URL; write host:port/],
    [['check', '2001:db8::1:443'], /an IPv6 address goes in brackets/],
    [['check', '[2001:db8::zz]:443'], /is not an IPv6 address/],
    [['check', '192.0.2.256:443'], /is not an IPv4 address/],
    [['check', `${'a'.repeat(64)}.example:1`], /longer than 63 characters/],
    [['check', 'red\u001B.example:1'], /is not a domain name/],
    [['check', '', TARGET], /the port is missing/],
    [['check', 'a', 'b:0', TARGET], /"a": the port is missing; write host:port \(and 1 similar problem\)/],
    [['check', TARGET, TARGET], /target 192\.0\.2\.10:443 is given twice; list it once/],
    [['check', 'EXAMPLE.com:443', 'example.com.:443'], /are the same target, example\.com:443; list it once/],
    [['check', '0xC0.0.2.10:443', TARGET], /are the same target, 192\.0\.2\.10:443/],
    [['check', TARGET, '--control', 'a:b'], /port "b"/],
    [['check', ...many], /10000 targets are too many for one call: at most 1000/],
    [['probe', ...many], /10000 targets are too many for one call: at most 1000/],
    [['probe', 'nowhere'], /the port is missing/],
    [['probe', TARGET, TARGET], /is given twice/],
  ],
  vantages: [
    [['check', TARGET, '--vantage', 'tokyo'], /--vantage tokyo: no such vantage; write tokyo=COMMAND/],
    [['check', TARGET, '--vantage', 'tokyo='], /--vantage tokyo=: the command is missing/],
    [['check', TARGET, '--vantage', '=true'], /write NAME=COMMAND/],
    [['check', TARGET, '--vantage', 'to kyo=true'], /write NAME=COMMAND/],
    [
      ['check', TARGET, '--vantage', 'a=true', '--vantage', 'a=false'],
      /two vantages are named a; rename one/,
    ],
    [
      ['check', TARGET, '--config', 'good.yaml', '--vantage', 'mars-north'],
      /--vantage mars-north: no such vantage; the configuration has eu-west-1, office/,
    ],
  ],
  configurations: [
    [['check', '--config', 'nowhere.yaml'], /nowhere\.yaml: there is no such file/],
    [['check', '--config', '.'], /is a directory/],
    [['check', '--config', 'empty.yaml'], /empty\.yaml: the file is empty/],
    [['check', '--config', 'broken.yaml'], /broken\.yaml:1: this is not valid YAML/],
    [['check', '--config', 'unknown-key.yaml'], /unknown-key\.yaml:2: .*targest/],
    [['check', '--config', 'unknown-region.yaml'], /unknown-region\.yaml:2: regions\[0\]: .*mars-north/],
    [['check', '--config', 'twice.yaml'], /twice\.yaml:1: targets/],
    [['check', '--config', 'bad-port.yaml'], /bad-port\.yaml:1: targets\[0\]: .*port/],
    [['check', TARGET, '--config', 'empty.yaml'], /empty\.yaml: the file is empty/],
  ],
  'requests on stdin': [
    [['probe', '-'], /stdin: the input is empty; write a request/],
    [['probe', '-'], /stdin: the input is not JSON/, '{"targets":'],
    [['probe', '-'], /targets/, '{}'],
    [['probe', '-'], /[a-z]/, '[]'],
    [['probe', '-'], /[a-z]/, 'null'],
    [['probe', '-', TARGET], /probe - takes no other target and no option/],
    [['probe', '-', '--json'], /probe - takes no other target and no option/],
  ],
  reports: [
    [['compare', 'nowhere.json'], /nowhere\.json: there is no such file/],
    [['compare', '.'], /\.: is a directory/],
    [['compare', 'empty.json'], /empty\.json: the file is empty/],
    [['compare', 'broken.json'], /broken\.json: not JSON/],
    [['compare', 'no-report.json'], /no-report\.json: not a report: /],
    [['compare', 'null.json'], /null\.json: not a report: /],
    [['compare', 'verdicts.json'], /verdicts\.json: not a report: /],
    [['compare', 'no-target.json'], /no-target\.json: a report without targets/],
    [['compare', 'tokyo.json', 'broken.json'], /broken\.json: not JSON/],
    [
      ['compare', 'tokyo.json', 'again/tokyo.json'],
      /tokyo\.json and again\/tokyo\.json are both round 1 of vantage tokyo/,
    ],
  ],
};

describe.each(Object.entries(CASES))('%s that is invalid: one clear line, status 2', (_name, cases) => {
  test.concurrent.each(cases)('%j', async (args, line, stdin) => {
    const result = await synwhere(args, { cwd: folder, ...(stdin !== undefined && { stdin }) });
    expect(result.stderr).toMatch(line);
    expect(result.stderr).toMatch(/^synwhere: [^\n]+\n$/);
    expect(result.stderr).not.toContain('\u001B');
    expect(result.stderr.length).toBeLessThan(400);
    expect(result.stdout).toBe('');
    expect(result.status).toBe(2);
  });
});

test('no command at all: the help on stderr, status 2', async () => {
  const { status, stdout, stderr } = await synwhere([]);
  expect(stderr).toContain('Usage: synwhere');
  expect(stdout).toBe('');
  expect(status).toBe(2);
});
