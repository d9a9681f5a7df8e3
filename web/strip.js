// @ts-check
import { s } from './dom.js';
import { duration, moment, verdictMark } from './words.js';

/** Units of width. The strip is scaled to the width of the page. */
const WIDTH = 600;
/** A shorter period would not be visible. */
const LEAST = 3;
const HEIGHT = 24;
/** Good is low and bad is high, so that the strip can be read without colour. */
const HEIGHTS = { good: 8, none: 8, warn: 16, bad: HEIGHT };

/**
 * History as one strip that ends with the present on the right. Times without ticks stay empty.
 * @param {import('./service.js').HistoryPeriod[]} stretches newest first
 * @param {{ fromMs: number, toMs: number }} span
 */
export function historyStrip(stretches, { fromMs, toMs }) {
  const scale = WIDTH / (toMs - fromMs);
  const bars = stretches.toReversed().map((stretch) => {
    const { tone, word } = verdictMark(stretch);
    const from = Math.max(fromMs, Date.parse(stretch.from));
    const to = stretch.current ? toMs : Math.min(toMs, Date.parse(stretch.to));
    const width = Math.max(LEAST, (to - from) * scale);
    const x = Math.min(WIDTH - width, Math.max(0, (from - fromMs) * scale));
    const height = HEIGHTS[tone];
    return s(
      'rect',
      {
        class: tone,
        x: x.toFixed(1),
        y: String(HEIGHT - height),
        width: width.toFixed(1),
        height: String(height),
      },
      s(
        'title',
        {},
        `${word}, from ${moment(stretch.from)} to ${stretch.current ? 'now' : moment(stretch.to)}`,
      ),
    );
  });
  const label = describe(stretches, fromMs, toMs);
  return s(
    'svg',
    {
      class: 'strip',
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      preserveAspectRatio: 'none',
      role: 'img',
      'aria-label': label,
    },
    ...bars,
  );
}

/**
 * @param {import('./service.js').HistoryPeriod[]} stretches
 * @param {number} fromMs
 * @param {number} toMs
 */
function describe(stretches, fromMs, toMs) {
  const span = duration(toMs - fromMs);
  if (stretches.length === 0) return `no history in the last ${span}`;
  const bad = stretches.filter((stretch) => verdictMark(stretch).tone === 'bad');
  const badMs = bad.reduce((sum, { from, to, current }) => {
    return sum + ((current ? toMs : Date.parse(to)) - Math.max(fromMs, Date.parse(from)));
  }, 0);
  if (bad.length === 0) return `as expected in all that was seen of the last ${span}`;
  return `not as expected ${bad.length === 1 ? 'once' : `${bad.length} times`} in the last ${span}, ${duration(badMs)} together`;
}
