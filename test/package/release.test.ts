import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };

// The package is built with its types, which takes long on a busy machine.
vi.setConfig({ testTimeout: 240_000 });

const ROOT = join(import.meta.dirname, '../..');
/** Not part of a clone. */
const LEFT_OUT = new Set(['.git', 'node_modules', 'dist', 'cdk.out', '.synwhere', '.venv', 'coverage']);
const IDENTITY = { name: 'Release Test', email: 'release@example.com' };

let folder: string;
let first: string;

/** A repository of the files of this checkout, on main, whose `npm test` does nothing. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'synwhere-release-'));
  cpSync(ROOT, folder, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !LEFT_OUT.has(relative(ROOT, path).split('/', 1)[0] ?? ''),
  });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  git('init', '--quiet', '--initial-branch', 'main');
  writeFileSync(join(folder, '.git/info/exclude'), 'node_modules\n');
  changeScript('test', 'node -e 0');
  const upgrade = readFileSync(join(folder, 'docs/upgrade.md'), 'utf8');
  if (!upgrade.includes('the next version')) {
    writeFileSync(join(folder, 'docs/upgrade.md'), `${upgrade}\n## From 0.1.0 to the next version\n`);
  }
  const changelog = readFileSync(join(folder, 'CHANGELOG.md'), 'utf8');
  writeFileSync(
    join(folder, 'CHANGELOG.md'),
    changelog.replace('## Unreleased\n', '## Unreleased\n\n### Added\n\n- An entry of this test.\n'),
  );
  commitAll('Start');
  first = git('rev-parse', 'HEAD');
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  git('checkout', '--quiet', '--force', '-B', 'main', first);
  git('clean', '--quiet', '-fd', '--exclude', 'node_modules');
  for (const tag of git('tag', '--list').split('\n').filter(Boolean)) git('tag', '--delete', tag);
});

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: folder, encoding: 'utf8', env: environment() }).trim();
}

/** Git without the identity and the settings of the current user. */
function environment(): NodeJS.ProcessEnv {
  return {
    PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env['PATH']}`,
    HOME: folder,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
    GIT_AUTHOR_NAME: IDENTITY.name,
    GIT_AUTHOR_EMAIL: IDENTITY.email,
    GIT_COMMITTER_NAME: IDENTITY.name,
    GIT_COMMITTER_EMAIL: IDENTITY.email,
    npm_config_offline: 'true',
    npm_config_cache: join(folder, '.synwhere/npm-cache'),
    npm_config_update_notifier: 'false',
  };
}

function commitAll(message: string): void {
  git('add', '--all');
  git('commit', '--quiet', '--message', message);
}

function changeScript(name: string, script: string): void {
  const file = join(folder, 'package.json');
  const read = JSON.parse(readFileSync(file, 'utf8')) as { scripts: Record<string, string> };
  read.scripts[name] = script;
  writeFileSync(file, `${JSON.stringify(read, null, 2)}\n`);
}

function release(...args: string[]) {
  const command = ['run', '--silent', 'release', '--', ...args];
  const { status, stdout, stderr } = spawnSync('npm', command, {
    cwd: folder,
    encoding: 'utf8',
    env: environment(),
    timeout: 200_000,
  });
  return { status, stdout, stderr };
}

/** What a release may change: the commit, the tags and the tracked files. */
function state(): unknown {
  return [git('rev-parse', 'HEAD'), git('tag', '--list'), git('status', '--porcelain')];
}

test('a release moves the changelog, sets the version, packs, commits and tags, and publishes nothing', () => {
  const { status, stdout, stderr } = release('7.0.0');
  expect(status, stderr).toBe(0);
  const date = new Date().toISOString().slice(0, 10);

  const changelog = readFileSync(join(folder, 'CHANGELOG.md'), 'utf8');
  expect(changelog).toContain(
    `## Unreleased\n\n## 7.0.0 - ${date}\n\n### Added\n\n- An entry of this test.\n`,
  );
  expect(readFileSync(join(folder, 'docs/upgrade.md'), 'utf8')).toMatch(/^## From \S+ to 7\.0\.0$/m);
  const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')) as {
    version: string;
    packages: Record<string, { version: string }>;
  };
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  expect([version, lock.version, lock.packages['']?.version]).toEqual(['7.0.0', '7.0.0', '7.0.0']);

  expect(git('status', '--porcelain')).toBe('');
  expect(git('log', '-1', '--format=%s|%P')).toBe(`Release 7.0.0|${first}`);
  expect(git('diff', '--name-only', first).split('\n')).toEqual([
    'CHANGELOG.md',
    'docs/upgrade.md',
    'package-lock.json',
    'package.json',
  ]);
  expect(git('cat-file', '-t', 'v7.0.0')).toBe('tag');
  expect(git('rev-parse', 'v7.0.0^{commit}')).toBe(git('rev-parse', 'HEAD'));

  const tarball = join(folder, `.synwhere/release/${packageJson.name}-7.0.0.tgz`);
  const packed = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).split('\n');
  expect(packed).toContain(`package/${packageJson.bin.synwhere}`);
  const manifest = execFileSync('tar', ['-xzOf', tarball, 'package/package.json'], { encoding: 'utf8' });
  expect(JSON.parse(manifest)).toMatchObject({ version: '7.0.0' });
  expect(stdout).toContain(
    '  git push origin main v7.0.0\n  npm publish .synwhere/release/synwhere-7.0.0.tgz\n',
  );
}, 120_000);

