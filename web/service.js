// @ts-check
/** @typedef {import('../functions/aggregator/api/schemas.ts').TargetsAnswer} TargetsAnswer */
/** @typedef {import('../functions/aggregator/api/schemas.ts').TargetState} TargetState */
/** @typedef {import('../functions/aggregator/api/schemas.ts').TargetAnswer} TargetAnswer */
/** @typedef {import('../functions/aggregator/api/schemas.ts').HistoryAnswer} HistoryAnswer */
/** @typedef {import('../functions/aggregator/store/store.ts').HistoryPeriod} HistoryPeriod */
/** @typedef {import('../functions/aggregator/api/schemas.ts').IncidentsAnswer} IncidentsAnswer */

const PATIENCE_MS = 20_000;
/** A strip of history has no room for more periods. */
const STRETCHES = 500;

/**
 * @param {string} path
 * @returns {Promise<any>}
 */
async function get(path) {
  const response = await fetch(path, {
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (!response.ok) throw new Error(`the service answered ${response.status}`);
  return response.json();
}

/** @returns {Promise<TargetsAnswer>} */
export function targets() {
  return get('/targets');
}

/**
 * @param {string} name
 * @returns {Promise<TargetAnswer>}
 */
export function target(name) {
  return get(`/targets/${encodeURIComponent(name)}`);
}

/**
 * @param {string} name
 * @param {Date} from
 * @returns {Promise<HistoryAnswer>}
 */
export function history(name, from) {
  return get(`/targets/${encodeURIComponent(name)}/history?from=${from.toISOString()}&limit=${STRETCHES}`);
}

/** @returns {Promise<IncidentsAnswer>} */
export function openIncidents() {
  return get('/incidents?open=true');
}
