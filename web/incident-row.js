// @ts-check
import { h } from './dom.js';
import { duration, moment } from './words.js';

/** One open incident, of a target or of a vantage. */
export class IncidentRow {
  element = h('li');

  /** @param {{ incident: import('./service.js').IncidentsAnswer['incidents'][number], nowMs: number }} item */
  update({ incident, nowMs }) {
    const { subject, kind, openedAt, flapping, evidence } = incident;
    const name = subject.type === 'target' ? subject.target : `vantage ${subject.vantage}`;
    const opened = h(
      'time',
      { datetime: openedAt, title: moment(openedAt) },
      `for ${duration(nowMs - Date.parse(openedAt))}`,
    );
    this.element.replaceChildren(
      h(
        'div',
        { class: 'incident-head' },
        h('span', { class: 'name' }, name),
        h('span', { class: 'kind bad' }, kind.replaceAll('-', ' ')),
        ...(flapping ? [h('span', { class: 'kind warn' }, 'flapping')] : []),
        h('span', { class: 'quiet' }, opened),
      ),
      h('p', { class: 'quiet' }, evidence.summary),
    );
  }
}
