import { readFileSync } from 'node:fs';
import { parseAddress } from '../../reachability/address.ts';

/** RFC 6761 section 6.3: `localhost` is loopback, whether or not the file contains it. */
const LOCALHOST = ['127.0.0.1', '::1'];

/** The path of hosts(5), also on Windows. */
export const HOSTS_FILE =
  process.platform === 'win32'
    ? String.raw`${process.env['SystemRoot'] ?? String.raw`C:\Windows`}\System32\drivers\etc\hosts`
    : '/etc/hosts';

/** Names of hosts(5) in lower case, each with its addresses in canonical form; empty where the file cannot be read. */
export function readHostsFile(file = HOSTS_FILE): ReadonlyMap<string, readonly string[]> {
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    // Without the file there are no names in it: look-ups go to the name servers.
  }
  return parseHosts(text);
}

/** Parses the text of hosts(5): `address name alias… # comment`. */
export function parseHosts(text: string): ReadonlyMap<string, readonly string[]> {
  const hosts = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [literal = '', ...names] = line.replace(/#.*/s, '').trim().split(/\s+/);
    const address = parseAddress(literal)?.text;
    if (!address) continue;
    for (const name of names) {
      const addresses = hosts.get(name.toLowerCase()) ?? [];
      if (!addresses.includes(address)) addresses.push(address);
      hosts.set(name.toLowerCase(), addresses);
    }
  }
  if (!hosts.has('localhost')) hosts.set('localhost', LOCALHOST);
  return hosts;
}
