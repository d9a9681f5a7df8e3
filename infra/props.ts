import { Stack, Token } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';
import type { Configuration } from '../configuration/configuration.ts';
import { ConfigurationError, problemText, type Problem } from '../configuration/error.ts';
import { show } from '../configuration/expected.ts';
import { VANTAGE_NAME } from '../configuration/limits.ts';
import { readConfiguration } from '../configuration/load.ts';
import type { DeployedProbe } from '../configuration/probes.ts';

/** Props that cannot be used. The message has one line for each mistake: the construct, where, what is wrong, and what to write. */
export class PropsError extends Error {
  override readonly name = 'PropsError';
  /** The lines of the message. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

interface ReadOptions {
  /** What is wrong with other props. */
  problems: readonly Problem[];
  /** The section whose keys are props of their own. */
  flat?: string;
  /** Names of vantages that an expectation may name. */
  vantages?: readonly string[];
  onWarning?: (text: string) => void;
}

/** Checks props by the schema and the rules of the configuration file. Throws {@link PropsError} with all mistakes. */
export function readProps(
  scope: Construct,
  written: Readonly<Record<string, unknown>>,
  { problems, flat, vantages = [], onWarning = () => {} }: ReadOptions,
): Configuration {
  const source = scope.node.path;
  const lines = problems.map((problem) => `${source}: ${problemText(problem)}`);
  try {
    const configuration = readConfiguration(written, source, { vantages, onWarning });
    if (lines.length === 0) return configuration;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    lines.push(...error.problems.map((line) => line.replace(`${source}: ${flat}.`, `${source}: `)));
  }
  throw new PropsError(lines);
}

/** What is wrong with the probes of a service, or with a probe. `path` is where they are. */
export function probeProblems(
  probes: readonly Partial<DeployedProbe>[],
  path: readonly string[] = ['vantages'],
): Problem[] {
  const seen = new Map<string, number>();
  return probes.flatMap((probe, index) => {
    const at = path.length === 0 ? [] : [...path, index];
    const { name = '', region = '', functionName = '' } = probe;
    const found: Problem[] = [];
    const refuse = (key: keyof DeployedProbe, text: string): void => {
      found.push({ path: [...at, key], text });
    };
    for (const [key, value] of Object.entries({ name, region, functionName } as const)) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of the object above
      if (Token.isUnresolved(value)) refuse(key as keyof DeployedProbe, UNRESOLVED);
    }
    if (found.length > 0) return found;
    if (!VANTAGE_NAME.test(name)) {
      refuse('name', `${show(name)} is not a name for a vantage; write letters, digits, dots and hyphens`);
    }
    if (!/^[a-z]{2,}(-[a-z\d]+)+$/.test(region)) {
      refuse('region', `${show(region)} is not an AWS region; write one such as 'eu-central-1'`);
    }
    if (!/^[\w-]{1,64}$/.test(functionName)) {
      refuse(
        'functionName',
        `${show(functionName)} is not the name of a function; write letters, digits, hyphens and underscores`,
      );
    }
    const before = seen.get(name);
    if (before !== undefined) {
      refuse(
        'name',
        `${name} is also the name of ${path.join('.')}[${before}]; give one of them another name`,
      );
    }
    seen.set(name, index);
    return found;
  });
}

const UNRESOLVED = 'is known only after a deployment; write it as a text';

/** The region of the stack of a construct, which must be known. */
export function regionOf(scope: Construct): string {
  const stack = Stack.of(scope);
  if (!Token.isUnresolved(stack.region)) return stack.region;
  throw new PropsError([
    `${scope.node.path}: the region of its stack is not known; write new Stack(app, '${stack.node.id}', { env: { region: 'eu-central-1' } })`,
  ]);
}

/** Makes the synthesis fail where another construct of the app has the same physical name in the same account and region. */
export function refuseSharedName(
  scope: Construct,
  prop: string,
  nameOf: (construct: IConstruct) => string | undefined,
): void {
  scope.node.addValidation({
    validate() {
      const others = scope.node.root.node
        .findAll()
        .filter(
          (other) => other !== scope && nameOf(other) === nameOf(scope) && place(other) === place(scope),
        );
      return others.map(
        ({ node }) =>
          `${scope.node.path} and ${node.path} have the same ${prop}, ${nameOf(scope)}, in one region; write another one for one of them`,
      );
    },
  });
}

function place(construct: IConstruct): string {
  const { account, region } = Stack.of(construct);
  return `${Token.isUnresolved(account) ? '' : account} ${region}`;
}
