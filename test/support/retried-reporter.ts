import type { Reporter, TestCase } from 'vitest/node';

/**
 * Prints at the end of a run which tests failed first and passed on a retry. Such a test, or the code that it tests, depends on chance.
 * Prints nothing if there is none.
 */
export default class RetriedReporter implements Reporter {
  readonly #retried: string[] = [];

  onTestCaseResult(testCase: TestCase): void {
    const { flaky, retryCount } = testCase.diagnostic() ?? { flaky: false, retryCount: 0 };
    if (!flaky) return;
    const retries = retryCount === 1 ? '1 retry' : `${retryCount} retries`;
    this.#retried.push(`${testCase.module.relativeModuleId} > ${testCase.fullName} (${retries})`);
  }

  onTestRunEnd(): void {
    if (this.#retried.length === 0) return;
    process.stdout.write(
      `\nPassed only on a retry:\n${this.#retried.map((line) => `  ${line}\n`).join('')}\n`,
    );
  }
}
