import * as z from 'zod/mini';
import { parseAddress } from './address.ts';
import { isCleanText } from './clean-text.ts';
import { NAME_OUTCOMES, OUTCOMES, STAGES } from './words.ts';

/**
 * What a probe reports, as schemas. The types are inferred from them, and the descriptions of the API are generated from them.
 * The probe imports the types alone, so its bundle has no validation.
 */

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

const milliseconds = z.number().check(z.nonnegative(), z.lte(LONGEST_MS));
const count = z.int().check(z.nonnegative(), z.lte(1e6));
/** Not only a port: a probe that was asked for an invalid port reports so in `notTried`, and repeats it. */
const port = z.int();
const family = z.literal([4, 6]);
export type Family = z.output<typeof family>;

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

const icmpEvidence = z.object({
  type: z.int(),
  code: z.int(),
  /** The name of type and code, e.g. `administratively-prohibited`. */
  name: code,
  /** The router or host that sent it. */
  from: address,
});
/** An ICMP error as the kernel's error queue kept it (ip(7), IP_RECVERR). */
export interface IcmpEvidence extends z.output<typeof icmpEvidence> {}

export const attemptSchema = z
  .object({
    outcome: z.enum(OUTCOMES),
    stage: z.enum(STAGES),
    /** Since the report's `startedAt`. */
    startedMs: z.number().check(z.gte(-LONGEST_MS), z.lte(LONGEST_MS)),
    /** From the connect call to its end, without the time that an open connection is watched. */
    elapsedMs: milliseconds,
    /** From the connect call to the SYN-ACK; only where the handshake was completed. */
    handshakeMs: z.exactOptional(milliseconds),
    /** As the system named it, e.g. `ECONNREFUSED`. */
    errno: z.exactOptional(code),
    localPort: z.exactOptional(port),
    /** SYNs sent again, from /proc/net/tcp, TCP_INFO, or (`synRetransmitsFrom: 'time'`) the handshake time. */
    synRetransmits: z.exactOptional(count),
    synRetransmitsFrom: z.exactOptional(z.enum(['proc', 'tcp-info', 'time'])),
    /** The last state of the socket as netstat would show it, e.g. `SYN_SENT`. */
    socketState: z.exactOptional(code),
    /** Why it was `denied`, or what the local fault is, in a few words. */
    reason: z.exactOptional(words),
    icmp: z.exactOptional(icmpEvidence),
    /** What refused the connection, where the kernel reports it: a TCP RST or an ICMP port unreachable. */
    refusedBy: z.exactOptional(z.enum(['rst', 'icmp-port-unreachable'])),
  })
  .check(z.describe('One TCP connect, on a new socket, to one address, with the evidence of the kernel.'));
/** One TCP connect, on a new socket, to one address. */
export interface Attempt extends z.output<typeof attemptSchema> {}

/** The shape alone; a report also has to give the right family. */
export const addressReportSchema = z.object({
  address,
  family,
  attempts: list(attemptSchema, MOST.attempts),
});
export interface AddressReport extends z.output<typeof addressReportSchema> {}

const checkedAddressReport = addressReportSchema.check(({ value, issues }) => {
  if (value.family === (value.address.includes(':') ? 6 : 4)) return;
  const message = `${value.address} is not of this family`;
  issues.push({ code: 'custom', message, input: value, path: ['family'] });
});

export const nameReportSchema = z.object({
  outcome: z.enum(['resolved', ...NAME_OUTCOMES]),
  /** Canonical, sorted, IPv4 first; at most 64. */
  addresses: z.pipe(
    list(address, MOST.namedAddresses),
    z.transform((addresses) => addresses.slice(0, MOST.addresses)),
  ),
  denied: z.exactOptional(
    count.check(
      z.describe(
        'How many more addresses the name has that the address policy of the vantage forbids. They are not listed.',
      ),
    ),
  ),
  elapsedMs: milliseconds,
  /** The code of the DNS library, e.g. `ENOTFOUND`, `ESERVFAIL`. */
  errorCode: z.exactOptional(code),
  /** The name servers that were asked. */
  servers: z.exactOptional(list(text(300), MOST.servers)),
});
/** The result of the vantage's own look-up of a name. */
export interface NameReport extends z.output<typeof nameReportSchema> {}

const targetReport = z
  .object({
    host,
    port,
    /** Absent for literals. */
    name: z.exactOptional(nameReportSchema),
    addresses: list(checkedAddressReport, MOST.addresses),
    /** Why nothing was tried, e.g. an invalid target or a deadline that has passed. */
    notTried: z.exactOptional(words),
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
export interface TargetReport extends z.output<typeof targetReport> {}

const controlReport = z.object({
  host,
  port,
  before: targetReport,
  after: z.exactOptional(targetReport),
});
/** A control before and after the targets; `after` is absent where there was no time left. */
export interface ControlReport extends z.output<typeof controlReport> {}

const hop = z.object({
  ttl: z.int().check(z.gte(0), z.lte(255)),
  /** The router that answered; absent where none did. */
  from: z.exactOptional(address),
  elapsedMs: z.exactOptional(milliseconds),
  /** `time-exceeded`, `silence`, `connected`, `refused`, or the ICMP error that ended the trace. */
  answer: code,
});
export interface Hop extends z.output<typeof hop> {}

export const traceSchema = z.object({
  address,
  port,
  hops: list(hop, MOST.hops),
  /** Whether an answer of the target ended the trace. */
  reached: z.boolean(),
  /** Why no trace was possible from this vantage, e.g. no kernel evidence. */
  unavailable: z.exactOptional(words),
});
/** The path to one address as TCP SYNs of rising TTL found it. */
export interface Trace extends z.output<typeof traceSchema> {}

export const reportSchema = z.object({
  /** Set by the caller; in files for `synwhere compare`, the file name is used. */
  vantage: z.exactOptional(text(300)),
  round: z.exactOptional(z.int()),
  /** ISO 8601. */
  startedAt: z.iso.datetime({ offset: true }).check(z.maxLength(64)),
  elapsedMs: milliseconds,
  targets: list(targetReport, MOST.targets),
  controls: list(controlReport, MOST.controls),
  traces: z.exactOptional(list(traceSchema, MOST.traces)),
  system: z.exactOptional(
    z.object({
      platform: code,
      kernel: z.exactOptional(text(300)),
      node: z.exactOptional(code),
      region: z.exactOptional(code),
      evidence: list(code, MOST.evidence),
    }),
  ),
  /** What had to be left out to fit the payload limit, in words. */
  omitted: z.exactOptional(words),
});
/** What one vantage saw in one round. */
export interface ProbeReport extends z.output<typeof reportSchema> {}

/** The answer of one vantage in one round: its report, or why there is none. */
export type VantageAnswer = {
  vantage: string;
  /** Whose network the vantage is in, e.g. `aws`; absent where that is not known. */
  network?: string;
} & ({ report: ProbeReport } | { absent: string });

/** Something that should have been a probe's report and is not; the message is one line that names the place. */
export class ReportError extends Error {
  override readonly name = 'ReportError';
}

/**
 * Reads the answer of a vantage as a report. Keys that a report does not have are dropped, and addresses come out in canonical
 * form. Throws {@link ReportError} with the place and what is expected there.
 */
export function parseReport(value: unknown): ProbeReport {
  const result = z.safeParse(reportSchema, value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where =
    issue?.path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('') ?? '';
  throw new ReportError(
    `not a report: ${where.replace(/^\./, '') || 'the whole answer'}: ${issue?.message ?? 'unreadable'}`,
  );
}
