import type { Column, Facts } from './facts.ts';
import { isSplitColumn } from './rules.ts';
import { isCutOff } from './sighting.ts';
import type { Standing } from './standing.ts';
import type { Fault, Sighting } from './words.ts';

/** Where a vantage has several troubles, the most telling one speaks. */
const TELLING: readonly Fault[] = ['path', 'target', 'unknown'];

/** Whose trouble it is that this vantage sees what it sees. */
export function faultOf(standing: Standing, facts: Facts): Fault {
  if (!standing.counted) return standing.abstentionFault;
  const faults = standing.addresses.flatMap(({ address }) => {
    const column = facts.byAddress.get(address);
    const saw = column?.saw.get(standing.vantage);
    return column === undefined || saw === undefined ? [] : faultAt(saw, column);
  });
  if (standing.saw === 'name-failed' && !faults.includes('path')) return 'name';
  return TELLING.find((fault) => faults.includes(fault)) ?? 'none';
}

function faultAt(saw: Sighting, column: Column): Fault {
  // "Like everyone else" needs somebody else: what one vantage alone tried may as well be its own trouble.
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
