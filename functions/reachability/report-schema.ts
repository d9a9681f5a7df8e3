import * as z from 'zod/mini';
import { parseAddress } from './address.ts';
import { isCleanText } from './clean-text.ts';
import type { ProbeReport } from './report.ts';
import { NAME_OUTCOMES, OUTCOMES, STAGES } from './words.ts';

/** Something that should have been a probe's report and is not; the message is one line that says where. */
export class ReportError extends Error {
  override readonly name = 'ReportError';
}

/** Eleven days: longer than any round, and no sum of them loses a millisecond. */
const LONGEST_MS = 1e9;
/** What one report may hold of each; a probe is asked for no more (`LIMITS` in probe/request.ts), and its lists are short. */
const MOST = {
  targets: 10_000,
  controls: 100,
  traces: 200,
  hops: 64,
  addresses: 64,
  /** All that one DNS answer of 64 KiB for each family can hold; those after the first `addresses` are dropped. */
  namedAddresses: 7000,
  attempts: 32,
  servers: 64,
  evidence: 64,
} as const;

const ms = z.number().check(z.nonnegative(), z.lte(LONGEST_MS));
const count = z.int().check(z.nonnegative(), z.lte(1e6));
/** Not only a port: a probe that was asked for a port there is not says so in `notTried`, and repeats it. */
const port = z.int();
const family = z.literal([4, 6]);

/**
 * Texts go into terminals, mails and web hooks, so they are printable. A probe writes text from others as clean text
 * (`cleanText`), so an honest report has only clean texts.
 */
function text(most: number) {
  return z
    .string()
    .check(
      z.maxLength(most),
      z.refine(isCleanText, 'text with control, format or line separator characters'),
    );
}

/** A code such as `ECONNREFUSED`, `SYN_SENT` or `time-exceeded`. */
const code = text(64);
const words = text(1000);
/** The longest name has 253 characters; a probe cuts what is longer than 300, and writes each odd character as a code point. */
const host = text(3000);

/** Any spelling of an IP address; comes out in the canonical one, so that equal addresses are equal texts. */
const address = z.pipe(
  z.string().check(z.maxLength(100)),
  z.transform((spelling, context): string => {
    const parsed = parseAddress(spelling);
    if (parsed) return parsed.text;
    context.issues.push({ code: 'custom', message: 'not an IP address', input: spelling });
    return '';
  }),
);

function list<T extends z.core.$ZodType>(item: T, most: number): z.ZodMiniArray<T> {
  return z.array(item).check(z.maxLength(most));
}

const attempt = z.object({
  outcome: z.enum(OUTCOMES),
  stage: z.enum(STAGES),
  startedMs: z.number().check(z.gte(-LONGEST_MS), z.lte(LONGEST_MS)),
  elapsedMs: ms,
  handshakeMs: z.optional(ms),
  errno: z.optional(code),
  localPort: z.optional(port),
  synRetransmits: z.optional(count),
  synRetransmitsFrom: z.optional(z.enum(['proc', 'tcp-info', 'time'])),
  socketState: z.optional(code),
  reason: z.optional(words),
  icmp: z.optional(z.object({ type: z.int(), code: z.int(), name: code, from: address })),
  refusedBy: z.optional(z.enum(['rst', 'icmp-port-unreachable'])),
});

const addressReport = z
  .object({ address, family, attempts: list(attempt, MOST.attempts) })
  .check(({ value, issues }) => {
    if (value.family === (value.address.includes(':') ? 6 : 4)) return;
    const message = `${value.address} is not of this family`;
    issues.push({ code: 'custom', message, input: value, path: ['family'] });
  });

const name = z.object({
  outcome: z.enum(['resolved', ...NAME_OUTCOMES]),
  addresses: z.pipe(
    list(address, MOST.namedAddresses),
    z.transform((addresses) => addresses.slice(0, MOST.addresses)),
  ),
  denied: z.optional(count),
  elapsedMs: ms,
  errorCode: z.optional(code),
  servers: z.optional(list(text(300), MOST.servers)),
});

const targetReport = z
  .object({
    host,
    port,
    name: z.optional(name),
    addresses: list(addressReport, MOST.addresses),
    notTried: z.optional(words),
  })
  .check(({ value, issues }) => {
    const literal = parseAddress(value.host)?.text;
    const seen = new Set<string>();
    for (const [index, view] of value.addresses.entries()) {
      const message =
        literal !== undefined && view.address !== literal
          ? 'not the address that was asked for'
          : seen.has(view.address)
            ? `${view.address} for the second time`
            : undefined;
      seen.add(view.address);
      if (message === undefined) continue;
      issues.push({ code: 'custom', message, input: value, path: ['addresses', index, 'address'] });
      return;
    }
  });

const hop = z.object({
  ttl: z.int().check(z.gte(0), z.lte(255)),
  from: z.optional(address),
  elapsedMs: z.optional(ms),
  answer: code,
});

const trace = z.object({
  address,
  port,
  hops: list(hop, MOST.hops),
  reached: z.boolean(),
  unavailable: z.optional(words),
});

const report = z.object({
  vantage: z.optional(text(300)),
  round: z.optional(z.int()),
  startedAt: z.iso.datetime({ offset: true }).check(z.maxLength(64)),
  elapsedMs: ms,
  targets: list(targetReport, MOST.targets),
  controls: list(
    z.object({ host, port, before: targetReport, after: z.optional(targetReport) }),
    MOST.controls,
  ),
  traces: z.optional(list(trace, MOST.traces)),
  system: z.optional(
    z.object({
      platform: code,
      kernel: z.optional(text(300)),
      node: z.optional(code),
      region: z.optional(code),
      evidence: list(code, MOST.evidence),
    }),
  ),
  omitted: z.optional(words),
});

/**
 * Reads what a vantage answered as a report. Keys that are not a report's are dropped, and addresses come out in canonical form.
 * Throws {@link ReportError} with the place and what should stand there.
 */
export function parseReport(value: unknown): ProbeReport {
  const result = z.safeParse(report, value);
  if (result.success) return withoutUndefined(result.data);
  const [issue] = result.error.issues;
  const where =
    issue?.path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('') ?? '';
  throw new ReportError(
    `not a report: ${where.replace(/^\./, '') || 'the whole answer'}: ${issue?.message ?? 'unreadable'}`,
  );
}

/** What has passed the schema came from JSON, where no key holds undefined; the types cannot know that. */
function withoutUndefined(data: z.infer<typeof report>): ProbeReport {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return data as ProbeReport;
}
