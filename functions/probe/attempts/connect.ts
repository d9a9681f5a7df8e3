import { connect, type Socket } from 'node:net';
import type { Attempt, Family } from '../../reachability/report.ts';
import type { Outcome, Stage } from '../../reachability/words.ts';
import type { EvidenceSource, SocketWatch } from '../evidence/evidence.ts';
import { socketKey, type SocketTable } from '../evidence/proc-net.ts';
import { failureOf } from './outcomes.ts';
import type { SharedDelay } from './shared-delay.ts';
import { lostSyns, SYNS_FOR_EVIDENCE, synsSentAfter, type SynSchedule } from './syn-schedule.ts';

/** What all attempts of a report share. */
export interface ConnectContext {
  /** Milliseconds since the report's `startedAt`. */
  now: () => number;
  /** The settling wait of open connections; undefined: no wait. */
  settleDelay: SharedDelay | undefined;
  platform: NodeJS.Platform;
  schedule: SynSchedule;
  evidence: EvidenceSource | undefined;
}

/** Data from peers is noticed but not used: one buffer serves all sockets. */
const UNREAD = new Uint8Array(64);

type Evidence = Partial<Omit<Attempt, 'outcome' | 'stage'>> & { stage?: Stage };

/**
 * One TCP connect, on a new socket, to one allowed literal address: the handshake, then the settling wait, which distinguishes an open
 * connection from one that is reset or closed at once. The attempt sets no timeout: its owner calls {@link ConnectAttempt.timeOut}.
 * Never throws.
 */
export class ConnectAttempt {
  readonly address: string;
  readonly port: number;
  /** Resolves once the descriptor is closed. Never rejects. */
  readonly result: Promise<Attempt>;
  readonly #context: ConnectContext;
  readonly #resolve: (result: Attempt) => void;
  readonly #startedMs: number;
  #socket: Socket | undefined;
  #watch: SocketWatch | undefined;
  #handshakeMs: number | undefined;
  #localPort: number | undefined;
  #failedInCall = false;
  #synAcked = true;
  #sawEstablished = false;
  #ended = false;

  /** Starts to connect. */
  constructor(address: string, port: number, context: ConnectContext) {
    this.address = address;
    this.port = port;
    this.#context = context;
    const { promise, resolve } = Promise.withResolvers<Attempt>();
    this.result = promise;
    this.#resolve = resolve;
    this.#startedMs = context.now();
    try {
      this.#socket = this.#connect();
    } catch (error) {
      this.#failed(codeOf(error), true);
    }
  }

  get family(): Family {
    return this.address.includes(':') ? 6 : 4;
  }

  /** Whether the kernel's evidence on this socket is collected at its end. */
  get isWatched(): boolean {
    return this.#watch !== undefined;
  }

  /**
   * Ends the attempt at our own timeout. The socket's line of the kernel's table gives the number of SYNs sent; without it the
   * schedule does. Returns false, and ends nothing, where the handshake is done and only its event is still to come.
   */
  timeOut(table: SocketTable | undefined): boolean {
    if (this.#ended) return true;
    if (this.#handshakeMs !== undefined) {
      this.#settled();
      return true;
    }
    const key = this.#localPort && socketKey(this.#localPort, this.address, this.port);
    const line = key ? table?.get(key) : undefined;
    if (line?.state === 'ESTABLISHED' && !this.#sawEstablished) {
      this.#sawEstablished = true;
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
    this.#end(sent >= SYNS_FOR_EVIDENCE ? 'timed-out' : 'inconclusive', 'path', evidence);
    return true;
  }

  #connect(): Socket {
    const { evidence } = this.#context;
    const onread = { buffer: UNREAD, callback: () => this.#received() };
    const localAddress = this.family === 6 ? '::' : '0.0.0.0';
    const watched = evidence ? { localAddress } : undefined;
    const socket = connect({ host: this.address, port: this.port, onread, allowHalfOpen: true, ...watched });
    if (evidence) {
      socket.on('connectionAttempt', () => {
        this.#watch = evidence.watch(socket);
      });
    }
    socket.on('connect', () => this.#connected());
    socket.on('end', () => this.#closed());
    socket.on('error', (error) => this.#failed(codeOf(error), this.#failedInCall));
    // Node calls connect(2) for a literal address in the next tick, queued just before this one.
    process.nextTick(() => this.#afterCall(socket));
    return socket;
  }

  /** Runs right after the connect call, before any answer is polled: a socket that is destroyed now failed within the call. */
  #afterCall(socket: Socket): void {
    this.#failedInCall = socket.destroyed;
    if (!socket.destroyed) this.#localPort = socket.localPort;
  }

  #connected(): void {
    this.#handshakeMs = this.#context.now() - this.#startedMs;
    const { settleDelay } = this.#context;
    if (settleDelay) settleDelay.add(() => this.#settled());
    else this.#settled();
  }

  #settled(): void {
    if (!this.#ended) this.#end('connected', 'remote', this.#collect());
  }

  #received(): boolean {
    this.#settled();
    return false;
  }

  #closed(): void {
    if (!this.#ended) this.#end('connected-then-closed', 'remote', { errno: 'EOF', ...this.#collect() });
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
   * In SYN_SENT Linux reports an RST as ECONNREFUSED. ECONNRESET or EPIPE (RST after FIN) from connect means that the SYN-ACK came
   * first and the RST before we polled (tcp_reset() in net/ipv4/tcp_input.c). The exception is a simultaneous open, which has no SYN-ACK.
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
    // Object spread costs as much as all the rest, and most attempts have nothing to add.
    if (evidence) Object.assign(attempt, evidence);
    if (handshakeMs !== undefined && attempt.synRetransmits === undefined) {
      const lost = lostSyns(this.#context.schedule, handshakeMs);
      if (lost > 0) Object.assign(attempt, { synRetransmits: lost, synRetransmitsFrom: 'time' });
    }
    this.#resolve(attempt);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
