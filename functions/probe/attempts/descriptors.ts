import { readdirSync, readFileSync } from 'node:fs';

/** Left for name look-ups, files and whatever else the process opens meanwhile; a quarter where there is not much at all. */
const RESERVE = 48;
const RESERVE_SHARE = 0.25;
/** More sockets at once bring nothing: a name server, a NAT table or a small router on the way would be the one measured. */
const MOST = 2000;
/** Where neither the limit nor what is open can be read: the 1,024 of most systems, and of Lambda, with room to spare. */
const UNKNOWN_LIMIT = 1024;
const UNKNOWN_OPEN = 64;

/** How many sockets the process may hold open at once: its descriptor limit, less what is open, less a reserve. */
export function socketCapacity(descriptorsPerSocket = 1): number {
  const room = descriptorLimit() - openDescriptors();
  const sockets = (room - Math.min(RESERVE, room * RESERVE_SHARE)) / descriptorsPerSocket;
  return Math.max(1, Math.min(MOST, Math.floor(sockets)));
}

/** The soft limit of RLIMIT_NOFILE (proc_pid_limits(5)); Node raises it to the hard one when it starts. */
function descriptorLimit(): number {
  try {
    const [, soft] =
      /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'latin1')) ?? [];
    return soft === 'unlimited' ? MOST * 4 : Number(soft ?? UNKNOWN_LIMIT);
  } catch {
    return UNKNOWN_LIMIT;
  }
}

function openDescriptors(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return UNKNOWN_OPEN;
  }
}
