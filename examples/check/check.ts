import { check, formatTarget, localVantage } from 'synwhere';

const targets = process.argv.slice(2);
const verdicts = await check({ targets, vantages: [localVantage()], signal: AbortSignal.timeout(60_000) });

for (const { target, kind, summary, asExpected } of verdicts) {
  console.log(`${formatTarget(target)} ${kind}: ${summary}`);
  if (!asExpected) process.exitCode = 1;
}
