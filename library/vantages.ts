import { show } from '../configuration/expected.ts';
import { HERE, VANTAGE_NAME } from '../configuration/limits.ts';
import type { Vantage } from '../functions/aggregator/vantages/vantage.ts';
import { AWS } from '../functions/reachability/words.ts';
import { InputError } from './input-error.ts';

/** This process as a vantage. `name` is its name in verdicts. Throws {@link InputError} where the name cannot be used. */
export function localVantage(name: string = HERE): Vantage {
  refuseName(name);
  return loadedWhenAsked({ name }, async () => {
    const [{ inProcessVantage }, { probe }] = await Promise.all([
      import('../functions/aggregator/vantages/in-process.ts'),
      import('../functions/probe/probe.ts'),
    ]);
    return inProcessVantage(name, probe);
  });
}

/**
 * Any machine behind a command line, which `/bin/sh -c` reads (`cmd.exe` on Windows): it gets a probe request as JSON on stdin and
 * prints its report as JSON on stdout, as `synwhere probe -` does. For example `commandVantage('tokyo', 'ssh tokyo synwhere probe -')`.
 * Throws {@link InputError} where the name cannot be used or the command is empty.
 */
export function commandVantage(name: string, command: string): Vantage {
  refuseName(name);
  if (typeof command !== 'string' || command.trim() === '') {
    throw new InputError([
      `vantage ${name}: the command is missing; write 'ssh ${name} synwhere probe -' or another command`,
    ]);
  }
  return loadedWhenAsked({ name }, async () => {
    const vantage = await import('../functions/aggregator/vantages/command.ts');
    return vantage.commandVantage(name, command);
  });
}

/** AWS credentials, as the AWS SDK for JavaScript takes them. */
export interface AwsCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** What can be set for a probe in AWS Lambda. */
export interface LambdaVantageOptions {
  /** The name of the vantage in verdicts. Default: the region. */
  name?: string;
  /** The network that it is in. Default: `aws`. */
  network?: string;
  /** Default: the credentials that the AWS SDK finds (environment, profile, role). */
  credentials?: AwsCredentials | (() => Promise<AwsCredentials>);
  /** The URL of the Lambda API. Default: that of the region. */
  endpoint?: string;
}

/**
 * A probe that is deployed as the Lambda function `functionName` in `region`. The caller needs the permission `lambda:InvokeFunction`
 * on it. Throws {@link InputError} where a name cannot be used. The AWS SDK is loaded when the vantage is asked for the first time.
 */
export function lambdaVantage(
  region: string,
  functionName: string,
  options: LambdaVantageOptions = {},
): Vantage {
  const { name = region, network = AWS } = options;
  refuseName(name);
  for (const [what, value] of Object.entries({ region, functionName })) {
    if (typeof value !== 'string' || !/^[\w:-]{1,170}$/.test(value)) {
      throw new InputError([
        `vantage ${name}: ${show(value)} cannot be its ${what}; write lambdaVantage('eu-west-1', 'synwhere-probe')`,
      ]);
    }
  }
  return loadedWhenAsked({ name, network }, async () => {
    const vantage = await import('../functions/aggregator/vantages/lambda.ts');
    return vantage.lambdaVantage(region, functionName, options);
  });
}

/** A vantage whose code is loaded at its first probe, once. */
function loadedWhenAsked(who: Pick<Vantage, 'name' | 'network'>, load: () => Promise<Vantage>): Vantage {
  let loaded: Promise<Vantage> | undefined;
  return {
    ...who,
    async probe(request, signal) {
      loaded ??= load();
      return (await loaded).probe(request, signal);
    },
  };
}

function refuseName(name: unknown): void {
  if (typeof name !== 'string' || !VANTAGE_NAME.test(name)) throw new InputError([wrongVantageName(name)]);
}

/** What is wrong with a name that {@link VANTAGE_NAME} does not match. */
export function wrongVantageName(name: unknown): string {
  return `${show(name)} is not a name for a vantage; write at most 63 letters, digits, dots, hyphens and underscores`;
}
