import { formatTarget, parseTarget } from '../functions/reachability/target.ts';
import type { Target } from '../functions/reachability/request.ts';

/**
 * Whether an entry of `onDemand.allowList` covers a target. An entry is `host:port`, or `*.host:port` for every name below that one
 * (and not the name itself). Both sides are compared in canonical form; a port stands for itself alone, so no list opens a range.
 */
export function allowListed(allowList: readonly string[], target: Target): boolean {
  const wanted = formatTarget(target);
  return allowList.some((entry) =>
    entry.startsWith('*.')
      ? wanted.endsWith(entry.slice(1)) && wanted.length > entry.length - 1
      : entry === wanted,
  );
}

/** The one spelling of an entry. Throws TargetError. */
export function canonicalAllowListEntry(text: string): string {
  return text.startsWith('*.')
    ? `*.${formatTarget(parseTarget(text.slice(2)))}`
    : formatTarget(parseTarget(text));
}
