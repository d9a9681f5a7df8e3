import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { PageFile } from '../functions/aggregator/api/dependencies.ts';

/** The same relative path from the sources and from the built command. */
const DIRECTORY = new URL('../web/', import.meta.url);

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The files of the status page by their path. All are read now, so a later request cannot read any other file. */
export function loadStatusPage(): (path: string) => PageFile | undefined {
  const files = new Map<string, PageFile>();
  for (const name of readdirSync(DIRECTORY)) {
    const contentType = CONTENT_TYPES[extname(name)];
    if (contentType === undefined) continue;
    const file = { contentType, text: readFileSync(new URL(name, DIRECTORY), 'utf8') };
    files.set(name === 'index.html' ? '/' : `/${name}`, file);
  }
  return (path) => files.get(path);
}
