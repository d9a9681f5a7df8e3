import { allowListed } from '../../../configuration/allow-list.ts';
import type { Configuration } from '../../../configuration/configuration.ts';
import type { Target } from '../../reachability/request.ts';
import { formatTarget } from '../../reachability/target.ts';
import { Problem } from './problem.ts';

/**
 * Throws a 403 {@link Problem} unless `onDemand.targets` allows a check of this target. `configured` allows the configured targets,
 * `allow-list` also those that `onDemand.allowList` covers, and `any` every target. In addition, the probe's address policy decides
 * which addresses it may connect to.
 */
export function requireAllowed(target: Target, { targets, onDemand }: Configuration): void {
  if (onDemand.targets === 'any') return;
  if (targets.some((configured) => sameTarget(configured, target))) return;
  const listed = onDemand.targets === 'allow-list';
  if (listed && allowListed(onDemand.allowList, target)) return;
  const text = formatTarget(target);
  const reason = listed
    ? 'it is not a configured target, and onDemand.allowList does not cover it'
    : 'it is not a configured target, and onDemand.targets is "configured"';
  throw new Problem(403, 'target-forbidden', `${text} may not be checked: ${reason}`, {
    extensions: { target: text },
  });
}

export function sameTarget(one: Target, other: Target): boolean {
  return one.host === other.host && one.port === other.port;
}
