// @ts-check
import { byId, h, keepRows } from './dom.js';
import { IncidentRow } from './incident-row.js';
import * as service from './service.js';
import { TargetRow } from './target-row.js';
import { duration, legend, moment, verdictMark } from './words.js';

const POLL_MS = 5000;
const RETRY_MS = 10_000;
/** After this many missed ticks the page reports that the schedule has stopped. */
const TICKS_LATE = 3;
const WINDOW_KEY = 'synwhere.history-minutes';

/** @type {Map<string, TargetRow>} */
const targetRows = new Map();
/** @type {Map<string, IncidentRow>} */
const incidentRows = new Map();
/** @type {service.TargetsAnswer | undefined} */
let shown;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

const span = windowSelect();

/** @param {service.TargetsAnswer} answer */
function showTargets(answer) {
  const { targets } = answer;
  byId('empty').hidden = targets.length > 0;
  byId('targets').hidden = targets.length === 0;
  const order = { bad: 0, warn: 1, none: 2, good: 3 };
  const sorted = targets.toSorted(
    (a, b) => order[verdictMark(a.latest).tone] - order[verdictMark(b.latest).tone],
  );
  keepRows(
    byId('target-list'),
    targetRows,
    sorted,
    ({ target }) => target,
    () => new TargetRow(),
  );
  say(byId('headline'), headline(targets));
  document.title = `${title(targets)}Synwhere`;
}

/** @param {service.TargetState[]} targets */
function headline(targets) {
  if (targets.length === 0) return 'No target is configured.';
  const tones = targets.map(({ latest }) => verdictMark(latest).tone);
  const count = (/** @type {string} */ tone) => tones.filter((each) => each === tone).length;
  const [bad, unsaid, waiting] = [count('bad'), count('warn'), count('none')];
  const all = targets.length === 1 ? 'The target is' : `All ${targets.length} targets are`;
  if (waiting === targets.length) return 'Waiting for the first tick.';
  if (bad > 0) return `${bad} of ${targets.length} target${targets.length === 1 ? '' : 's'} not as expected.`;
  if (unsaid > 0)
    return `No conclusion for ${unsaid} of ${targets.length} target${targets.length === 1 ? '' : 's'}.`;
  return `${all} as expected.`;
}

/** @param {service.TargetState[]} targets */
function title(targets) {
  const bad = targets.filter(({ latest }) => verdictMark(latest).tone === 'bad').length;
  return bad > 0 ? `(${bad}) ` : '';
}

/** @param {service.TargetsAnswer} answer @param {service.IncidentsAnswer} incidents */
function showIncidents({ now }, { incidents }) {
  const nowMs = Date.parse(now);
  byId('incidents').hidden = incidents.length === 0;
  keepRows(
    byId('incident-list'),
    incidentRows,
    incidents.map((incident) => ({ incident, nowMs })),
    ({ incident }) => incident.id,
    () => new IncidentRow(),
  );
}

/** @param {service.TargetsAnswer} answer */
function showClock({ now, schedule, lastTickAt, targets }) {
  const agoMs = lastTickAt === undefined ? undefined : Date.parse(now) - Date.parse(lastTickAt);
  byId('clock').textContent = agoMs === undefined ? '' : `Last tick ${duration(agoMs)} ago`;
  if (targets.length === 0 || agoMs === undefined) return notice('');
  const late = agoMs > TICKS_LATE * schedule.everyMinutes * 60_000 + 10_000;
  if (!schedule.enabled)
    return notice(`The schedule is disabled. The data are from ${moment(lastTickAt ?? now)}.`);
  return notice(
    late
      ? `No tick for ${duration(agoMs)}: the schedule has stopped. The data are from ${moment(lastTickAt ?? now)}.`
      : '',
  );
}

/** @param {string} text */
function notice(text) {
  const element = byId('notice');
  say(element, text);
  element.hidden = text === '';
}

/**
 * Leaves an unchanged text alone, so that it is not read aloud again.
 * @param {HTMLElement} element
 * @param {string} text
 */
function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

async function showHistory() {
  const nowMs = Date.parse(shown?.now ?? '');
  const minutes = Number(span.value);
  for (const row of targetRows.values()) await row.showHistory(minutes, nowMs);
}

async function poll() {
  clearTimeout(timer);
  let nextMs = POLL_MS;
  try {
    const [answer, incidents] = await Promise.all([service.targets(), service.openIncidents()]);
    shown = answer;
    showTargets(answer);
    showIncidents(answer, incidents);
    showClock(answer);
    await showHistory();
  } catch (error) {
    nextMs = RETRY_MS;
    const reason = error instanceof Error ? error.message : String(error);
    const old = shown ? ` The data are from ${moment(shown.now)}.` : '';
    notice(`The service did not answer (${reason}).${old}`);
    if (!shown) say(byId('headline'), 'No data yet.');
  }
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(() => void poll(), nextMs);
}

function windowSelect() {
  const select = byId('window');
  if (!(select instanceof HTMLSelectElement)) throw new Error('#window is no select');
  return select;
}

byId('legend').append(
  ...legend().map(({ tone, sign, word }) =>
    h('li', {}, h('span', { class: `mark ${tone}`, 'aria-hidden': 'true' }, sign), word),
  ),
);
span.value = localStorage.getItem(WINDOW_KEY) ?? '60';
if (span.selectedIndex < 0) span.value = '60';
span.addEventListener('change', () => {
  localStorage.setItem(WINDOW_KEY, span.value);
  void showHistory().catch(() => {});
});
document.addEventListener('visibilitychange', () => {
  if (document.hidden) clearTimeout(timer);
  else void poll();
});
void poll();
