import { release } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ControlReport, ProbeReport, Trace } from '../reachability/report.ts';
import type { ProbeRequest } from '../reachability/request.ts';
import type { ConnectAttempt, ConnectContext } from './attempts/connect.ts';
import { ControlProbe } from './control-probe.ts';
import { DelayLine } from './attempts/settling.ts';
import { socketCapacity } from './attempts/descriptors.ts';
import type { EvidenceSource, TraceWalk } from './evidence/evidence.ts';
import { Names } from './names/names.ts';
import { Phase, type Omissions } from './phase.ts';
import { ownMachine, type AddressPolicy } from './policy/policy.ts';
import { settingsOf, type Settings } from './settings.ts';
import { Silence } from './attempts/silence.ts';
import { SocketSlots } from './attempts/socket-slots.ts';
import { SYNS_FOR_EVIDENCE, synSchedule } from './attempts/syn-schedule.ts';

export interface ProbeOptions {
  /** Ends everything; the promise then rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Default: {@link ownMachine}. */
  policy?: AddressPolicy;
  /** What the place allows; caps the request's own deadline. */
  deadlineMs?: number;
  /** Asked instead of the machine's own, e.g. `127.0.0.1:5353`. */
  nameServers?: string[];
}

/** Controls come first where sockets are scarce. */
const CONTROL_RANK = 0;
const TARGET_RANK = 1;
/** The controls are asked again this long before silence is called on the last target: every SYN that counts is out by then. */
const BEFORE_SILENCE_MS = 1500;
/** Of the deadline, and at most, for asking the controls again when the targets took all the time there was. */
const AFTER_SHARE = 0.2;
const AFTER_MOST_MS = 2500;
const AFTER_STAGGER_MS = 50;
/** Of the deadline, and at most, for ending a thousand sockets and writing the report. */
const ENDING_SHARE = 0.03;
const ENDING_MOST_MS = 250;
const TRACES_AT_ONCE = 4;

/** What only some places can add. */
export interface RoundExtras {
  evidence: EvidenceSource | undefined;
  /** Never rejects. */
  walk: TraceWalk;
}

/** One round of one vantage with what the place can add; see `probe` in `probe.ts`. */
export async function runRound(
  request: ProbeRequest,
  options: ProbeOptions,
  extras: RoundExtras,
): Promise<ProbeReport> {
  const startedAt = new Date().toISOString();
  const began = performance.now();
  const settings = settingsOf(request, options.deadlineMs);
  const round = new Round(settings, options, () => performance.now() - began, extras);
  const report = await round.run(request);
  options.signal?.throwIfAborted();
  return { startedAt, ...report };
}

class Round {
  readonly #settings: Settings;
  readonly #policy: AddressPolicy;
  readonly #signal: AbortSignal | undefined;
  readonly #now: () => number;
  readonly #extras: RoundExtras;
  readonly #silence = new Silence();
  readonly #names: Names;
  readonly #settling: DelayLine<ConnectAttempt> | undefined;
  readonly #survey: Phase;
  readonly #recheck: Phase;

