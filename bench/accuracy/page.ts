import { whereBehind } from './behind.ts';
import type { Behind } from './behind.ts';
import { EXPLAINED } from './explained.ts';
import { OTHER_RULES } from './claims.ts';
import { RATES } from './rates.ts';
import type { Simulation } from './simulate.ts';
import { OURS } from './simulate.ts';
import { ROWS } from './row.ts';
import { asMarkdown, tables } from './tables.ts';

/** The page for docs/, whole. It holds nothing that changes from run to run of the same seed. */
export function page(simulation: Simulation): string {
  const { seed, worlds, vantages, secondRounds } = simulation;
  return `# How often the verdicts are right

This page is made by \`npm run accuracy -- --write --seed ${seed} --worlds ${worlds}\`; the same seed gives the same page. \`bench/accuracy/\` is the whole of it.

${worlds} random internets, ${vantages} vantages in all. A second round was asked for in ${secondRounds} of them.

## Method

Each world is drawn at random: one to twenty vantages, each with an access line (IPv4, half of them IPv6 too) and one of three to eight transit networks; a target with one to eight addresses in up to three networks, which each transit network reaches over a link that its vantages share, made of several equal paths; the target's name, at times answered differently to each vantage; up to four controls in networks of their own, most by name. Then something is broken, or nothing, at the rates below, and noise is added to every world.

From that, each vantage's report is made attempt by attempt, with the probe's defaults (three connects per address, each from a fresh source port, silence called after four seconds): a SYN goes out, passes or is stopped by the first broken element of its way, may be lost and sent again. The reports go to the real \`crossExamination\`; where it asks for a second round, one is made in the world as it is by then; the real \`judge\` speaks the verdict. It never sees the world.

The other rules see the very same reports, of the first round, which is all that they work with. Each is held to what was true at the time of the reports that it used.

**The truth** is told from what is broken in the world, by code that shares nothing with the judgement. The target is *up* when a well-placed client would get to it: the name leads somewhere at its own servers, and some address of it answers with an open connection that stays open. A vantage is *kept away* when its own process, line or resolver, its way, or a filter at the target aimed at it keeps it from an address that is alive. Where only some of its packets get through, neither is counted. The *kind* that is right follows from the contract's definitions, applied to what is truly broken between each vantage and each address instead of to what was seen. Where all who count are cut off from a target that is up, only silence about the target is called right.

## Base rates

| what | value | source |
| --- | --- | --- |
${RATES.map(({ what, value, source }) => `| ${what} | ${value} | ${source} |`).join('\n')}

None of these was chosen or changed after looking at results, and the seed of this page was not looked at while rules or rates were made or mended. What counts as right was sharpened after the first runs, in three points: on a way that is broken for some source ports both "cut off" and "unstable" are right; a vantage whose resolver is dead is set aside where its controls have names; and worlds that nobody could tell from a target that is down stand in a row of their own, which counts in all sums.

## The rules

- **${OURS}**: the verdict's \`kind\`. Down: \`name-failure\`, \`remote-refusal\`, \`unroutable\`, \`unresponsive\`, \`accepts-then-closes\`. Nothing: \`vantage-fault\`, \`insufficient-data\`. Up, with or without trouble somewhere: all others.
${OTHER_RULES.map(({ name, words, source }) => `- **${name}**: ${words} Source: ${source}.`).join('\n')}

None of the others is given a second round, nor controls: none of them documents any. A check that opens TCP connections is what all of them are asked for here; those that speak HTTP as well would see a target that accepts and hangs up.

## Results

${tables(simulation).map(asMarkdown).join('\n')}
## Where another rule is ahead

Every row of the first four tables in which some other rule does better, with the best of them, in percent.

| what is the matter | measure | Synwhere | other rule | | why |
| --- | --- | ---: | --- | ---: | --- |
${whereBehind(simulation).map(behindLine).join('\n')}

## What the tables do not say by themselves

${EXPLAINED.map(({ about, why }) => `- **${about}** ${why}`).join('\n')}
`;
}

function behindLine({ row, measure, ours, rule, theirs, why = 'Not explained yet.' }: Behind): string {
  return `| ${ROWS[row]} | ${measure} | ${percent(ours)} | ${rule} | ${percent(theirs)} | ${why} |`;
}

function percent(share: number): string {
  return (100 * share).toFixed(2);
}
