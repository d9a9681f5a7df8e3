import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { parseSocketTable, readSocketTable, socketKey } from '../../../functions/probe/evidence/proc-net.ts';
import { lostSyns, synSchedule, synsSentAfter } from '../../../functions/probe/attempts/syn-schedule.ts';

describe('the SYN schedule of a kernel', () => {
  it.each([
    ['linux', '6.18.44', 3100, 4],
    ['linux', '6.5.0-14-generic', 2100, 3],
    ['linux', '6.4.16', 2100, 2],
    ['linux', '6.4.16', 3100, 3],
    ['linux', '5.10.0', 6900, 3],
    ['linux', '5.10.0', 7100, 4],
    ['linux', 'unknown', 2100, 2],
    ['darwin', '24.0.0', 2100, 3],
    ['win32', '10.0.22631', 2100, 2],
    ['linux', '7.0.0', 0, 1],
  ] as const)('%s %s: after %i ms, %i SYNs were sent', (platform, release, elapsedMs, sent) => {
    expect(synsSentAfter(synSchedule(platform, release), elapsedMs)).toBe(sent);
  });

  it.each([
    ['6.18.0', 12, 0],
    ['6.18.0', 950, 0],
    ['6.18.0', 1012, 1],
    ['6.18.0', 1700, 0],
    ['6.18.0', 2030, 2],
    ['6.18.0', 3004, 3],
    ['5.10.0', 1012, 1],
    ['5.10.0', 2030, 0],
    ['5.10.0', 3020, 2],
    ['5.10.0', 7020, 3],
  ] as const)('on Linux %s a handshake of %i ms means %i lost SYNs', (release, handshakeMs, lost) => {
    expect(lostSyns(synSchedule('linux', release), handshakeMs)).toBe(lost);
  });
});

const TCP = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1234 1 0000000000000000 100 0 0 10 0
   1: 010012C6:C350 020012C6:01BB 02 00000001:00000000 01:0000005A 00000003     0        0 5678 2 0000000000000000 200 0 0 1 7
  12: 0100007F:C351 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 9 1 0000000000000000 20 4 30 10 -1
  13: 0100007F:C352 0100007F:1F90 06 00000000:00000000 03:00001770 00000000     0        0 0 3 0000000000000000
`;
const TCP6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: B80D0120000001000000000001000000:C350 B80D0120000001000000000007000000:01BB 02 00000001:00000000 01:0000005A 0000000A     0        0 5678 2 0000000000000000 200 0 0 1 7
`;

describe('the socket tables of the kernel', () => {
  it('contain the state of a socket and the SYNs sent again', () => {
    const table = parseSocketTable(TCP);
    expect(table.get(socketKey(0xc350, '198.18.0.2', 443) ?? '')).toEqual({
      state: 'SYN_SENT',
      retransmits: 3,
    });
    expect(table.get(socketKey(0xc351, '127.0.0.1', 8080) ?? '')).toEqual({
      state: 'ESTABLISHED',
      retransmits: 0,
    });
    expect(table.get(socketKey(0xc352, '127.0.0.1', 8080) ?? ''), 'TIME_WAIT').toBeUndefined();
    expect(table.size).toBe(3);
  });

  it('contain them for IPv6', () => {
    const key = socketKey(0xc350, '2001:db8:1::7', 443);
    expect(parseSocketTable(TCP6).get(key ?? '')).toEqual({ state: 'SYN_SENT', retransmits: 10 });
  });

  it.skipIf(process.platform !== 'linux')('are read from the running kernel', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const key = socketKey(socket.localPort ?? 0, '127.0.0.1', port);
    expect(readSocketTable(4)?.get(key ?? '')).toEqual({ state: 'ESTABLISHED', retransmits: 0 });
    socket.destroy();
    server.close();
  });

  it('are empty where the text is not a table', () => {
    expect(parseSocketTable('').size).toBe(0);
    expect(parseSocketTable('No such file').size).toBe(0);
    expect(socketKey(1, 'example.com', 1)).toBeUndefined();
  });
});
