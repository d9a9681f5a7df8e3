import { Problem } from './problem.ts';

/**
 * Selects the media type of the answer (RFC 9110, 12.5.1): the offer with the highest quality in `accept`, or the first one on a tie
 * or without a header. An offer may have a `version`. Throws a 406 {@link Problem} if no offer is acceptable.
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
  throw new Problem(406, 'not-acceptable', `this route returns ${offers.join(' or ')}`, {
    extensions: { offers },
  });
}

interface MediaRange {
  type: string;
  /** The version of the format. Undefined: any version. */
  version: string | undefined;
  quality: number;
}

function parseRange(text: string): MediaRange {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const value = (name: string): string | undefined =>
    parameters.find((parameter) => parameter.startsWith(`${name}=`))?.slice(name.length + 1);
  const q = value('q');
  const quality = q === undefined ? 1 : Number(q);
  return {
    type,
    version: value('version')?.replaceAll('"', ''),
    quality: quality >= 0 && quality <= 1 ? quality : 0,
  };
}

/** The quality of the most specific range that covers the offer. A range with a version covers only this version. */
function qualityOf(text: string, ranges: readonly MediaRange[]): number {
  const offer = parseRange(text);
  const major = offer.type.slice(0, offer.type.indexOf('/'));
  const named = ranges.filter(({ type }) => type === offer.type);
  const range =
    named.find(({ version }) => version !== undefined && version === offer.version) ??
    named.find(({ version }) => version === undefined) ??
    ranges.find(({ type }) => type === `${major}/*`) ??
    ranges.find(({ type }) => type === '*/*');
  return range?.quality ?? 0;
}
