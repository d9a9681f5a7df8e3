import { connect, type Socket } from 'node:net';
import type { Attempt, Family } from '../../reachability/report.ts';
import type { Outcome, Stage } from '../../reachability/words.ts';
import type { DelayLine } from './settling.ts';
import type { EvidenceSource, SocketWatch } from '../evidence/evidence.ts';
import { failureOf } from './outcomes.ts';
import { socketKey, type SocketTable } from '../evidence/proc-net.ts';
import { lostSyns, SYNS_FOR_EVIDENCE, synsSentAfter, type SynSchedule } from './syn-schedule.ts';

/** What all attempts of a report share. */
export interface ConnectContext {
  /** Milliseconds since the report's `startedAt`. */
  now: () => number;
  /** Where open connections wait to be {@link ConnectAttempt.settled}; undefined: they do not wait. */
  settling: DelayLine<ConnectAttempt> | undefined;
  platform: NodeJS.Platform;
  schedule: SynSchedule;
  evidence: EvidenceSource | undefined;
}

/** Whoever started an attempt; called exactly once, after the descriptor is closed. */
export interface AttemptOwner {
  attemptEnded(attempt: ConnectAttempt, result: Attempt): void;
}

/** What peers send is not read, only noticed: one buffer does for all sockets. */
const UNREAD = new Uint8Array(64);

type Evidence = Partial<Omit<Attempt, 'outcome' | 'stage'>> & { stage?: Stage };

/**
 * One TCP connect, on a new socket, to one vetted literal address: the handshake, then the settling wait that tells an open
 * connection from one that is reset or closed at once. It has no deadline of its own: whoever started it calls
 * {@link ConnectAttempt.silence}. Never throws.
 */
export class ConnectAttempt {
  readonly address: string;
  readonly port: number;
  readonly #context: ConnectContext;
  readonly #owner: AttemptOwner;
  #socket: Socket | undefined;
  #watch: SocketWatch | undefined;
  #startedMs = 0;
  #handshakeMs: number | undefined;
  #localPort: number | undefined;
  #withinCall = false;
  #synAcked = true;
  #almostThere = false;
  #ended = false;

  constructor(address: string, port: number, context: ConnectContext, owner: AttemptOwner) {
    this.address = address;
    this.port = port;
    this.#context = context;
    this.#owner = owner;
  }

  get family(): Family {
    return this.address.includes(':') ? 6 : 4;
  }

  /** Whether the kernel's own word on this socket will be collected at its end. */
  get isWatched(): boolean {
    return this.#watch !== undefined;
  }

