/** One metric family of an OpenMetrics text. */
export interface MetricFamily {
  name: string;
  type: string;
  unit?: string;
  help?: string;
  samples: { labels: Record<string, string>; value: number }[];
}

const NAME = String.raw`[a-zA-Z_:][a-zA-Z0-9_:]*`;
const LABEL = String.raw`[a-zA-Z_][a-zA-Z0-9_]*`;
const ESCAPED = String.raw`(?:[^\\"\n]|\\["\\n])*`;
const METADATA = new RegExp(`^# (TYPE|UNIT|HELP) (${NAME}) (.*)$`);
const SAMPLE = new RegExp(
  String.raw`^(${NAME})(?:\{(${LABEL}="${ESCAPED}"(?:,${LABEL}="${ESCAPED}")*)\})? (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$`,
);
const TYPES = ['gauge', 'stateset', 'info'];

/**
 * Reads OpenMetrics 1.0 text by its grammar (the ABNF of the specification) and its rules for the types that we use: families are not
 * interleaved, metadata comes before samples and each kind once, a unit ends the name, label sets are unique, the samples of a
 * state set are 0 or 1 with the family's own name as a label and exactly one of each set is 1, and `# EOF` ends it. Throws at the
 * first line that breaks one.
 */
export function parseOpenMetrics(text: string): MetricFamily[] {
  const fail = (line: number, why: string): never => {
    throw new Error(`line ${line + 1}: ${why}: ${JSON.stringify(lines[line])}`);
  };
  const lines = text.split('\n');
  if (lines.pop() !== '' || lines.pop() !== '# EOF') throw new Error('the text does not end in "# EOF\\n"');
  const families: MetricFamily[] = [];
  for (const [index, line] of lines.entries()) {
    const current = families.at(-1);
    const metadata = METADATA.exec(line);
    if (metadata) {
      const [, kind = '', name = '', value = ''] = metadata;
      if (kind === 'TYPE') {
        if (families.some((family) => family.name === name)) fail(index, 'a family that was there before');
        if (!TYPES.includes(value)) fail(index, 'a type that we do not use');
        families.push({ name, type: value, samples: [] });
      } else if (!current || current.name !== name || current.samples.length > 0) {
        fail(index, 'metadata that is not at the beginning of its family');
      } else if (kind === 'UNIT') {
        if (current.unit !== undefined || !name.endsWith(`_${value}`))
          fail(index, 'a unit that does not fit');
        current.unit = value;
      } else {
        if (current.help !== undefined || /\\(?!["\\n])/.test(value)) fail(index, 'a help that does not fit');
        current.help = value;
      }
      continue;
    }
    const sample = SAMPLE.exec(line);
    const suffix = current?.type === 'info' ? '_info' : '';
    if (!sample || !current || sample[1] !== `${current.name}${suffix}`)
      return fail(index, 'no sample of the family above');
    const labels: Record<string, string> = {};
    for (const [, name = '', value = ''] of (sample[2] ?? '').matchAll(
      new RegExp(`(${LABEL})="(${ESCAPED})"`, 'g'),
    )) {
      if (Object.hasOwn(labels, name)) fail(index, 'a label twice');
      labels[name] = value.replaceAll(/\\(["\\n])/g, (_all, char: string) => (char === 'n' ? '\n' : char));
    }
    current.samples.push({ labels, value: Number(sample[3]) });
  }
  for (const family of families) {
    const sets = family.samples.map(({ labels }) => keyOf(labels));
    if (new Set(sets).size !== sets.length) throw new Error(`${family.name}: a label set twice`);
    if (family.type === 'stateset') checkStates(family);
  }
  return families;
}

function checkStates({ name, samples }: MetricFamily): void {
  const on = new Map<string, number>();
  for (const { labels, value } of samples) {
    const { [name]: state, ...rest } = labels;
    if (state === undefined) throw new Error(`${name}: a state without its label`);
    if (value !== 0 && value !== 1) throw new Error(`${name}: a state that is neither 0 nor 1`);
    const key = keyOf(rest);
    on.set(key, (on.get(key) ?? 0) + value);
  }
  if ([...on.values()].some((count) => count !== 1)) throw new Error(`${name}: not exactly one state is on`);
}

function keyOf(labels: Record<string, string>): string {
  const entries = Object.entries(labels).map(([name, value]) => JSON.stringify([name, value]));
  return entries.toSorted((a, b) => a.localeCompare(b)).join(' ');
}
