// @ts-check
import { h } from './dom.js';
import * as service from './service.js';
import { historyStrip } from './strip.js';
import { duration, FAULTS, moment, sightingMark, verdictMark } from './words.js';

/** History changes with the ticks. It is not read more often than this. */
const HISTORY_EVERY_MS = 30_000;
let rows = 0;

/** One target: a button with the verdict, and below it, once opened, the reasons. */
export class TargetRow {
  element = h('li');
  #button = h('button', { type: 'button', class: 'row', 'aria-expanded': 'false' });
  #detail = h('div', { class: 'detail', hidden: true, id: `detail-${++rows}` });
  #history = h('span', { class: 'history' });
  /** @type {service.TargetState | undefined} */
  #state;
  /** The answer that the opened part shows. */
  #shown = '';
  #historyKey = '';
  #historyAtMs = 0;

  constructor() {
    this.#button.setAttribute('aria-controls', this.#detail.id);
    this.#button.addEventListener('click', () => void this.#toggle());
    this.element.append(this.#button, this.#detail);
  }

  /** @param {service.TargetState} state */
  update(state) {
    this.#state = state;
    const { latest } = state;
    const mark = verdictMark(latest);
    this.#button.replaceChildren(
      h('span', { class: `mark whole ${mark.tone}`, 'aria-hidden': 'true' }, mark.sign),
      h(
        'span',
        { class: 'about' },
        h(
          'span',
          { class: 'first' },
          h('span', { class: 'name' }, state.target),
          h('span', { class: `kind ${mark.tone}` }, mark.word),
        ),
        ...(latest && mark.tone !== 'good' ? [h('span', { class: 'summary' }, latest.summary)] : []),
      ),
      h('span', { class: 'cells' }, ...(latest?.vantages ?? []).map((view) => cell(view, state.expect))),
      this.#history,
      h('span', { class: 'chevron', 'aria-hidden': 'true' }, '›'),
    );
    if (!this.#detail.hidden) void this.#explain();
  }

  /**
   * Draws the strip for the last `minutes`. Requests the history only where it may have changed.
   * @param {number} minutes
   * @param {number} nowMs
   */
  async showHistory(minutes, nowMs) {
    const key = `${minutes} ${this.#state?.since ?? ''} ${this.#state?.latest?.at ?? ''}`;
    if (key === this.#historyKey && nowMs - this.#historyAtMs < HISTORY_EVERY_MS) return;
    const name = this.#state?.target;
    if (name === undefined) return;
    this.#historyKey = key;
    this.#historyAtMs = nowMs;
    const fromMs = nowMs - minutes * 60_000;
    const { stretches } = await service.history(name, new Date(fromMs));
    if (key === this.#historyKey)
      this.#history.replaceChildren(historyStrip(stretches, { fromMs, toMs: nowMs }));
  }

  async #toggle() {
    const open = this.#detail.hidden;
    this.#detail.hidden = !open;
    this.#button.setAttribute('aria-expanded', String(open));
    if (open) await this.#explain();
  }

  async #explain() {
    const state = this.#state;
    if (!state) return;
    const made = JSON.stringify([state.latest, state.since, state.incident?.updatedAt]);
    if (made === this.#shown) return;
    this.#shown = made;
    try {
      const { verdict } = await service.target(state.target);
      if (made === this.#shown) this.#detail.replaceChildren(...explanation(state, verdict));
    } catch (error) {
      this.#shown = '';
      this.#detail.replaceChildren(
        h('p', { class: 'quiet' }, `No details: ${error instanceof Error ? error.message : String(error)}`),
      );
    }
  }
}

/**
 * @param {NonNullable<service.TargetState['latest']>['vantages'][number]} view
 * @param {service.TargetState['expect']} expect
 */
function cell(view, expect) {
  const { tone, sign, word } = sightingMark(view, expect);
  const label = `${view.vantage}: ${word}${view.abstained === undefined ? '' : ` (${view.abstained})`}`;
  return h('span', { class: `mark ${tone}`, role: 'img', title: label, 'aria-label': label }, sign);
}

/**
 * @param {service.TargetState} state
 * @param {service.TargetAnswer['verdict']} verdict
 * @returns {Node[]}
 */
function explanation({ latest, since, expect, labels }, verdict) {
  if (!latest) return [h('p', { class: 'quiet' }, 'No tick has judged it yet.')];
  const about = [
    since === undefined
      ? ''
      : `Since ${moment(since)} (${duration(Date.parse(latest.at) - Date.parse(since))})`,
    `confidence ${latest.confidence}`,
    expect.everywhere === 'open' ? '' : `expected: ${expect.everywhere}`,
    ...Object.entries(labels ?? {}).map(([name, value]) => `${name}: ${value}`),
  ];
  const timed = latest.vantages.some(({ handshakeMs }) => handshakeMs !== undefined);
  const troubled = latest.vantages.some(({ fault }) => FAULTS[fault] !== '');
  const columns = ['Vantage', 'Sees', ...(timed ? ['Handshake'] : []), ...(troubled ? ['Fault'] : [])];
  return [
    // The row itself already shows the summary of a problem.
    ...(verdictMark(latest).tone === 'good' ? [h('p', {}, latest.summary)] : []),
    h('p', { class: 'quiet' }, about.filter(Boolean).join(' · ')),
    ...facts('Because', verdict?.because ?? []),
    ...facts('Not ruled out', verdict?.notRuledOut ?? []),
    ...facts('Next steps', verdict?.nextSteps ?? []),
    h('h3', {}, 'From each vantage'),
    h(
      'div',
      { class: 'scroll' },
      h(
        'table',
        {},
        h('thead', {}, h('tr', {}, ...columns.map((text) => h('th', { scope: 'col' }, text)))),
        h('tbody', {}, ...latest.vantages.map((view) => vantageLine(view, expect, { timed, troubled }))),
      ),
    ),
  ];
}

/**
 * @param {NonNullable<service.TargetState['latest']>['vantages'][number]} view
 * @param {service.TargetState['expect']} expect
 * @param {{ timed: boolean, troubled: boolean }} columns
 */
function vantageLine(view, expect, { timed, troubled }) {
  const { tone, sign, word } = sightingMark(view, expect);
  const { handshakeMs: ms, abstained } = view;
  const handshake = ms === undefined ? '' : `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
  return h(
    'tr',
    {},
    h('td', {}, view.vantage),
    h(
      'td',
      {},
      h(
        'span',
        { class: 'sighting' },
        h('span', { class: `mark ${tone}`, 'aria-hidden': 'true' }, sign),
        ` ${word}`,
      ),
      ...(abstained === undefined ? [] : [h('span', { class: 'remark quiet' }, abstained)]),
    ),
    ...(timed ? [h('td', { class: 'number' }, handshake)] : []),
    ...(troubled ? [h('td', {}, FAULTS[view.fault] ?? view.fault)] : []),
  );
}

/**
 * @param {string} title
 * @param {string[]} lines
 */
function facts(title, lines) {
  if (lines.length === 0) return [];
  return [
    h('h3', {}, title),
    h('ul', { class: 'facts' }, ...lines.map((line) => h('li', {}, ...withCommands(line)))),
  ];
}

/**
 * Text between backticks is shown as code.
 * @param {string} line
 */
function withCommands(line) {
  return line.split('`').map((part, index) => (index % 2 === 1 ? h('code', {}, part) : part));
}
