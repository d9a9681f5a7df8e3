import type { Verdict } from '../../functions/reachability/verdict.ts';
import type { Fault, Kind } from '../../functions/reachability/words.ts';
import type { Situation } from '../../lab/matrix/situation.ts';
import { WELL } from '../../lab/matrix/situation.ts';

/** A planted situation beside what was said of it. */
export interface MatrixResult {
  name: string;
  planted: string;
  expected: Kind;
  said: Kind;
  /** Where the verdict is wrong, in a few words; none where it is right. */
  wrong: string[];
  summary: string;
  because: string[];
}

export function compare(situation: Situation, verdict: Verdict | undefined): MatrixResult {
  if (!verdict) throw new Error(`no verdict on ${situation.name}`);
  const kinds = typeof situation.kind === 'string' ? [situation.kind] : situation.kind;
  const chance = kinds.length > 1;
  const { kind, also, confidence, notRuledOut, summary, because } = verdict;
  const wrong = [
    ...(kinds.includes(kind) ? [] : [`said ${kind}`]),
    ...(situation.also ?? []).flatMap((each) => (also.includes(each) ? [] : [`does not add ${each}`])),
    ...(situation.confidence === undefined || situation.confidence === confidence
      ? []
      : [`confidence ${confidence}, not ${situation.confidence}`]),
    ...(chance ? [] : wrongBlame(situation, verdict)),
    ...(notRuledOut.some((line) => line.includes(situation.doubt))
      ? []
      : [`does not say "${situation.doubt}"`]),
  ];
  const [expected = kind] = kinds;
  const { name, planted } = situation;
  return {
    name,
    planted,
    expected: kinds.includes(kind) ? kind : expected,
    said: kind,
    wrong,
    summary,
    because,
  };
}

function wrongBlame({ vantages = WELL, blame = {} }: Situation, verdict: Verdict): string[] {
  const said = new Map(verdict.vantages.map(({ vantage, fault }) => [vantage, fault]));
  return vantages.flatMap((vantage) => {
    const right: Fault = blame[vantage] ?? 'none';
    const given = said.get(vantage);
    return given === right ? [] : [`${vantage}: fault ${given ?? 'missing'}, not ${right}`];
  });
}
