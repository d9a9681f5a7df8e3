import { subjectKey, type Subject } from '../incidents/incident.ts';
import { asWritten } from './table.ts';
import type { SubjectState } from './records.ts';
import type { Item, Table } from './table.ts';

const PK = 'state';

/** All states, by a consistent read: an old state could cause a repeated announcement. */
export async function loadStates(table: Table): Promise<SubjectState[]> {
  const states: SubjectState[] = [];
  for await (const item of table.query({ pk: PK, consistent: true })) states.push(stateOf(item));
  return states;
}

export async function loadState(table: Table, subject: Subject): Promise<SubjectState | undefined> {
  const item = await table.get(PK, subjectKey(subject));
  return item && stateOf(item);
}

/**
 * Writes a state on condition that it has the version that was read. If the answer to a write is lost, the SDK retries it, and the
 * condition fails because of the first write. So after a failed condition, the stored version is compared with the new one.
 */
export async function saveState(
  table: Table,
  state: SubjectState,
  newVersion: string,
): Promise<SubjectState | undefined> {
  const next: SubjectState = { ...state, version: newVersion };
  const written = await table.put({ ...next, pk: PK, sk: subjectKey(state.subject) }, unchanged(state));
  if (written) return next;
  const found = await loadState(table, state.subject);
  return found?.version === newVersion ? next : undefined;
}

export async function removeState(table: Table, state: SubjectState): Promise<void> {
  await table.remove(PK, subjectKey(state.subject), unchanged(state));
}

function unchanged(state: SubjectState) {
  return state.version === ''
    ? { expression: 'attribute_not_exists(pk)' }
    : {
        expression: '#version = :version',
        names: { '#version': 'version' },
        values: { ':version': state.version },
      };
}

function stateOf({ pk: _pk, sk: _sk, ...item }: Item): SubjectState {
  return asWritten<SubjectState>(item);
}
