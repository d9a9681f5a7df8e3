import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import type { AddressView, Verdict } from '../../reachability/verdict.ts';
import { asWritten } from './table.ts';

/** A state has a few packed verdicts and must stay far below DynamoDB's limit of 400 KB for an item. */
export const MAX_PACKED_BYTES = 24_000;

const OPTIONS = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };

export interface Packed {
  packed?: Uint8Array;
  trimmed?: string;
}

/** What is removed, one step after the other, until a verdict fits. Each step replaces the one before. */
const TRIMS: { removed: string; trim: (verdict: Verdict) => Verdict }[] = [
  { removed: 'traces and repeated attempts', trim: (verdict) => withAddresses(verdict, withoutRepeats) },
  {
    removed: 'traces and attempts',
    trim: (verdict) => withAddresses(verdict, (address) => ({ ...address, attempts: [] })),
  },
  {
    removed: 'everything but what each vantage saw',
    trim: (verdict) => ({
      ...verdict,
      vantages: verdict.vantages.map(({ name: _name, traces: _traces, ...view }) => ({
        ...view,
        addresses: [],
      })),
    }),
  },
];

/** Compresses a verdict. Removes parts of it if it is too large, and the whole verdict if that is not enough. */
export function pack(verdict: Verdict): Packed {
  const whole = compress(verdict);
  if (whole.byteLength <= MAX_PACKED_BYTES) return { packed: whole };
  for (const { removed, trim } of TRIMS) {
    const packed = compress(trim(verdict));
    if (packed.byteLength <= MAX_PACKED_BYTES) return { packed, trimmed: removed };
  }
  return { trimmed: 'the verdict' };
}

/** The verdict that was packed. What version 0.1.0 packed has no next steps. */
export function unpack(packed: Uint8Array): Verdict {
  const verdict = asWritten<Verdict | Omit<Verdict, 'nextSteps'>>(decompress(packed));
  return { nextSteps: [], ...verdict };
}

/** Compresses a JSON value. */
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

/** Keeps the first attempt of each outcome. The others differ only in ports and times. */
function withoutRepeats(address: AddressView): AddressView {
  const seen = new Set<string>();
  const attempts = address.attempts.filter(({ outcome }) => !seen.has(outcome) && seen.add(outcome));
  return { ...address, attempts };
}
