import { release } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ControlReport, ProbeReport, TargetReport, Trace } from '../reachability/report.ts';
import type { ProbeRequest, Target, TraceRequest } from '../reachability/request.ts';
import type { AddressContext } from './attempts/address-attempts.ts';
import { ConnectTimeouts } from './attempts/connect-timeouts.ts';
import { SharedDelay } from './attempts/shared-delay.ts';
import { socketCapacity, SocketSlots } from './attempts/socket-slots.ts';
import { SYNS_FOR_EVIDENCE, synSchedule } from './attempts/syn-schedule.ts';
import type { EvidenceSource } from './evidence/evidence.ts';
import { Names } from './names/names.ts';
import { Phase, type ResolvedTarget } from './phase.ts';
import { ownMachine, type AddressPolicy } from './policy/policy.ts';
import { LIMITS, settingsOf, type Settings } from './request.ts';
import type { TraceOptions } from './trace/trace.ts';

export interface ProbeOptions {
  /** Ends everything; the promise then rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Default: {@link ownMachine}. */
  policy?: AddressPolicy;
  /** The limit of the place that the probe runs in; caps the deadline of the request. */
  deadlineMs?: number;
  /** Used in place of the machine's own name servers, e.g. `127.0.0.1:5353`. */
  nameServers?: string[];
}

/** What only some places provide. */
export interface RoundExtras {
  evidence: EvidenceSource | undefined;
  /** Never rejects. */
  trace: (request: TraceRequest, options: TraceOptions) => Promise<Trace>;
}

/** Controls come first where sockets are scarce. */
const CONTROL_RANK = 0;
const TARGET_RANK = 1;
/** The controls are checked again this long before the last target times out: every SYN that is used as evidence has been sent by then. */
const BEFORE_TIMEOUT_MS = 1500;
/** Share of the deadline, and maximum, reserved for the second check of the controls. */
const RECHECK_SHARE = 0.2;
const RECHECK_MAX_MS = 2500;
const RECHECK_STAGGER_MS = 50;
/** Time for the answer to the last SYN that the second check needs as evidence. */
const RECHECK_ANSWER_MS = 200;
/** Share of the deadline, and maximum, reserved for closing a thousand sockets and writing the report. */
const CLOSING_SHARE = 0.03;
const CLOSING_MAX_MS = 250;
const PARALLEL_TRACES = 4;

/** One round of one vantage, with what the place provides; see `probe` in `probe.ts`. */
export async function runRound(
  request: ProbeRequest,
  options: ProbeOptions,
  extras: RoundExtras,
): Promise<ProbeReport> {
  const startedAt = new Date().toISOString();
  const round = new Round(request, options, extras);
  const report = await round.run(request);
  options.signal?.throwIfAborted();
  return { startedAt, ...report };
}

/** A control of the first check: where it resolved to, and its report. */
interface CheckedControl {
  control: Target;
  resolving: Promise<ResolvedTarget>;
  before: Promise<TargetReport>;
}

class Round {
  readonly #beganMs = performance.now();
  readonly #settings: Settings;
  readonly #policy: AddressPolicy;
  readonly #signal: AbortSignal | undefined;
  readonly #extras: RoundExtras;
  readonly #names: Names;
  readonly #timeouts = new ConnectTimeouts();
  readonly #settleDelay: SharedDelay | undefined;
  readonly #main: Phase;
  readonly #recheck: Phase;

  constructor(request: ProbeRequest, options: ProbeOptions, extras: RoundExtras) {
    const settings = settingsOf(request, options.deadlineMs);
    this.#settings = settings;
    this.#policy = options.policy ?? ownMachine;
    this.#signal = options.signal;
    this.#extras = extras;
    this.#names = new Names(options.nameServers);
    this.#settleDelay = settings.settleMs > 0 ? new SharedDelay(settings.settleMs) : undefined;
    const schedule = synSchedule(process.platform, release());
    const { evidence } = extras;
    const context: AddressContext = {
      now: () => this.#nowMs(),
      settleDelay: this.#settleDelay,
      platform: process.platform,
      schedule,
      evidence,
      slots: new SocketSlots(socketCapacity(evidence?.descriptorsPerSocket)),
      timeouts: this.#timeouts,
    };
    this.#main = new Phase(this.#names, this.#policy, settings, context);
    // A control that works answers at once. One that does not needs only the SYNs that make its silence evidence.
    const enoughMs = (schedule[SYNS_FOR_EVIDENCE - 1] ?? 0) + RECHECK_ANSWER_MS;
    const timeoutMs = Math.min(settings.timeoutMs, enoughMs);
    const staggerMs = Math.min(settings.staggerMs, RECHECK_STAGGER_MS);
    this.#recheck = new Phase(this.#names, this.#policy, { ...settings, timeoutMs, staggerMs }, context);
  }