  start(): void {
    this.#startedMs = this.#context.now();
    let socket: Socket;
    try {
      const onread = { buffer: UNREAD, callback: () => this.#answered() };
      const localAddress = this.address.includes(':') ? '::' : '0.0.0.0';
      const watched = this.#context.evidence ? { localAddress } : undefined;
      socket = connect({ host: this.address, port: this.port, onread, allowHalfOpen: true, ...watched });
    } catch (error) {
      this.#failed(codeOf(error), true);
      return;
    }
    this.#socket = socket;
    const { evidence } = this.#context;
    if (evidence) {
      socket.on('connectionAttempt', () => {
        this.#watch = evidence.watch(socket);
      });
    }
    socket.on('connect', () => this.#connected());
    socket.on('end', () => this.#closed());
    socket.on('error', (error) => this.#failed(codeOf(error), this.#withinCall));
    // Node calls connect(2) for a literal in the next tick, queued just before this one.
    process.nextTick(() => this.#called(socket));
  }

  /**
   * Our own deadline. With the socket's line of the kernel's table the SYNs that went out are known, else they follow from the
   * schedule. False: the handshake is done by now and only its event is still to come, so nothing was ended.
   */
  silence(table: SocketTable | undefined): boolean {
    if (this.#ended) return true;
    if (this.#handshakeMs !== undefined) {
      this.settled();
      return true;
    }
    const key = this.#localPort && socketKey(this.#localPort, this.address, this.port);
    const line = key ? table?.get(key) : undefined;
    if (line?.state === 'ESTABLISHED' && !this.#almostThere) {
      this.#almostThere = true;
      return false;
    }
    const known: Evidence = line
      ? { synRetransmits: line.retransmits, synRetransmitsFrom: 'proc', socketState: line.state }
      : {};
    const evidence = { ...known, ...this.#collect() };
    const elapsedMs = this.#context.now() - this.#startedMs;
    const sent =
      evidence.synRetransmits === undefined
        ? synsSentAfter(this.#context.schedule, elapsedMs)
        : evidence.synRetransmits + 1;
    const outcome = sent >= SYNS_FOR_EVIDENCE ? 'timed-out' : 'inconclusive';
    this.#end(outcome, 'path', evidence);
    return true;
  }

  /** Runs in the turn of the connect call, before any answer is polled: a socket that is destroyed now was refused within the call. */
  #called(socket: Socket): void {
    if (socket.destroyed) {
      this.#withinCall = true;
      return;
    }
    this.#localPort = socket.localPort;
  }

  #connected(): void {
    this.#handshakeMs = this.#context.now() - this.#startedMs;
    const { settling } = this.#context;
    if (settling) settling.add(this);
    else this.settled();
  }

  /** The settling wait is over. */
  settled(): void {
    if (!this.#ended) this.#end('connected', 'remote', this.#collect());
  }

  #answered(): boolean {
    this.settled();
    return false;
  }

  #closed(): void {
    if (this.#ended) return;
    this.#end('connected-then-closed', 'remote', { errno: 'EOF', ...this.#collect() });
  }

  #failed(errno: string, withinCall: boolean): void {
    if (this.#ended) return;
    const evidence = this.#collect();
    if (this.#handshakeMs !== undefined || this.#resetAfterSynAck(errno)) {
      this.#end('connected-then-reset', 'remote', { errno, ...evidence });
      return;
    }
    const { outcome, stage, ...reason } = failureOf(errno, withinCall);
    this.#end(outcome, stage, { errno, ...reason, ...evidence });
  }

  /**
   * In SYN_SENT Linux turns an RST into ECONNREFUSED; ECONNRESET or EPIPE (RST after FIN) from connect says that the SYN-ACK had
   * come, and the RST before we polled (tcp_reset() in net/ipv4/tcp_input.c). Only a simultaneous open has no SYN-ACK.
   */
  #resetAfterSynAck(errno: string): boolean {
    const reset = errno === 'ECONNRESET' || errno === 'EPIPE';
    return reset && this.#synAcked && this.#context.platform === 'linux';
  }

  #collect(): Evidence | undefined {
    if (!this.#watch) return undefined;
    const { synAcked = true, ...evidence } = this.#watch.collect();
    this.#watch = undefined;
    this.#synAcked = synAcked;
    return evidence;
  }

  #end(outcome: Outcome, stage: Stage, evidence: Evidence | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    const handshakeMs = this.#handshakeMs;
    const startedMs = round(this.#startedMs);
    const elapsedMs = round(handshakeMs ?? this.#context.now() - this.#startedMs);
    this.#socket?.destroy();
    const attempt: Attempt =
      handshakeMs === undefined
        ? { outcome, stage, startedMs, elapsedMs }
        : { outcome, stage, startedMs, elapsedMs, handshakeMs: elapsedMs };
    if (this.#localPort !== undefined) attempt.localPort = this.#localPort;
    // Spreading costs as much as all the rest, and most attempts have nothing to add.
    if (evidence) Object.assign(attempt, evidence);
    if (handshakeMs !== undefined && attempt.synRetransmits === undefined) {
      const lost = lostSyns(this.#context.schedule, handshakeMs);
      if (lost > 0) Object.assign(attempt, { synRetransmits: lost, synRetransmitsFrom: 'time' });
    }
    this.#owner.attemptEnded(this, attempt);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
