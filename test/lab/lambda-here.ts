/** Runs inside a namespace: the handler of the probe's Lambda, with the policy of SYNWHERE_POLICY, for one event from stdin. */
import { text } from 'node:stream/consumers';
import { handler } from '../../functions/probe/handler.ts';

const event: unknown = JSON.parse(await text(process.stdin));
process.stdout.write(JSON.stringify(await handler(event, { getRemainingTimeInMillis: () => 30_000 })));
