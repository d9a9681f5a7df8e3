import { parseAddress } from '../reachability/address.ts';
import {
  PROBE_DEFAULTS,
  type ProbeRequest,
  type TargetRequest,
  type TraceRequest,
} from '../reachability/request.ts';

/** An invalid request; the message is one line for its author. */
export class ProbeRequestError extends Error {
  override readonly name = 'ProbeRequestError';
}

/** The most entries that one request may have; callers split longer lists into several requests. */
export const LIMITS = { targets: 10_000, controls: 100, traces: 200, addressesPerTarget: 64 } as const;

/** The range of every number of a request. */
export const RANGES = {
  round: { from: 1, to: 1000 },
  attempts: { from: 1, to: 10 },
  timeoutMs: { from: 1, to: 600_000 },
  staggerMs: { from: 0, to: 60_000 },
  settleMs: { from: 0, to: 60_000 },
  /** The upper limit is that of a Lambda invocation. */
  deadlineMs: { from: 1, to: 900_000 },
} as const;
const PORTS = { from: 1, to: 65_535 } as const;
const HOPS = { from: 1, to: 64 } as const;

/** Long enough for thousands of targets, or for the kernel's timeout of 127 to 131 s. */
const DEFAULT_DEADLINE_MS = { own: 60_000, kernel: 180_000 } as const;

/** Longer texts are cut in reports, so that an invalid target cannot fill one: a name has at most 253 characters. */
const MAX_HOST_LENGTH = 300;

/** The numbers of a request, with every default filled in. */
export interface Settings {
  round: number | undefined;
  /** Infinity: the kernel's own timeout. */
  timeoutMs: number;
  attempts: number;
  staggerMs: number;
  settleMs: number;
  deadlineMs: number;
}

/** Fills in the defaults. `maxDeadlineMs`, the limit of the place that the probe runs in, caps the deadline of the request. */
export function settingsOf(request: ProbeRequest, maxDeadlineMs = Infinity): Settings {
  const given = request.timeoutMs ?? PROBE_DEFAULTS.timeoutMs;
  const timeoutMs = given === 'kernel' ? Infinity : given;
  const attempts = request.attempts ?? PROBE_DEFAULTS.attempts;
  const deadlineMs = request.deadlineMs ?? DEFAULT_DEADLINE_MS[given === 'kernel' ? 'kernel' : 'own'];
  return {
    round: request.round,
    timeoutMs,
    attempts,
    // At least half of the time is left for the answer to the last attempt.
    staggerMs: Math.min(
      request.staggerMs ?? PROBE_DEFAULTS.staggerMs,
      timeoutMs / 2 / Math.max(1, attempts - 1),
    ),
    settleMs: request.settleMs ?? PROBE_DEFAULTS.settleMs,
    deadlineMs: Math.min(deadlineMs, maxDeadlineMs),
  };
}

/**
 * Reads a probe request from an untrusted value. An error of the whole request throws {@link ProbeRequestError}. An invalid target or
 * control stays in the list, and the probe reports it as not tried: it does not affect the others. Unknown keys are ignored, so that
 * newer callers can use older probes.
 */
export function parseProbeRequest(value: unknown): ProbeRequest {
  if (!isRecord(value)) throw invalid('must be a JSON object, for example {"targets":[…]}');
  const request: ProbeRequest = { targets: list(value, 'targets').map(readTarget) };
  if (value['controls'] !== undefined) {
    request.controls = list(value, 'controls').map((entry) => {
      const { host, port } = readTarget(entry);
      return { host, port };
    });
  }
  if (value['traces'] !== undefined) request.traces = list(value, 'traces').map(readTrace);
  if (request.targets.length + (request.controls?.length ?? 0) + (request.traces?.length ?? 0) === 0) {
    throw invalid('targets is empty; give at least one target');
  }
  if (value['timeoutMs'] === 'kernel') request.timeoutMs = 'kernel';
  else setNumber(request, value, 'timeoutMs');
  for (const key of ['round', 'attempts', 'staggerMs', 'settleMs', 'deadlineMs'] as const)
    setNumber(request, value, key);
  return request;
}

function setNumber(request: ProbeRequest, value: Record<string, unknown>, key: keyof typeof RANGES): void {
  const given = value[key];
  if (given === undefined) return;
  if (!isWithin(RANGES[key], given)) {
    throw invalid(notWithin(key, given, RANGES[key]) + (key === 'timeoutMs' ? ' or "kernel"' : ''));
  }
  request[key] = given;
}

function list(value: Record<string, unknown>, key: 'targets' | 'controls' | 'traces'): unknown[] {
  const entries = value[key];
  if (!Array.isArray(entries)) throw invalid(`${key} must be a list`);
  if (entries.length <= LIMITS[key]) return entries;
  throw invalid(
    `${key} has ${entries.length} entries, the limit is ${LIMITS[key]}; split it into several requests`,
  );
}

function readTarget(entry: unknown): TargetRequest {
  if (!isRecord(entry)) return { host: notAString(entry), port: 0 };
  const { host, port, addresses } = entry;
  const target: TargetRequest = {
    host: typeof host === 'string' ? cut(host) : notAString(host),
    port: typeof port === 'number' && Number.isInteger(port) ? port : 0,
  };
  if (addresses === undefined) return target;
  const texts = Array.isArray(addresses) ? addresses : [addresses];
  target.addresses = texts
    .slice(0, LIMITS.addressesPerTarget + 1)
    .map((address) => (typeof address === 'string' ? cut(address) : notAString(address)));
  return target;
}

function readTrace(entry: unknown, index: number): TraceRequest {
  const { address, port, maxHops } = isRecord(entry) ? entry : {};
  if (typeof address !== 'string' || !isWithin(PORTS, port)) {
    throw invalid(`traces[${index}] must have an address and a port`);
  }
  // The aggregator rejects a whole report that has a trace to anything but an address.
  const parsed = parseAddress(address);
  if (!parsed) {
    throw invalid(
      `traces[${index}].address is ${show(address)}, but must be an IP address; resolve the name first`,
    );
  }
  const trace: TraceRequest = { address: parsed.text, port };
  if (maxHops === undefined) return trace;
  if (!isWithin(HOPS, maxHops)) throw invalid(notWithin(`traces[${index}].maxHops`, maxHops, HOPS));
  return { ...trace, maxHops };
}

interface Range {
  from: number;
  to: number;
}

function isWithin({ from, to }: Range, value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to;
}

function notWithin(key: string, value: unknown, { from, to }: Range): string {
  return `${key} is ${show(value)}, but must be a whole number from ${from} to ${to}`;
}

function invalid(problem: string): ProbeRequestError {
  return new ProbeRequestError(`probe request: ${problem}`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Stands for a host in the report and is never a valid one: a bare 5 would be 0.0.0.5. */
function notAString(value: unknown): string {
  return cut(`not a string: ${show(value)}`);
}

function show(value: unknown): string {
  return cut(JSON.stringify(value) ?? String(value));
}

function cut(text: string): string {
  return text.length > MAX_HOST_LENGTH ? `${text.slice(0, MAX_HOST_LENGTH - 1)}…` : text;
}
