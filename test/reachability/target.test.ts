import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../functions/reachability/address.ts';
import { formatTarget, parseTarget, TargetError } from '../../functions/reachability/target.ts';

describe('parseTarget', () => {
  it.each([
    ['example.com:443', 'example.com', 443],
    ['EXAMPLE.com.:80', 'example.com', 80],
    ['_dmarc.example.com:1', '_dmarc.example.com', 1],
    ['bücher.example:443', 'xn--bcher-kva.example', 443],
    ['203.0.113.10:22', '203.0.113.10', 22],
    ['2130706433:80', '127.0.0.1', 80],
    ['0x7f.1:80', '127.0.0.1', 80],
    ['0177.0.0.1:80', '127.0.0.1', 80],
    ['[2001:DB8:0:0::1]:443', '2001:db8::1', 443],
    ['[::ffff:10.0.0.1]:443', '::ffff:a00:1', 443],
    ['[fe80::1%eth0]:443', 'fe80::1%eth0', 443],
    ['[fe80::1%br-0123456789ab]:443', 'fe80::1%br-0123456789ab', 443],
    ['نامه\u200cای.example:443', 'xn--mgba3gch31f060k.example', 443],
  ])('%s', (text, host, port) => {
    expect(parseTarget(text)).toEqual({ host, port });
    expect(parseTarget(formatTarget(parseTarget(text)))).toEqual({ host, port });
  });

  it.each([
    ['', 'the port is missing'],
    ['example.com', 'the port is missing'],
    ['example.com:', 'not a number from 1 to 65535'],
    ['example.com:0', 'not a number from 1 to 65535'],
    ['example.com:65536', 'not a number from 1 to 65535'],
    ['example.com:http', 'not a number from 1 to 65535'],
    ['https://example.com:443', 'this is a URL'],
    ['2001:db8::1:443', 'in brackets'],
    ['[10.0.0.1]:80', 'not an IPv6 address'],
    ['[::1', 'brackets'],
    [':443', 'the host is missing'],
    ['999.0.0.1:80', 'not an IPv4 address'],
    ['1.2.3.4.5:80', 'not an IPv4 address'],
    ['-a.example:80', 'not a domain name'],
    ['a..b:80', 'not a domain name'],
    ['a b:80', 'it cannot contain " "'],
    ['ü/x:80', 'it cannot contain "/"'],
    ['ü@b.example:80', 'it cannot contain "@"'],
    ['b\u200bü.example:80', String.raw`it cannot contain "\u{200b}"`],
    ['１２７.0.0.1:80', 'not an IPv4 address'],
    ['[fe80::1%sixteen-letters0]:80', 'not an IPv6 address'],
    [`${'a'.repeat(64)}.example:80`, 'longer than 63'],
    [`${'a.'.repeat(130)}example:80`, 'longer than 253'],
  ])('refuses %j', (text, message) => {
    expect(() => parseTarget(text)).toThrow(TargetError);
    expect(() => parseTarget(text)).toThrow(message);
  });
});

describe('parseAddress', () => {
  it.each([
    ['::', '::'],
    ['1::', '1::'],
    ['0:0:1:0:0:0:1:0', '0:0:1::1:0'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
    ['1.65535', '1.0.255.255'],
    ['0', '0.0.0.0'],
  ])('%s is %s', (text, canonical) => expect(parseAddress(text)?.text).toBe(canonical));

  it('takes a trailing dot as inet_aton does', () => expect(parseAddress('1.2.3.')?.text).toBe('1.2.0.3'));

  it.each([
    '1:2:3:4:5:6:7',
    '1::2::3',
    ':::',
    '12345::',
    '256.1.1.1',
    '1.2.3.256',
    '08.1.1.1',
    'a',
    '',
    '::1%',
  ])('refuses %j', (text) => expect(parseAddress(text)).toBeUndefined());
});
