import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, extname, join, posix } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };

const ROOT = join(import.meta.dirname, '../..');

let packed: string[] = [];

beforeAll(() => {
  const command = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const output = execFileSync('npm', command, {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [tarball]: { files: { path: string }[] }[] = JSON.parse(output);
  packed = tarball?.files.map(({ path }) => path) ?? [];
});

const SCHEMA = /\$(?:schema|ref)(?:=|"?:\s*"?)([^\s",]+)/g;
const REFERENCES: Record<string, readonly RegExp[]> = {
  md: [/\]\(([^)\s]+)[^)]*\)/g, /^\[[^\]]+\]:\s*(\S+)/gm, SCHEMA],
  yaml: [SCHEMA],
  json: [SCHEMA],
  // Only what the browser loads. The target of an <a> is an address of the API.
  html: [/<(?:script|link|img)\b[^>]*\s(?:href|src)="([^"]+)"/g],
};

/** The references in a file: links of a page, schemas of YAML and JSON, files that a web page loads. */
function referencesIn(file: string, text: string): string[] {
  const patterns = REFERENCES[extname(file).slice(1)] ?? [];
  return patterns.flatMap((pattern) => [...text.matchAll(pattern)].map(([, reference = '']) => reference));
}

/** The anchors of a page, as GitHub makes them from its headings. */
function anchorsOf(page: string): string[] {
  const headings = readFileSync(join(ROOT, page), 'utf8').matchAll(/^#+ +(.+)$/gm);
  return [...headings].map(([, text = '']) =>
    text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** The file of a reference. Paths of the status page, and of examples in a page, start at the root. */
function targetOf(file: string, path: string): string {
  if (path === '') return file;
  if (file.endsWith('.html') && path.startsWith('/')) return posix.join(dirname(file), path);
  return posix.join(
    file.endsWith('.md') && path.endsWith('.schema.json') && path.startsWith('./') ? '.' : dirname(file),
    path,
  );
}

function missing(file: string, reference: string): string[] {
  const [path = '', anchor] = reference.split('#');
  const target = targetOf(file, path);
  if (!packed.includes(target)) return [`${file}: ${reference} is not in the tarball`];
  const isPage = target.endsWith('.md') && anchor !== undefined;
  return isPage && !anchorsOf(target).includes(anchor) ? [`${file}: ${reference} has no such heading`] : [];
}

describe('the tarball', () => {
  test('has every file to which its files refer', () => {
    const texts = packed.filter(
      (file) => /\.(?:md|ya?ml|json|html)$/.test(file) && !file.startsWith('dist/'),
    );
    const references = texts.flatMap((file) =>
      referencesIn(file, readFileSync(join(ROOT, file), 'utf8'))
        .filter((reference) => !/^(?:https?|mailto):/.test(reference))
        .map((reference) => ({ file, reference })),
    );
    expect(references.length).toBeGreaterThan(30);
    expect(references.flatMap(({ file, reference }) => missing(file, reference))).toEqual([]);
  });

  test('has the pages, both schemas, the example and the program', () => {
    expect(packed).toEqual(
      expect.arrayContaining([
        'README.md',
        'LICENSE',
        'NOTICE',
        'docs/configuration.md',
        'functions/aggregator/announce/event.schema.json',
        'synwhere.schema.json',
        'synwhere.yaml',
      ]),
    );
    expect(manifest.files).toContain(dirname(manifest.bin.synwhere));
  });

  test('has no tests, no sources and nothing private', () => {
    const wanted = /^(?:dist|docs|web)\/|^functions\/aggregator\/announce\/event\.schema\.json$|^[^/]+$/;
    expect(packed.filter((file) => !wanted.test(file))).toEqual([]);
    // Declarations are no sources.
    expect(packed.filter((file) => /(?<!\.d)\.ts$/.test(file) || /(?:^|\/)\./.test(file))).toEqual([]);
  });

  test('names the repository of the project', () => {
    expect(manifest.repository).toEqual({
      type: 'git',
      url: expect.stringMatching(/^git\+https:\/\/\S+\.git$/),
    });
    const address = manifest.repository.url.replace(/^git\+/, '').replace(/\.git$/, '');
    expect(manifest.bugs.url).toBe(`${address}/issues`);
    expect(manifest.homepage).toBe(`${address}#readme`);
  });

  test('is searched for every kind of reference', () => {
    const page = '[a](docs/a.md "title") and\n[b]: b.md\n';
    expect(referencesIn('x.md', page)).toEqual(['docs/a.md', 'b.md']);
    expect(referencesIn('x.yaml', '# yaml-language-server: $schema=./s.json\n')).toEqual(['./s.json']);
    expect(referencesIn('x.json', '{"$schema": "./s.json", "$ref": "#/a"}')).toEqual(['./s.json', '#/a']);
    expect(referencesIn('x.html', '<script src="/app.js"></script>')).toEqual(['/app.js']);
  });
});
