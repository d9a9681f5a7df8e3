/*
 * Links node_modules/.bin/node to the Node of this platform, where npm has not. npm 10 makes the link and removes it again together with
 * the packages of the other platforms, which have a program of the same name. Runs with the Node of the system, from 20 on.
 */
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';

const packages = new URL('../../node_modules/', import.meta.url);
const link = new URL('.bin/node', packages);
const { optionalDependencies } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

const installed = Object.keys(optionalDependencies).find((name) =>
  existsSync(new URL(`${name}/bin/node`, packages)),
);
if (installed !== undefined && !existsSync(link)) {
  mkdirSync(new URL('.', link), { recursive: true });
  symlinkSync(`../${installed}/bin/node`, link);
}
