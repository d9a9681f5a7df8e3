import dgram from 'node:dgram';
import { once } from 'node:events';
import { decode, encode, type Answer as DnsRecord } from 'dns-packet';

/** The server's answer to one question: records (after `delayMs`), a response code, or no answer. */
export type DnsAnswer =
  { records: DnsRecord[]; delayMs?: number } | { code: 'nxdomain' | 'servfail' | 'refused' } | 'silence';

/** `turn` counts the questions for this name and type, from 0. */
export type DnsZone = (question: { name: string; type: string; turn: number }) => DnsAnswer;

export interface DnsServer {
  /** In the format of a resolver, `address:port`. */
  address: string;
  /** Every question so far, e.g. `www.example A`. */
  questions: string[];
  close(): Promise<void>;
}

const RESPONSE_CODES = { servfail: 2, nxdomain: 3, refused: 5 };
/** RFC 1035 section 4.1.1: authoritative, recursion available. */
const FLAGS = 0x0400 | 0x0080;

/** A real name server over UDP on loopback that answers with `zone`. */
export async function startDnsServer(zone: DnsZone): Promise<DnsServer> {
  const socket = dgram.createSocket('udp4');
  const questions: string[] = [];
  const waiting = new Set<NodeJS.Timeout>();
  socket.on('message', (message, from) => {
    const query = decode(message);
    const [question] = query.questions ?? [];
    if (!question) return;
    const asked = `${question.name} ${question.type}`;
    const turn = questions.filter((one) => one === asked).length;
    questions.push(asked);
    const answer = zone({ name: question.name, type: question.type, turn });
    if (answer === 'silence') return;
    const reply = encode({
      type: 'response',
      id: query.id ?? 0,
      flags: FLAGS | ('code' in answer ? RESPONSE_CODES[answer.code] : 0),
      questions: [question],
      answers: 'records' in answer ? answer.records : [],
    });
    const send = () => socket.send(reply, from.port, from.address);
    if ('records' in answer && answer.delayMs !== undefined) {
      waiting.add(setTimeout(send, answer.delayMs));
    } else send();
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    questions,
    async close() {
      for (const timer of waiting) clearTimeout(timer);
      socket.close();
      await once(socket, 'close');
    },
  };
}

/** Records of one type, or no data if there are none. */
export function records(type: string, name: string, addresses: Partial<Record<string, string[]>>): DnsAnswer {
  if (type !== 'A' && type !== 'AAAA') return { records: [] };
  const ofType = addresses[type] ?? [];
  return { records: ofType.map((data) => ({ name, type, ttl: 60, data })) };
}
