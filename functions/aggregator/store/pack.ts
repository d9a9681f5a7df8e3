import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import type { AddressView, Verdict } from '../../reachability/verdict.ts';
import { asWritten } from './table.ts';

/** A state holds a few packed verdicts and must stay far below DynamoDB's 400 KB an item. */
export const MAX_PACKED_BYTES = 24_000;

const OPTIONS = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };

export interface Packed {
  packed?: Uint8Array;
  trimmed?: string;
}

/** What is given up, step by step, until a verdict fits; each step takes the one before it as given. */
const TRIMS: { words: string; trim: (verdict: Verdict) => Verdict }[] = [
  { words: 'traces and repeated attempts', trim: (verdict) => withAddresses(verdict, withoutRepeats) },
  {
    words: 'traces and attempts',
    trim: (verdict) => withAddresses(verdict, (address) => ({ ...address, attempts: [] })),
  },
  {
    words: 'everything but what each vantage saw',
    trim: (verdict) => ({
      ...verdict,
      vantages: verdict.vantages.map(({ name: _name, traces: _traces, ...view }) => ({
        ...view,
        addresses: [],
      })),
    }),
  },
];

/** A verdict as few bytes, trimmed where it must be, left out where even that is too much. */
export function pack(verdict: Verdict): Packed {
  const whole = compress(verdict);
  if (whole.byteLength <= MAX_PACKED_BYTES) return { packed: whole };
  for (const { words, trim } of TRIMS) {
    const packed = compress(trim(verdict));
    if (packed.byteLength <= MAX_PACKED_BYTES) return { packed, trimmed: words };
  }
  return { trimmed: 'the verdict' };
}

export function unpack(packed: Uint8Array): Verdict {
  return asWritten<Verdict>(decompress(packed));
}

/** Any JSON as few bytes. */
export function compress(value: unknown): Uint8Array {
  return brotliCompressSync(JSON.stringify(value), OPTIONS);
}

export function decompress(packed: Uint8Array): unknown {
  return JSON.parse(brotliDecompressSync(packed).toString('utf8'));
}

function withAddresses(verdict: Verdict, change: (address: AddressView) => AddressView): Verdict {
  return {
    ...verdict,
    vantages: verdict.vantages.map(({ traces: _traces, ...view }) => ({
      ...view,
      addresses: view.addresses.map(change),
    })),
  };
}

/** Keeps the first attempt of each outcome: the others say the same with other ports. */
function withoutRepeats(address: AddressView): AddressView {
  const seen = new Set<string>();
  const attempts = address.attempts.filter(({ outcome }) => !seen.has(outcome) && seen.add(outcome));
  return { ...address, attempts };
}
