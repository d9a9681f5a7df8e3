import dgram from 'node:dgram';
import { decode, encode } from 'dns-packet';
import type { Answer as DnsRecord, Packet } from 'dns-packet';
import type { Answer, NameSpec } from './world.ts';

/** Bits of the DNS header's flag word (RFC 1035 section 4.1.1); dns-packet expects the response code in it. */
const AUTHORITATIVE_RECURSIVE = 0x0400 | 0x0080;
const RESPONSE_CODES = { servfail: 2, nxdomain: 3, refused: 5 };

/** One name server. Each vantage reaches it at a separate address, and can get answers that differ from those of the others. */
export class NameServer {
  readonly #clients: Map<string, string>;
  readonly #faults = new Map<string, NameSpec & { only?: string[] }>();
  readonly #names: Map<string, NameSpec>;
  readonly #turns = new Map<string, number>();
  readonly #sockets: dgram.Socket[] = [];

  /** `clients` maps a vantage's address on its line to its name. */
  constructor(names: readonly NameSpec[], clients: Map<string, string>) {
    this.#names = new Map(names.map((name) => [name.name, name]));
    this.#clients = clients;
  }

  /** Listens at port 53 of each address. */
  async listen(addresses: readonly string[]): Promise<void> {
    await Promise.all(
      addresses.map(
        (address) =>
          new Promise<void>((resolve, reject) => {
            const socket = dgram.createSocket('udp4');
            socket.once('error', reject);
            socket.on('message', (message, from) => this.#answer(socket, message, from));
            socket.bind(53, address, () => {
              socket.off('error', reject).on('error', () => undefined);
              resolve();
            });
            this.#sockets.push(socket);
          }),
      ),
    );
  }

  /** Replaces the answer for a name, for all vantages or for some, until `restore`. */
  override(id: string, name: string, answer: Answer, vantages?: string[]): void {
    this.#faults.set(id, { name, answer, ...(vantages && { only: vantages }) });
  }

  restore(id: string): void {
    this.#faults.delete(id);
  }

  /** Resets names that answer in turn to their first answer. */
  rewind(): void {
    this.#turns.clear();
  }

  #answer(socket: dgram.Socket, message: Buffer, from: dgram.RemoteInfo): void {
    let query: Packet;
    try {
      query = decode(message);
    } catch {
      return;
    }
    const question = query.questions?.[0];
    if (!question) return;
    const name = question.name.toLowerCase();
    const answer = this.#answerFor(name, question.type, this.#clients.get(from.address) ?? from.address);
    if (answer === 'silence') return;
    const code = typeof answer === 'string' ? RESPONSE_CODES[answer] : 0;
    const records = typeof answer === 'string' ? [] : recordsOf(name, question.type, answer);
    const reply = encode({
      type: 'response',
      id: query.id ?? 0,
      flags: (query.flags ?? 0) | AUTHORITATIVE_RECURSIVE | code,
      questions: [question],
      answers: records,
    });
    const send = () => {
      // The socket may be closed, or the vantage's line down: the answer is lost, as on any network.
      socket.send(reply, from.port, from.address, () => undefined);
    };
    const delayMs = typeof answer === 'string' ? 0 : (answer.delayMs ?? 0);
    if (delayMs > 0) setTimeout(send, delayMs).unref();
    else send();
  }

  #answerFor(name: string, type: string, vantage: string): Answer {
    for (const fault of [...this.#faults.values()].toReversed()) {
      if (fault.name === name && (fault.only?.includes(vantage) ?? true)) return fault.answer;
    }
    const spec = this.#names.get(name);
    if (!spec) return 'nxdomain';
    if (spec.inTurn) {
      const key = `${vantage} ${type} ${name}`;
      const turn = this.#turns.get(key) ?? 0;
      this.#turns.set(key, turn + 1);
      return spec.inTurn[Math.min(turn, spec.inTurn.length - 1)] ?? spec.answer;
    }
    return spec.perVantage?.[vantage] ?? spec.answer;
  }
}

function recordsOf(name: string, type: string, answer: Exclude<Answer, string>): DnsRecord[] {
  if (type !== 'A' && type !== 'AAAA') return [];
  const addresses = (type === 'A' ? answer.a : answer.aaaa) ?? [];
  return addresses.map((data) => ({ name, type, class: 'IN', ttl: 0, data }));
}
