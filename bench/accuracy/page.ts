import { whereBehind } from './behind.ts';
import type { Behind } from './behind.ts';
import { EXPLAINED } from './explained.ts';
import { OTHER_RULES } from './claims.ts';
import { RATES } from './rates.ts';
import type { Simulation } from './simulate.ts';
import { OURS } from './simulate.ts';
import { ROWS } from './row.ts';
import { asMarkdown, tables } from './tables.ts';

/** The page docs/accuracy.md as Markdown. It depends only on the seed and the number of worlds. */
export function page(simulation: Simulation): string {
  const { seed, worlds, vantages, secondRounds } = simulation;
  return `# How often the verdicts are correct

\`npm run accuracy -- --write --seed ${seed} --worlds ${worlds}\` writes this page. The same seed gives the same page. The code is in \`bench/accuracy/\`.

This run has ${worlds} random networks ("worlds") with ${vantages} vantages in all. A second round was requested in ${secondRounds} of them.

## Method

Each world is drawn at random:

- One to twenty vantages. Each has an access line with IPv4, half of them also with IPv6, and uses one of three to eight transit networks.
- A target with one to eight addresses in up to three networks. Each transit network reaches each of them over a link of several equal paths. All vantages of the transit network share this link.
- The target's name. In some worlds it resolves to different addresses for each vantage.
- Up to four controls in separate networks. Most of them have names.

Then faults are planted in some worlds, at the rates below. Noise is added to every world.

The report of each vantage is computed attempt by attempt, with the probe's defaults: three connects per address, each from a new source port, with a timeout of four seconds. A SYN passes, is stopped by the first broken element on its path, or is lost and sent again. The reports go to the real \`crossExamination\`. If it requests a second round, that round uses the state of the world at that time. The real \`judge\` returns the verdict. It has no access to the world.

The other rules get the same reports of the first round, because they use only one round. Each rule is compared with the truth at the time of the reports that it used.

**The truth** is determined from what is broken in the world, by code that is independent of the judgement:

- The target is *up* if a well-connected client can use it: its authoritative servers resolve the name, and at least one of its addresses accepts a connection and keeps it open.
- A vantage is *blocked* if a fault of its own process, access line or resolver, a fault on its path, or a filter for it at the target prevents it from reaching an address that works. A vantage that loses only some of its packets is not counted.
- The correct *kind* follows from the definitions of the kinds in [verdicts.md](verdicts.md). They are applied to what is really broken between each vantage and each address, not to what the vantages saw. If all usable vantages are blocked from a target that is up, only a verdict without a statement about the target is correct.

## Base rates

| what | value | source |
| --- | --- | --- |
${RATES.map(({ what, value, source }) => `| ${what} | ${value} | ${source} |`).join('\n')}

No rate was chosen or changed after the results were known. The results for the seed of this page were not used while rules or rates were written or corrected. The definition of a correct verdict was made more precise after the first runs, in three points:

- On a path that is broken for some source ports, both a kind for a blocked vantage and \`unstable\` are correct.
- A vantage whose resolver does not work is excluded if its controls have names.
- Worlds whose reports are the same as for a target that is down have a separate row. It is included in all totals.

## The rules

- **${OURS}**: the verdict's \`kind\`. Down: \`name-failure\`, \`remote-refusal\`, \`unroutable\`, \`unresponsive\`, \`accepts-then-closes\`. No result: \`vantage-fault\`, \`insufficient-data\`. Up, with or without a fault elsewhere: all other kinds.
${OTHER_RULES.map(({ name, description, source }) => `- **${name}**: ${description} Source: ${source}.`).join('\n')}

The other rules get no second round and no controls, because none of them documents these. Each is used here as a check that opens TCP connections. Rules that also use HTTP would detect a target that accepts and closes connections.

## Results

${tables(simulation).map(asMarkdown).join('\n')}
## Where another rule is better

Every row of the first four tables in which another rule is better, with the best of the other rules, in percent.

| fault | measure | Synwhere | other rule | | reason |
| --- | --- | ---: | --- | ---: | --- |
${whereBehind(simulation).map(behindLine).join('\n')}

## Explanations

${EXPLAINED.map(({ about, why }) => `- **${about}** ${why}`).join('\n')}
`;
}

function behindLine({ row, measure, ours, rule, theirs, why = 'Not explained yet.' }: Behind): string {
  return `| ${ROWS[row]} | ${measure} | ${percent(ours)} | ${rule} | ${percent(theirs)} | ${why} |`;
}

function percent(share: number): string {
  return (100 * share).toFixed(2);
}
