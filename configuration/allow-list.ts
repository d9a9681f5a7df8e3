import { formatTarget, parseTarget } from '../functions/reachability/target.ts';
import type { Target } from '../functions/reachability/request.ts';

/**
 * Whether an entry of `onDemand.allowList` covers a target. An entry is `host:port`, or `*.host:port` for all names below that one
 * (and not the name itself). Both are compared in canonical form. An entry has exactly one port, so no list allows a range.
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
