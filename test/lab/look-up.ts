/** Runs inside a namespace: looks names up with Node's resolver and prints the result of each. */
import { promises as dns } from 'node:dns';
import { text } from 'node:stream/consumers';

export interface LookUp {
  name: string;
  type: 'A' | 'AAAA';
}

/** The addresses, or the library's error code. */
export type LookUpResult = { came: string[] | string; elapsedMs: number };

const names: LookUp[] = JSON.parse(await text(process.stdin));
const results: LookUpResult[] = [];
// One after the other, because some answers depend on the order.
for (const { name, type } of names) {
  const resolver = new dns.Resolver({ timeout: 500, tries: 1 });
  const start = performance.now();
  const query = type === 'A' ? resolver.resolve4(name) : resolver.resolve6(name);
  const came = await query.catch((error: NodeJS.ErrnoException) => error.code ?? '');
  results.push({ came, elapsedMs: Math.round(performance.now() - start) });
}
process.stdout.write(JSON.stringify(results));
