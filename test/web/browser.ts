import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The installed chromium, or the one that CHROMIUM names; undefined if there is none. */
export function findChromium(): string | undefined {
  const named = process.env['CHROMIUM'];
  const places = (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((place) => NAMES.map((name) => join(place, name)));
  return [...(named === undefined ? [] : [named]), ...places].find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** The reason why there is no browser, in one line with the remedy. */
export function browserProblem(): string | undefined {
  return findChromium() === undefined
    ? 'there is no chromium on the PATH; install the package chromium, or name one with CHROMIUM'
    : undefined;
}

export async function startBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('there is no chromium');
  // Its sandbox needs namespaces, which containers forbid. It opens only our own page.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}
