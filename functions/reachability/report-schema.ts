import * as z from 'zod/mini';
import type { ProbeReport } from './report.ts';
import { NAME_OUTCOMES, OUTCOMES, STAGES } from './words.ts';

/** Something that should have been a probe's report and is not; the message is one line that says where. */
export class ReportError extends Error {
  override readonly name = 'ReportError';
}

const ms = z.number().check(z.nonnegative());
/** Not only a port: a probe that was asked for a port there is not says so in `notTried`, and repeats it. */
const port = z.int();
const family = z.literal([4, 6]);
const text = z.string().check(z.maxLength(2000));
/** More than any honest report holds, and few enough to read without harm. */
const LIST_LIMIT = 100_000;
function list<T extends z.core.$ZodType>(item: T): z.ZodMiniArray<T> {
  return z.array(item).check(z.maxLength(LIST_LIMIT));
}

const attempt = z.object({
  outcome: z.enum(OUTCOMES),
  stage: z.enum(STAGES),
  startedMs: z.number(),
  elapsedMs: ms,
  handshakeMs: z.optional(ms),
  errno: z.optional(text),
  localPort: z.optional(port),
  synRetransmits: z.optional(z.int().check(z.nonnegative())),
  synRetransmitsFrom: z.optional(z.enum(['proc', 'tcp-info', 'time'])),
  socketState: z.optional(text),
  reason: z.optional(text),
  icmp: z.optional(z.object({ type: z.int(), code: z.int(), name: text, from: text })),
  refusedBy: z.optional(z.enum(['rst', 'icmp-port-unreachable'])),
});

const name = z.object({
  outcome: z.enum(['resolved', ...NAME_OUTCOMES]),
  addresses: list(text),
  elapsedMs: ms,
  errorCode: z.optional(text),
  servers: z.optional(list(text)),
});

const targetReport = z.object({
  host: text,
  port,
  name: z.optional(name),
  addresses: list(z.object({ address: text, family, attempts: list(attempt) })),
  notTried: z.optional(text),
});

const hop = z.object({ ttl: z.int(), from: z.optional(text), elapsedMs: z.optional(ms), answer: text });

const report = z.object({
  vantage: z.optional(text),
  round: z.optional(z.int()),
  startedAt: z.iso.datetime({ offset: true }),
  elapsedMs: ms,
  targets: list(targetReport),
  controls: list(z.object({ host: text, port, before: targetReport, after: z.optional(targetReport) })),
  traces: z.optional(
    list(
      z.object({ address: text, port, hops: list(hop), reached: z.boolean(), unavailable: z.optional(text) }),
    ),
  ),
  system: z.optional(
    z.object({
      platform: text,
      kernel: z.optional(text),
      node: z.optional(text),
      region: z.optional(text),
      evidence: list(text),
    }),
  ),
  omitted: z.optional(text),
});

/**
 * Reads what a vantage answered as a report; keys that are not a report's are dropped.
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
