import { expect } from 'vitest';
import { ConfigurationError, parseConfiguration } from '../../configuration/load.ts';
import type { HostileRow } from './row.ts';

const TARGETS = 'targets: [a.example:1]\n';

/**
 * CPU time, because other work on the machine does not change it. The limit is far above the time of each input, and far below the
 * time of an algorithm that is quadratic in its input.
 */
const MOST_CPU_MS = 10_000;

const MEGABYTE = 1_000_000;

function times(count: number, piece: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => piece(index)).join('');
}

function refused(input: string, outcome: string, text: string, line: RegExp): HostileRow {
  return {
    surface: 'configuration',
    input,
    outcome,
    run() {
      const before = process.cpuUsage();
      let error: unknown;
      try {
        parseConfiguration(text, 'f.yaml');
      } catch (thrown) {
        error = thrown;
      }
      const { user, system } = process.cpuUsage(before);
      expect((user + system) / 1000).toBeLessThan(MOST_CPU_MS);
      expect(text.length).toBeLessThanOrEqual(MEGABYTE);
      expect(error).toBeInstanceOf(ConfigurationError);
      const { message = '', problems = [] } = error instanceof ConfigurationError ? error : {};
      expect(message).toMatch(line);
      expect(problems.length).toBeLessThanOrEqual(20);
      for (const each of [message, ...problems]) {
        expect(each).not.toMatch(/\p{Cc}/u);
        expect(each.length).toBeLessThan(600);
      }
    },
  };
}

const TOO_MUCH =
  /^f\.yaml: has more than 200000 keys, values and punctuation marks; this is not a configuration$/;
const TOO_DEEP = /^f\.yaml: is nested more than 100 levels deep; this is not a configuration$/;
const ONE_LINE = 'rejected in one line';

export const rows: HostileRow[] = [
  refused(
    '1 MB of YAML with 60,000 keys',
    'rejected in one line, after a limited number of tokens',
    TARGETS + times(60_000, (index) => `key${String(index).padStart(5, '0')}: 1\n`),
    TOO_MUCH,
  ),
  refused(
    '20,000 unknown keys',
    'the first one in one line, with the number of the others; at most twenty are listed',
    TARGETS + times(20_000, (index) => `key${index}: 1\n`),
    /^f\.yaml:2: key0: is not a known key; .* \(and 19999 more: synwhere config check f\.yaml\)$/,
  ),
  refused(
    '7,500 keys, each of them twice',
    'the first one in one line, with the number of the others; at most twenty are listed',
    times(15_000, (index) => `key${index >> 1}: 1\n`),
    /^f\.yaml:2: this key is already in the same map; .* \(and 7499 more: /,
  ),
  refused(
    'a key of 900 KB',
    'rejected in one line; the key is shortened',
    `${TARGETS}? ${'t'.repeat(900_000)}\n: 1\n`,
    /^f\.yaml:2: "t{76}\.\.\.: is not a known key/,
  ),
  refused(
    'a value of 900 KB',
    'rejected in one line; the value is shortened',
    `targets: [${'t'.repeat(900_000)}]\n`,
    /^f\.yaml:1: targets\[0\]: /,
  ),
  refused('250,000 nested lists', ONE_LINE, `targets: ${'['.repeat(250_000)}`, TOO_DEEP),
  refused('60,000 nested list items', ONE_LINE, `targets:\n${'- '.repeat(60_000)}`, TOO_DEEP),
  refused(
    '99 nested lists',
    ONE_LINE,
    `targets: ${'['.repeat(99)}${']'.repeat(99)}`,
    /^f\.yaml:1: targets\[0\]/,
  ),
  refused(
    'an alias bomb: nine levels of nine aliases',
    ONE_LINE,
    times(
      9,
      (index) =>
        `a${index}: &a${index} [${index === 0 ? 'x' : `*a${index - 1}`.concat(`,*a${index - 1}`.repeat(8))}]\n`,
    ),
    /^f\.yaml: its aliases cannot be expanded: /,
  ),
  refused(
    '40,000 anchors and 40,000 aliases',
    ONE_LINE,
    `a: [${times(40_000, (index) => `&a${index} 1,`)}]\nb: [${times(40_000, (index) => `*a${index},`)}]`,
    TOO_MUCH,
  ),
  refused(
    '5,000 anchors and 5,000 aliases',
    ONE_LINE,
    `a: [${times(5000, (index) => `&a${index} 1,`)}]\nb: [${times(5000, (index) => `*a${index},`)}]`,
    /^f\.yaml: has more than 1000 aliases; write the values in place of them$/,
  ),
  refused(
    '190,000 syntax errors',
    'the first one in one line, with the number of the others; at most twenty are listed',
    ']'.repeat(190_000),
    /^f\.yaml:1: this is not valid YAML: .* \(and 189999 more: /,
  ),
  refused(
    'a maintenance window with 10,000 targets that are not watched',
    ONE_LINE,
    `targets:\n${times(1000, (index) => `- host${index}.example:1\n`)}incidents:\n  maintenance:\n${times(
      50,
      (window) =>
        `  - { from: 2026-01-01T00:00:00Z, until: 2026-01-02T00:00:00Z, targets: [${times(200, (index) => `other${window * 200 + index}.example:1,`)}] }\n`,
    )}`,
    /^f\.yaml:1004: incidents\.maintenance\[0\]\.targets\[0\]: .* \(and 9999 more: /,
  ),
  refused(
    'a region of 900 KB',
    'rejected in one line; the value is shortened',
    `${TARGETS}home: ${'a'.repeat(900_000)}-1\n`,
    /^f\.yaml:2: home: "a{76}\.\.\. is not the name of an AWS region; write `eu-central-1`$/,
  ),
  refused(
    'a removed key with 20,000 nested keys, and a mistake',
    'the removed key has no effect; the mistake is one line',
    `${TARGETS}newRegions:\n${times(20_000, (index) => `  key${index}: 1\n`)}name: X\n`,
    /^f\.yaml:20003: name: "X" is not a name of [^(]*$/,
  ),
  refused(
    '10,000 equal targets and another one',
    'the first one in one line, with the number of the others; at most twenty are listed',
    `targets:\n- b.example:1\n${times(10_000, () => '- a.example:1\n')}`,
    /^f\.yaml:1: targets: has 10001 targets; .* \(and 9999 more: /,
  ),
  refused(
    'every line indented with a tab',
    ONE_LINE,
    `targets:\n${times(30_000, () => '\t- a.example:1\n')}`,
    /^f\.yaml:2: this line is indented with a tab; write spaces, here and in the lines after it$/,
  ),
  refused(
    'the key __proto__',
    ONE_LINE,
    `${TARGETS}__proto__: { home: eu-west-1 }\n`,
    /^f\.yaml:2: __proto__: is not a known key/,
  ),
];
