// @ts-check
/** The names and marks on the page. Each mark has its own sign, so none depends on colour. */

/** @typedef {'good' | 'bad' | 'warn' | 'none'} Tone */
/** @typedef {{ tone: Tone, sign: string, word: string }} Mark */
/** @typedef {import('../functions/reachability/verdict.ts').VantageView} VantageView */
/** @typedef {import('../functions/reachability/verdict.ts').Verdict} Verdict */

/** @type {Record<VantageView['saw'], Mark>} What a vantage saw. */
const SIGHTINGS = {
  open: { tone: 'good', sign: '✓', word: 'connects' },
  closing: { tone: 'warn', sign: '⇄', word: 'closed at once' },
  refused: { tone: 'bad', sign: '×', word: 'refused' },
  unreachable: { tone: 'bad', sign: '⊘', word: 'unreachable' },
  silent: { tone: 'bad', sign: '…', word: 'silent' },
  'name-failed': { tone: 'bad', sign: '?', word: 'name failed' },
  nothing: { tone: 'none', sign: '–', word: 'abstains' },
};

/** @type {Record<VantageView['fault'], string>} Whose fault it is. */
export const FAULTS = {
  none: '',
  vantage: 'this vantage',
  path: 'the path from here',
  target: 'the target',
  name: 'the name',
  unknown: 'not known',
};

/** @type {readonly Verdict['kind'][]} */
const SAYS_NOTHING = ['vantage-fault', 'insufficient-data'];

/**
 * The mark of what one vantage saw. What was expected of the vantage is always good.
 * @param {Pick<VantageView, 'vantage' | 'counted' | 'saw'>} view
 * @param {import('./service.js').TargetState['expect']} expect
 * @returns {Mark}
 */
export function sightingMark({ vantage, counted, saw }, expect) {
  // The service may be newer than this page and know a word that the page does not.
  const mark = SIGHTINGS[counted ? saw : 'nothing'] ?? { tone: 'none', sign: '–', word: saw };
  const expected = expect.vantages?.[vantage] ?? expect.everywhere;
  if (!counted || expected === 'open') return mark;
  return { ...mark, tone: saw === expected ? 'good' : 'bad' };
}

/**
 * The mark of a whole verdict.
 * @param {Pick<Verdict, 'kind' | 'asExpected'> | undefined} latest
 * @returns {Mark}
 */
export function verdictMark(latest) {
  if (!latest) return { tone: 'none', sign: '·', word: 'not judged yet' };
  const word = latest.kind.replaceAll('-', ' ');
  if (SAYS_NOTHING.includes(latest.kind)) return { tone: 'warn', sign: '–', word };
  return latest.asExpected ? { tone: 'good', sign: '✓', word } : { tone: 'bad', sign: '!', word };
}

/** @returns {Mark[]} */
export function legend() {
  return Object.values(SIGHTINGS);
}

/**
 * A span of time in the largest unit that is not zero.
 * @param {number} ms
 */
export function duration(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} days`;
}

const CLOCK = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** @param {string} iso */
export function moment(iso) {
  return CLOCK.format(new Date(iso));
}
