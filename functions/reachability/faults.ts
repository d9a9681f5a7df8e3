import type { Column, Facts } from './facts.ts';
import { isSplitColumn } from './rules.ts';
import { isCutOff } from './sighting.ts';
import type { Standing } from './standing.ts';
import type { Fault, Sighting } from './words.ts';

/** Where several faults apply to a vantage, the first of these is reported. */
const BY_WEIGHT: readonly Fault[] = ['path', 'target', 'unknown'];

/** Who is at fault for what this vantage sees. */
export function faultOf(standing: Standing, facts: Facts): Fault {
  if (!standing.counted) return standing.abstentionFault;
  const faults = standing.addresses.flatMap(({ address }) => {
    const column = facts.byAddress.get(address);
    const saw = column?.saw.get(standing.vantage);
    return column === undefined || saw === undefined ? [] : faultAt(saw, column);
  });
  if (standing.saw === 'name-failed' && !faults.includes('path')) return 'name';
  return BY_WEIGHT.find((fault) => faults.includes(fault)) ?? 'none';
}

function faultAt(saw: Sighting, column: Column): Fault {
  // The target is at fault only where another vantage sees the same: of a single vantage, the fault can be its own.
  const target: Fault = column.saw.size > 1 ? 'target' : 'unknown';
  if (isCutOff(saw)) {
    if (column.connecting.length > 0) return isSplitColumn(column) ? 'unknown' : 'path';
    if (column.refused.length > 0) return 'path';
    return column.isDead ? target : 'unknown';
  }
  if (saw === 'refused') return column.connecting.length > 0 ? 'unknown' : target;
  if (saw === 'closing') {
    return column.closing.length === column.connecting.length ? target : 'unknown';
  }
  return 'none';
}
