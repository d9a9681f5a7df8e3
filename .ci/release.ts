/*
 * Makes a release on this machine: checks, version, changelog, tarball, commit and tag. It never pushes and never publishes; it prints
 * the commands that do. Usage: npm run release -- VERSION [--dry-run]
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const USAGE = 'usage: npm run release -- VERSION [--dry-run]';
const CHANGELOG = 'CHANGELOG.md';
const UPGRADE = 'docs/upgrade.md';
const CHANGED = [CHANGELOG, UPGRADE, 'package.json', 'package-lock.json'];
const TARBALLS = '.synwhere/release';
const UNRELEASED = '## Unreleased\n';

interface Manifest {
  name: string;
  version: string;
  bin?: Record<string, string>;
  exports?: unknown;
}

/** One line for the person who releases. Nothing has changed when it is thrown. */
class ReleaseError extends Error {}

try {
  release(readOptions());
} catch (error) {
  if (!(error instanceof ReleaseError)) throw error;
  console.error(`release: ${error.message}`);
  process.exitCode = error.message.startsWith('usage:') ? 2 : 1;
}

function readOptions(): { version: string; dryRun: boolean } {
  try {
    const { values, positionals } = parseArgs({
      options: { 'dry-run': { type: 'boolean', default: false } },
      allowPositionals: true,
    });
    const [version, ...more] = positionals;
    // Semantic Versioning 2.0.0, without build metadata, which npm ignores.
    if (version !== undefined && more.length === 0 && isVersion(version)) {
      return { version, dryRun: values['dry-run'] };
    }
  } catch {
    // An unknown option.
  }
  throw new ReleaseError(`${USAGE}; VERSION is like 1.2.3 or 1.2.3-beta.1`);
}

function isVersion(text: string): boolean {
  const part = '(?:0|[1-9]\\d*)';
  return new RegExp(`^${part}\\.${part}\\.${part}(?:-[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?$`).test(text);
}

function release({ version, dryRun }: { version: string; dryRun: boolean }): void {
  const before = manifest();
  const tag = `v${version}`;
  checkRepository(tag);
  if (isOlder(version, before.version)) {
    throw new ReleaseError(`${version} is older than ${before.version} in package.json`);
  }
  const changelog = releasedChangelog(version);
  console.error('release: npm test');
  if (spawnSync('npm', ['test'], { stdio: 'inherit' }).status !== 0) {
    throw new ReleaseError('npm test failed; nothing was changed');
  }
  // A test that writes into the tree would become part of the release.
  checkTree();
  if (dryRun) {
    checkTarball(pack(true));
    console.log(`${tag} can be released. This was a dry run: nothing was changed.`);
    return;
  }
  try {
    writeFileSync(CHANGELOG, changelog);
    if (existsSync(UPGRADE)) {
      const upgrade = readFileSync(UPGRADE, 'utf8');
      writeFileSync(UPGRADE, upgrade.replace(/^(## From .* to )the next version$/m, `$1${version}`));
    }
    run('npm', 'version', version, '--no-git-tag-version', '--allow-same-version');
    checkTarball(pack(false));
    run('git', 'commit', '--quiet', '--message', `Release ${version}`, '--', ...CHANGED.filter(existsSync));
    run('git', 'tag', '--annotate', tag, '--message', `Release ${version}`);
  } catch (error) {
    run('git', 'checkout', '--quiet', 'HEAD', '--', ...CHANGED.filter(existsSync));
    throw error;
  }
  const file = `${TARBALLS}/${before.name}-${version}.tgz`;
  console.log(`${tag} is committed and tagged, and packed in ${file}. To publish it:`);
  console.log(`  git push origin main ${tag}\n  npm publish ${file}`);
}

function manifest(): Manifest {
  const read: Manifest = JSON.parse(readFileSync('package.json', 'utf8'));
  return read;
}

function checkRepository(tag: string): void {
  const branch = run('git', 'rev-parse', '--abbrev-ref', 'HEAD').trim();
  if (branch !== 'main') throw new ReleaseError(`this is the branch ${branch}; release from main`);
  checkTree();
  if (run('git', 'tag', '--list', tag).trim() !== '') throw new ReleaseError(`the tag ${tag} exists already`);
}

function checkTree(): void {
  const [first, ...more] = run('git', 'status', '--porcelain').split('\n').filter(Boolean);
  if (first === undefined) return;
  const others = more.length > 0 ? ` and ${more.length} more` : '';
  throw new ReleaseError(`the working tree has changes (${first.slice(3)}${others}); commit them first`);
}

function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split('-', 1)[0]?.split('.').map(Number) ?? []);
  const differing = [0, 1, 2].find((index) => a?.[index] !== b?.[index]);
  if (differing !== undefined) return (a?.[differing] ?? 0) < (b?.[differing] ?? 0);
  // A version with a suffix comes before the one without (SemVer 11.3). Two suffixes are not compared.
  return version.includes('-') && !than.includes('-');
}

/** The changelog with what was under Unreleased under the version and the date of today (Keep a Changelog 1.1.0). */
function releasedChangelog(version: string): string {
  const text = readFileSync(CHANGELOG, 'utf8');
  const start = text.indexOf(UNRELEASED);
  if (start < 0) throw new ReleaseError(`${CHANGELOG} has no section "${UNRELEASED.trim()}"`);
  const rest = text.slice(start + UNRELEASED.length);
  const [section = ''] = rest.split(/^## /m, 1);
  if (!/^- /m.test(section)) {
    throw new ReleaseError(
      `${CHANGELOG} has no entry under "${UNRELEASED.trim()}"; there is nothing to release`,
    );
  }
  const date = new Date().toISOString().slice(0, 10);
  return `${text.slice(0, start)}${UNRELEASED}\n## ${version} - ${date}\n${rest}`;
}

/** Packs as npm publishes; resolves to the paths in the tarball. The script prepack builds first. */
function pack(dryRun: boolean): string[] {
  mkdirSync(TARBALLS, { recursive: true });
  const output = run(
    'npm',
    'pack',
    '--json',
    '--pack-destination',
    TARBALLS,
    ...(dryRun ? ['--dry-run'] : []),
  );
  const [packed]: { files: { path: string }[] }[] = JSON.parse(output);
  return packed?.files.map(({ path }) => path) ?? [];
}

/** All that package.json promises is there, and neither tests nor sources are. */
function checkTarball(files: readonly string[]): void {
  const { bin, exports } = manifest();
  const promised = [...Object.values(bin ?? {}), ...pathsIn(exports), 'README.md', 'LICENSE', CHANGELOG];
  const missing = promised.map((path) => path.replace(/^\.\//, '')).filter((path) => !files.includes(path));
  if (missing.length > 0) throw new ReleaseError(`the tarball lacks ${missing.join(', ')}`);
  const foreign = files.filter((path) =>
    /^(?:test|bench|lab|node_modules)\/|(?<!\.d)\.ts$|(?:^|\/)\./.test(path),
  );
  if (foreign.length > 0) throw new ReleaseError(`the tarball must not have ${foreign.join(', ')}`);
}

/** The files under `exports`, whatever the conditions; patterns are left out. */
function pathsIn(exports: unknown): string[] {
  if (typeof exports === 'string') return exports.includes('*') ? [] : [exports];
  return typeof exports === 'object' && exports !== null ? Object.values(exports).flatMap(pathsIn) : [];
}

function run(command: string, ...args: string[]): string {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    throw new ReleaseError(`${command} ${args[0]} failed: ${stderr.split('\n')[0] || String(error)}`);
  }
}
