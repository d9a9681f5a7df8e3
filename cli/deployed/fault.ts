import { EXIT } from '../exit-status.ts';
import { printable } from '../../functions/reachability/one-line.ts';

/** The service could not be reached, or it failed. The message is one line. There is no conclusion: exit status 3. */
export class ServiceFault extends Error {
  override readonly name = 'ServiceFault';
}

/** Runs an action that uses the service. A fault of the service is one line on stderr and exit status 3. */
export async function askingService(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof ServiceFault)) throw error;
    process.stderr.write(`synwhere: ${printable(error.message)}\n`);
    process.exitCode = EXIT.nothingToSay;
  }
}