  constructor(settings: Settings, options: ProbeOptions, now: () => number, extras: RoundExtras) {
    const { evidence } = extras;
    this.#settings = settings;
    this.#policy = options.policy ?? ownMachine;
    this.#signal = options.signal;
    this.#now = now;
    this.#extras = extras;
    this.#names = new Names(options.nameServers);
    const { settleMs } = settings;
    this.#settling = settleMs > 0 ? new DelayLine(settleMs, (attempt) => attempt.settled()) : undefined;
    const schedule = synSchedule(process.platform, release());
    const context: ConnectContext = {
      now,
      settling: this.#settling,
      platform: process.platform,
      schedule,
      evidence,
    };
    const slots = new SocketSlots(socketCapacity(evidence?.descriptorsPerSocket));
    const parts = { context, slots, silence: this.#silence };
    this.#survey = new Phase(this.#names, this.#policy, settings, parts);
    // What still works answers at once; what does not need not be waited for beyond the SYNs that make it evidence.
    const enoughMs = (schedule[SYNS_FOR_EVIDENCE - 1] ?? 0) + 200;
    const timeoutMs = Math.min(settings.timeoutMs, enoughMs);
    const staggerMs = Math.min(settings.staggerMs, AFTER_STAGGER_MS);
    this.#recheck = new Phase(this.#names, this.#policy, { ...settings, timeoutMs, staggerMs }, parts);
  }

  async run(request: ProbeRequest): Promise<Omit<ProbeReport, 'startedAt'>> {
    const { controls = [] } = request;
    const deadlineMs =
      this.#settings.deadlineMs - Math.min(ENDING_MOST_MS, this.#settings.deadlineMs * ENDING_SHARE);
    const afterMs = controls.length > 0 ? Math.min(AFTER_MOST_MS, deadlineMs * AFTER_SHARE) : 0;
    const endings = [
      this.#at(deadlineMs - afterMs, () => this.#endSurvey()),
      this.#at(deadlineMs, () => this.#recheck.cut()),
    ];
    const abort = () => {
      this.#endSurvey();
      this.#recheck.cut();
    };
    this.#signal?.addEventListener('abort', abort, { once: true });
    try {
      const before = controls.map((control) => new ControlProbe(control, this.#survey, CONTROL_RANK));
      const targets = Promise.all(request.targets.map((target) => this.#survey.probe(target, TARGET_RANK)));
      const traces = this.#trace(request);
      const controlReports = this.#recheckControls(before, targets);
      const report = {
        ...(this.#settings.round === undefined ? undefined : { round: this.#settings.round }),
        targets: await targets,
        controls: await controlReports,
        ...(request.traces && request.traces.length > 0 ? { traces: await traces } : undefined),
      };
      return { elapsedMs: Math.round(this.#now()), ...report, system: this.#system(), ...this.#omitted() };
    } finally {
      for (const ending of endings) clearTimeout(ending);
      this.#signal?.removeEventListener('abort', abort);
      this.#names.cut();
      this.#settling?.close();
    }
  }

  #at(ms: number, call: () => void): NodeJS.Timeout {
    return setTimeout(call, Math.max(0, ms - this.#now()));
  }

  #endSurvey(): void {
    this.#names.cut();
    this.#survey.cut();
  }

  /** Asks the controls again once nothing of the targets is left to be sent; a control that had no address then has no `after`. */
  async #recheckControls(controls: ControlProbe[], targets: Promise<unknown>): Promise<ControlReport[]> {
    if (controls.length === 0) return [];
    const surveyed = Promise.all([targets, ...controls.map(({ before }) => before)]);
    await Promise.race([surveyed, this.#lastSynsAreOut()]);
    return await Promise.all(controls.map((control) => control.recheck(this.#recheck, CONTROL_RANK)));
  }

  async #lastSynsAreOut(): Promise<void> {
    const { timeoutMs, attempts, staggerMs } = this.#settings;
    await this.#survey.begun;
    const leftMs = timeoutMs - (attempts - 1) * staggerMs - BEFORE_SILENCE_MS;
    if (!Number.isFinite(leftMs)) return await new Promise(() => {});
    await sleep(Math.max(0, leftMs), undefined, { ref: false });
  }

  async #trace(request: ProbeRequest): Promise<Trace[]> {
    const { traces = [] } = request;
    const walked: Trace[] = [];
    const rest = traces.entries();
    const walker = async () => {
      for (const [index, one] of rest) {
        const deadlineMs = Math.max(1, this.#settings.deadlineMs - this.#now());
        walked[index] = await this.#extras.walk(one, {
          policy: this.#policy,
          deadlineMs,
          ...(this.#signal ? { signal: this.#signal } : undefined),
        });
      }
    };
    await Promise.all(Array.from({ length: TRACES_AT_ONCE }, walker));
    return walked;
  }

  #system(): NonNullable<ProbeReport['system']> {
    const region = process.env['AWS_REGION'];
    const evidence = [
      ...(this.#silence.readable ? ['proc-net-tcp'] : []),
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
    const sum = (key: keyof Omissions) => this.#survey.omissions[key] + this.#recheck.omissions[key];
    const words = [
      said(sum('addressesNotTried'), 'addresses were not tried before the deadline'),
      said(sum('attemptsNotBegun'), 'attempts were not begun before the deadline'),
      said(sum('addressesOverLimit'), 'addresses were beyond the number that one target may have'),
    ].filter((text) => text !== undefined);
    return words.length > 0 ? { omitted: words.join('; ') } : {};
  }
}

function said(count: number, what: string): string | undefined {
  return count > 0 ? `${count} ${what}` : undefined;
}
