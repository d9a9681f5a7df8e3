import { Problem } from './problem.ts';

/**
 * Picks the media type to answer with (RFC 9110, 12.5.1): the offer that `accept` values most, the first offer on a tie or
 * without a header. Throws a 406 {@link Problem} where none is wanted.
 */
export function negotiate<Offer extends string>(
  accept: string | undefined,
  offers: readonly [Offer, ...Offer[]],
): Offer {
  if (accept === undefined || accept.trim() === '') return offers[0];
  const ranges = accept.split(',').map(parseRange);
  let best: { offer: Offer; quality: number } | undefined;
  for (const offer of offers) {
    const quality = qualityOf(offer, ranges);
    if (quality > (best?.quality ?? 0)) best = { offer, quality };
  }
  if (best) return best.offer;
  throw new Problem(406, 'not-acceptable', `this route answers ${offers.join(' or ')}`, {
    extensions: { offers },
  });
}

interface MediaRange {
  type: string;
  quality: number;
}

function parseRange(text: string): MediaRange {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const q = parameters.find((parameter) => parameter.startsWith('q='));
  const quality = q === undefined ? 1 : Number(q.slice(2));
  return { type, quality: quality >= 0 && quality <= 1 ? quality : 0 };
}

/** The most specific range that covers the offer decides. */
function qualityOf(offer: string, ranges: readonly MediaRange[]): number {
  const major = offer.slice(0, offer.indexOf('/'));
  for (const wanted of [offer, `${major}/*`, '*/*']) {
    const range = ranges.find(({ type }) => type === wanted);
    if (range) return range.quality;
  }
  return 0;
}
