import { EXIT } from '../exit-status.ts';
import { printable } from '../../functions/reachability/one-line.ts';

/** The service could not be reached or failed by itself; the message is one line. Nothing can be said then: exit status 3. */
export class ServiceFault extends Error {
  override readonly name = 'ServiceFault';
}

/** Runs what asks the service; its faults become one line on stderr and the exit status for "nothing can be said". */
export async function askingService(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof ServiceFault)) throw error;
    process.stderr.write(`synwhere: ${printable(error.message)}\n`);
    process.exitCode = EXIT.nothingToSay;
  }
}
