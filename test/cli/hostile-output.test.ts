import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createProgram } from '../../cli/run.ts';
import { SCENARIOS, setStage, throughPipes, throughTerminal, type Stage } from './hostile-commands.ts';
import { expectPrintable } from './hostile-text.ts';
import { requirement } from '../support/requirements.ts';
import { terminalProblem } from './terminal.ts';

const hasScript = requirement('hostile output on a terminal', terminalProblem());

let stage: Stage;

beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage.close());

/** Every command of the program, including those in groups. */
function commandsOf(parent: Command, prefix = ''): string[] {
  return parent.commands.flatMap((command) => {
    const name = `${prefix}${command.name()}`;
    return [name, ...commandsOf(command, `${name} `)];
  });
}

test('every command is tried with hostile input', () => {
  const commands = commandsOf(createProgram());
  expect(commands.length).toBeGreaterThan(10);
  expect(new Set(SCENARIOS.map(({ command }) => command))).toEqual(new Set(commands));
});

const named = SCENARIOS.map((scenario) => [`${scenario.command}: ${scenario.input}`, scenario] as const);
/** One scenario of each command is enough to test terminals and pipes. */
const firsts = named.filter(
  ([, { command, stdin }], index) =>
    stdin === undefined && named.findIndex(([, other]) => other.command === command) === index,
);

describe.concurrent('with hostile input, the output has only printable lines', () => {
  test.each(named)('%s, in colour', async (_name, scenario) => {
    const output = await throughPipes(scenario, stage, { colour: true });
    expectPrintable(output, { colour: true });
    expect(output).toMatch(scenario.shows);
  });

  test.each(firsts)('%s, without colour', async (_name, scenario) => {
    const output = await throughPipes(scenario, stage, { colour: false });
    expectPrintable(output);
    expect(output).toMatch(scenario.shows);
  });

  test.runIf(hasScript).each(firsts)('%s, on a terminal', async (_name, scenario) => {
    const output = await throughTerminal(scenario, stage);
    expectPrintable(output, { tty: true });
    expect(output.replaceAll(/\s+/g, ' ')).toMatch(scenario.shows);
  });
});
