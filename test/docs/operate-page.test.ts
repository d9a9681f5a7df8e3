import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const page = readFileSync(join(ROOT, 'docs/operate.md'), 'utf8');

/** Texts of logs and incidents in the runbook, and the code that writes them. */
test.each([
  ['is still running', 'functions/aggregator/tick/tick.ts', '} is still running'],
  ['could not write the record', 'functions/aggregator/tick/tick.ts', "'write the record'"],
  ['table synwhere: cannot', 'functions/aggregator/store/table.ts', 'table ${this.#name}: cannot ${verb}'],
  [
    'announcing … over CHANNEL failed',
    'functions/aggregator/announce/dispatcher.ts',
    'announcing ${id} over ${channel} failed',
  ],
  [
    'announcing … over CHANNEL failed; it is set aside',
    'functions/aggregator/announce/dispatcher.ts',
    '`it is set aside',
  ],
  ['throttled (429)', 'functions/aggregator/vantages/lambda.ts', '`throttled (429)'],
  ['missing (404)', 'functions/aggregator/vantages/lambda.ts', '`missing (404)'],
  ['forbidden (403)', 'functions/aggregator/vantages/lambda.ts', '`forbidden (403)'],
  ['controls failed', 'functions/reachability/standing.ts', '${label} failed'],
  ['(perhaps again)', 'functions/aggregator/announce/text.ts', '(perhaps again)'],
])('the runbook shows "%s" as the program writes it', (shown, file, written) => {
  expect(page).toMatch(new RegExp(`\`[^\`]*${shown.replaceAll(/[()]/g, String.raw`\$&`)}`));
  expect(readFileSync(join(ROOT, file), 'utf8')).toContain(written);
});