test('a dry run does the same checks and changes nothing', () => {
  const before = state();
  const { status, stdout, stderr } = release('7.0.0', '--dry-run');
  expect(status, stderr).toBe(0);
  expect(stdout).toBe('v7.0.0 can be released. This was a dry run: nothing was changed.\n');
  expect(state()).toEqual(before);
}, 120_000);

describe('a release is rejected in one line and changes nothing,', () => {
  const rejections: [reason: string, prepare: () => void, args: string[], status: number, line: RegExp][] = [
    ['without a version', () => {}, [], 2, /^usage: npm run release -- VERSION/],
    ['with a word instead of a version', () => {}, ['minor'], 2, /^usage: .*VERSION is like 1\.2\.3/],
    ['with a leading zero', () => {}, ['1.02.3'], 2, /^usage: /],
    ['with two versions', () => {}, ['1.2.3', '1.2.4'], 2, /^usage: /],
    ['with an unknown option', () => {}, ['1.2.3', '--force'], 2, /^usage: /],
    ['of an older version', () => {}, ['0.0.9'], 1, /^0\.0\.9 is older than \d+\.\d+\.\d+ in package\.json$/],
    [
      'from another branch',
      () => git('checkout', '--quiet', '-b', 'topic'),
      ['7.0.0'],
      1,
      /^this is the branch topic; release from main$/,
    ],
    [
      'with changes in the tree',
      () => appendFileSync(join(folder, 'README.md'), 'more\n'),
      ['7.0.0'],
      1,
      /^the working tree has changes \(README\.md\); commit them first$/,
    ],
    [
      'with an untracked file',
      () => writeFileSync(join(folder, 'new.txt'), ''),
      ['7.0.0'],
      1,
      /^the working tree has changes \(new\.txt\); commit them first$/,
    ],
    [
      'of a version that has a tag',
      () => git('tag', 'v7.0.0'),
      ['7.0.0'],
      1,
      /^the tag v7\.0\.0 exists already$/,
    ],
    [
      'without entries in the changelog',
      () => {
        writeFileSync(
          join(folder, 'CHANGELOG.md'),
          '# Changelog\n\n## Unreleased\n\n## 0.1.0 - 2026-01-01\n\n- Old.\n',
        );
        commitAll('Empty the changelog');
      },
      ['7.0.0'],
      1,
      /^CHANGELOG\.md has no entry under "## Unreleased"; there is nothing to release$/,
    ],
    [
      'when a test fails',
      () => {
        changeScript('test', 'exit 1');
        commitAll('Break the tests');
      },
      ['7.0.0'],
      1,
      /^npm test failed; nothing was changed$/,
    ],
    [
      'when the tests write into the tree',
      () => {
        changeScript('test', 'touch left-behind.txt');
        commitAll('Write into the tree');
      },
      ['7.0.0'],
      1,
      /^the working tree has changes \(left-behind\.txt\); commit them first$/,
    ],
    [
      'when the tarball lacks the program',
      () => {
        changeScript('prepack', 'node -e 0');
        rmSync(join(folder, 'dist'), { recursive: true, force: true });
        commitAll('Build nothing');
      },
      ['7.0.0'],
      1,
      /^the tarball lacks dist\/synwhere\.js/,
    ],
    [
      'when the tarball has tests',
      () => {
        const file = join(folder, 'package.json');
        writeFileSync(
          file,
          readFileSync(file, 'utf8').replace('"files": [', '"files": [\n    "test/package",'),
        );
        commitAll('Pack the tests');
      },
      ['7.0.0'],
      1,
      /^the tarball must not have test\/package\//,
    ],
  ];

  test.each(rejections)(
    '%s',
    (_reason, prepare, args, status, line) => {
      prepare();
      const before = state();
      const result = release(...args);
      const lines = result.stderr
        .trim()
        .split('\n')
        .filter((one) => one !== 'release: npm test');
      expect(lines).toHaveLength(1);
      expect(lines[0]?.replace(/^release: /, '')).toMatch(line);
      expect(result.status).toBe(status);
      const [commit, tags, tree] = before as string[];
      const leftBehind =
        tree === '' && existsSync(join(folder, 'left-behind.txt')) ? '?? left-behind.txt' : tree;
      expect(state()).toEqual([commit, tags, leftBehind]);
    },
    60_000,
  );
});
