import { printableJson } from '../functions/reachability/one-line.ts';
import type { ProbeReport } from '../functions/reachability/report.ts';
import type { Verdict } from '../functions/reachability/verdict.ts';
import { renderReport } from './render/reports.ts';
import { pageOf } from './render/text.ts';
import { renderBriefly, renderVerdicts } from './render/verdicts.ts';

/** Prints verdicts on stdout: for a person, as one line for each target, or as JSON. */
export function printVerdicts(
  verdicts: readonly Verdict[],
  { json, brief }: { json?: boolean | undefined; brief?: boolean | undefined },
): void {
  if (json) return printJson({ verdicts });
  const render = brief ? renderBriefly : renderVerdicts;
  process.stdout.write(render(verdicts, pageOf(process.stdout)));
}

/** Prints one report on stdout, for a person or as JSON. */
export function printReport(report: ProbeReport, json: boolean): void {
  if (json) printJson(report);
  else process.stdout.write(renderReport(report, pageOf(process.stdout)));
}

/** Prints JSON on stdout, indented by two spaces or on one line. Characters that a terminal would interpret are escaped. */
export function printJson(value: unknown, indent = 2): void {
  process.stdout.write(`${printableJson(value, indent)}\n`);
}