  async run(request: ProbeRequest): Promise<Omit<ProbeReport, 'startedAt'>> {
    const { controls = [] } = request;
    const { round, deadlineMs } = this.#settings;
    const endMs = deadlineMs - Math.min(CLOSING_MAX_MS, deadlineMs * CLOSING_SHARE);
    const recheckMs = controls.length > 0 ? Math.min(RECHECK_MAX_MS, endMs * RECHECK_SHARE) : 0;
    const timers = [
      this.#at(endMs - recheckMs, () => this.#stopMain()),
      this.#at(endMs, () => this.#recheck.stop()),
    ];
    const abort = () => {
      this.#stopMain();
      this.#recheck.stop();
    };
    this.#signal?.addEventListener('abort', abort, { once: true });
    try {
      const checked = controls.map((control) => this.#check(control));
      const targets = Promise.all(request.targets.map((target) => this.#main.probe(target, TARGET_RANK)));
      const traces = this.#trace(request.traces ?? []);
      const controlReports = this.#checkAgain(checked, targets);
      const report = {
        ...(round === undefined ? undefined : { round }),
        targets: await targets,
        controls: await controlReports,
        ...(request.traces && request.traces.length > 0 ? { traces: await traces } : undefined),
      };
      return { elapsedMs: Math.round(this.#nowMs()), ...report, system: this.#system(), ...this.#omitted() };
    } finally {
      for (const timer of timers) clearTimeout(timer);
      this.#signal?.removeEventListener('abort', abort);
      this.#names.cancel();
      this.#settleDelay?.close();
    }
  }

  #nowMs(): number {
    return performance.now() - this.#beganMs;
  }

  #at(ms: number, call: () => void): NodeJS.Timeout {
    return setTimeout(call, Math.max(0, ms - this.#nowMs()));
  }

  #stopMain(): void {
    this.#names.cancel();
    this.#main.stop();
  }

  #check(control: Target): CheckedControl {
    const resolving = this.#main.resolve(control);
    return { control, resolving, before: this.#main.connect(resolving, CONTROL_RANK) };
  }

  /** Checks the controls again once no SYN to a target is left to be sent. */
  async #checkAgain(controls: CheckedControl[], targets: Promise<unknown>): Promise<ControlReport[]> {
    if (controls.length === 0) return [];
    const allEnded = Promise.all([targets, ...controls.map(({ before }) => before)]);
    await Promise.race([allEnded, this.#lastSynsSent()]);
    return await Promise.all(controls.map((control) => this.#reportControl(control)));
  }

  /** Connects to the same addresses again. A control without an address, or without time left, has no `after`. */
  async #reportControl(checked: CheckedControl): Promise<ControlReport> {
    const addresses = (await checked.resolving).addresses.map(({ text }) => text);
    const again =
      addresses.length > 0 ? this.#recheck.probe({ ...checked.control, addresses }, CONTROL_RANK) : undefined;
    const [before, after] = await Promise.all([checked.before, again]);
    const report = { host: before.host, port: before.port, before };
    return after && after.addresses.length > 0 ? { ...report, after } : report;
  }

  async #lastSynsSent(): Promise<void> {
    const { timeoutMs, attempts, staggerMs } = this.#settings;
    await this.#main.allStarted;
    const leftMs = timeoutMs - (attempts - 1) * staggerMs - BEFORE_TIMEOUT_MS;
    if (!Number.isFinite(leftMs)) return await new Promise(() => {});
    await sleep(Math.max(0, leftMs), undefined, { ref: false });
  }

  async #trace(requests: readonly TraceRequest[]): Promise<Trace[]> {
    const traces: Trace[] = [];
    const rest = requests.entries();
    const worker = async () => {
      for (const [index, request] of rest) {
        traces[index] = await this.#extras.trace(request, {
          policy: this.#policy,
          deadlineMs: Math.max(1, this.#settings.deadlineMs - this.#nowMs()),
          ...(this.#signal ? { signal: this.#signal } : undefined),
        });
      }
    };
    await Promise.all(Array.from({ length: PARALLEL_TRACES }, worker));
    return traces;
  }

  #system(): NonNullable<ProbeReport['system']> {
    const region = process.env['AWS_REGION'];
    const evidence = [
      ...(this.#timeouts.readable ? ['proc-net-tcp'] : []),
      ...(this.#extras.evidence?.provides ?? []),
    ];
    return {
      platform: process.platform,
      kernel: release(),
      node: process.version,
      ...(region === undefined ? undefined : { region }),
      evidence,
    };
  }

  #omitted(): Pick<ProbeReport, 'omitted'> {
    const count = (key: keyof Phase['omitted']) => this.#main.omitted[key] + this.#recheck.omitted[key];
    const counts = [
      [count('addressesNotTried'), 'addresses were not tried before the deadline'],
      [count('attemptsNotStarted'), 'attempts were not started before the deadline'],
      [
        count('addressesOverLimit'),
        `addresses exceeded the limit of ${LIMITS.addressesPerTarget} for one target`,
      ],
    ] as const;
    const texts = counts.filter(([number]) => number > 0).map((parts) => parts.join(' '));
    return texts.length > 0 ? { omitted: texts.join('; ') } : {};
  }
}
