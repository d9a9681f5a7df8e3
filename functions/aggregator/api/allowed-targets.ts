import { allowListed } from '../../../configuration/allow-list.ts';
import type { Configuration } from '../../../configuration/configuration.ts';
import type { Target } from '../../reachability/request.ts';
import { formatTarget } from '../../reachability/target.ts';
import { Problem } from './problem.ts';

/**
 * Throws a 403 {@link Problem} unless `onDemand.targets` lets a caller check this target: `configured` is the configured ones
 * alone, `allow-list` those and what `onDemand.allowList` covers, `any` everything. What a probe may connect to is decided
 * again, and finally, by the address policy where the probe runs.
 */
export function requireAllowed(target: Target, { targets, onDemand }: Configuration): void {
  if (onDemand.targets === 'any') return;
  if (targets.some((configured) => sameTarget(configured, target))) return;
  const listed = onDemand.targets === 'allow-list';
  if (listed && allowListed(onDemand.allowList, target)) return;
  const text = formatTarget(target);
  const reason = listed
    ? 'it is neither a configured target nor covered by onDemand.allowList'
    : 'it is not a configured target, and onDemand.targets is "configured"';
  throw new Problem(403, 'target-forbidden', `${text} may not be checked: ${reason}`, {
    extensions: { target: text },
  });
}

export function sameTarget(one: Target, other: Target): boolean {
  return one.host === other.host && one.port === other.port;
}
