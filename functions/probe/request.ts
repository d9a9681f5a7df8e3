import { parseAddress } from '../reachability/address.ts';
import type { ProbeRequest, Target, TargetRequest, TraceRequest } from '../reachability/request.ts';

/** A request that cannot be meant; the message is one line for whoever wrote it. */
export class ProbeRequestError extends Error {
  override readonly name = 'ProbeRequestError';
}

/** What one request may ask for at most; more is cut into several requests by whoever asks. */
export const LIMITS = { targets: 10_000, controls: 100, traces: 200, addressesPerTarget: 64 } as const;

/** Every number of a request: its default (none: absent stays absent) and the range that is taken. */
const NUMBERS = {
  round: { from: 1, to: 1000 },
  attempts: { from: 1, to: 10 },
  timeoutMs: { from: 1, to: 600_000 },
  staggerMs: { from: 0, to: 60_000 },
  settleMs: { from: 0, to: 60_000 },
  deadlineMs: { from: 1, to: 900_000 },
} as const;

/** Longer texts are cut in reports, so that a bad target cannot fill one: a name has at most 253 characters. */
const LONGEST_HOST = 300;

/**
 * Reads a probe request of unknown make. What concerns the whole request throws {@link ProbeRequestError}; a single target or
 * control that is wrong stays in the list, for the probe to report as not tried: it costs only itself. Unknown keys are left alone, so that
 * newer callers can talk to older probes.
 */
export function parseProbeRequest(value: unknown): ProbeRequest {
  if (!isRecord(value))
    throw new ProbeRequestError('probe request: not a JSON object; write {"targets":[…]}');
  const request: ProbeRequest = { targets: list(value, 'targets', LIMITS.targets).map(readTarget) };
  if (value['controls'] !== undefined) {
    request.controls = list(value, 'controls', LIMITS.controls).map((entry) => {
      const { host, port }: Target = readTarget(entry);
      return { host, port };
    });
  }
  if (value['traces'] !== undefined) {
    request.traces = list(value, 'traces', LIMITS.traces).map(readTrace);
  }
  if (request.targets.length + (request.controls?.length ?? 0) + (request.traces?.length ?? 0) === 0) {
    throw new ProbeRequestError('probe request: targets is empty; name at least one target');
  }
  if (value['timeoutMs'] === 'kernel') request.timeoutMs = 'kernel';
  else setNumber(request, value, 'timeoutMs');
  for (const key of ['round', 'attempts', 'staggerMs', 'settleMs', 'deadlineMs'] as const)
    setNumber(request, value, key);
  return request;
}

function setNumber(request: ProbeRequest, value: Record<string, unknown>, key: keyof typeof NUMBERS): void {
  const given = value[key];
  if (given === undefined) return;
  const { from, to } = NUMBERS[key];
  if (typeof given !== 'number' || !Number.isInteger(given) || given < from || given > to) {
    const also = key === 'timeoutMs' ? ' or "kernel"' : '';
    throw new ProbeRequestError(
      `probe request: ${key} is ${show(given)}, not a whole number from ${from} to ${to}${also}`,
    );
  }
  request[key] = given;
}

function list(value: Record<string, unknown>, key: string, most: number): unknown[] {
  const entries = value[key];
  if (!Array.isArray(entries)) throw new ProbeRequestError(`probe request: ${key} is not a list`);
  if (entries.length > most) {
    throw new ProbeRequestError(
      `probe request: ${entries.length} ${key}, at most ${most} fit one request; send several`,
    );
  }
  return entries;
}

function readTarget(entry: unknown): TargetRequest {
  if (!isRecord(entry)) return { host: misfit(entry), port: 0 };
  const { host, port, addresses } = entry;
  const target: TargetRequest = {
    host: typeof host === 'string' ? cut(host) : misfit(host),
    port: typeof port === 'number' && Number.isInteger(port) ? port : 0,
  };
  if (addresses === undefined) return target;
  const texts = Array.isArray(addresses) ? addresses : [addresses];
  target.addresses = texts
    .slice(0, LIMITS.addressesPerTarget + 1)
    .map((address) => (typeof address === 'string' ? cut(address) : misfit(address)));
  return target;
}

function readTrace(entry: unknown, index: number): TraceRequest {
  const { address, port, maxHops } = isRecord(entry) ? entry : {};
  if (
    typeof address !== 'string' ||
    typeof port !== 'number' ||
    !Number.isInteger(port) ||
    port < 1 ||
    port > 65535
  ) {
    throw new ProbeRequestError(`probe request: traces[${index}] has no address and port to walk to`);
  }
  // A report with anything but an address there would be refused as a whole.
  const parsed = parseAddress(address);
  if (!parsed) {
    throw new ProbeRequestError(
      `probe request: traces[${index}].address is ${show(address)}, not an IP address; look the name up first`,
    );
  }
  const trace: TraceRequest = { address: parsed.text, port };
  if (maxHops === undefined) return trace;
  if (typeof maxHops !== 'number' || !Number.isInteger(maxHops) || maxHops < 1 || maxHops > 64) {
    throw new ProbeRequestError(
      `probe request: traces[${index}].maxHops is ${show(maxHops)}, not a whole number from 1 to 64`,
    );
  }
  return { ...trace, maxHops };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Stands for a host in the report and can never be taken for one: a bare 5 would be 0.0.0.5. */
function misfit(value: unknown): string {
  return cut(`not a text: ${show(value)}`);
}

function show(value: unknown): string {
  return cut(JSON.stringify(value) ?? String(value));
}

function cut(text: string): string {
  return text.length > LONGEST_HOST ? `${text.slice(0, LONGEST_HOST - 1)}…` : text;
}
