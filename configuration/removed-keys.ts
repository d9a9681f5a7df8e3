import type { Problem } from './error.ts';
import { isMap } from './expected.ts';

/**
 * Keys that earlier versions had, and what to do now. For one major version they are accepted without effect, with a warning
 * (docs/upgrade.md). A key of a section is written with the section: `probe.timeoutMs`.
 */
export const REMOVED_KEYS: Readonly<Record<string, string>> = {
  newRegions: 'remove it; a region that this version does not know is accepted with a warning',
};

/** A configuration without its removed keys, and one warning for each of them. `removed` has their paths and advice. */
export function withoutRemovedKeys(
  written: Readonly<Record<string, unknown>>,
  removed = REMOVED_KEYS,
): { kept: Readonly<Record<string, unknown>>; warnings: Problem[] } {
  let kept = written;
  const warnings: Problem[] = [];
  for (const [key, advice] of Object.entries(removed)) {
    const path = key.split('.');
    const rest = without(kept, path);
    if (rest === undefined) continue;
    kept = rest;
    warnings.push({ path, text: `has no effect any more; ${advice}` });
  }
  return { kept, warnings };
}

/** A copy without what is at the path, or undefined where nothing is there. */
function without(
  map: Readonly<Record<string, unknown>>,
  [key = '', ...deeper]: readonly string[],
): Record<string, unknown> | undefined {
  if (!Object.hasOwn(map, key)) return undefined;
  const { [key]: value, ...others } = map;
  if (deeper.length === 0) return others;
  const rest = isMap(value) ? without(value, deeper) : undefined;
  return rest && { ...map, [key]: rest };
}
