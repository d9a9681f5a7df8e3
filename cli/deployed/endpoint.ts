import type { Configuration } from '../../configuration/configuration.ts';
import { UsageError } from '../usage-error.ts';
import type { Signer } from './signer.ts';

/** Where the service is, and how requests to it are signed. Requests to `synwhere dev` on loopback are not signed. */
export interface Endpoint {
  url: URL;
  signer?: Signer;
}

export interface EndpointOptions {
  /** `--endpoint URL`. It takes precedence over `SYNWHERE_ENDPOINT`, and both over the look-up of the function. */
  endpoint?: string;
  /** Read only where it is needed: to look up the function, and for the region of the signature. */
  configuration: () => Configuration;
  env: NodeJS.ProcessEnv;
}

/**
 * Finds the service: the given endpoint, or the Function URL of `<name>-aggregator` in the home region of the configuration.
 * Throws {@link UsageError} where there is none.
 */
export async function findEndpoint({ endpoint, configuration, env }: EndpointOptions): Promise<Endpoint> {
  const given = endpoint ?? env['SYNWHERE_ENDPOINT'];
  if (given === undefined || given === '') {
    const { name, home } = configuration();
    return signedEndpoint(parseEndpoint(await lookUp(`${name}-aggregator`, home)), home);
  }
  const url = parseEndpoint(given);
  const region = /\.lambda-url\.([a-z\d-]+)\./.exec(url.hostname)?.[1] ?? env['AWS_REGION'];
  if (!isLoopback(url.hostname)) return signedEndpoint(url, region ?? configuration().home);
  // A local AWS needs a signature, and `synwhere dev` ignores it. A user without an account can still use the own machine.
  const named = env['AWS_ACCESS_KEY_ID'] ?? env['AWS_PROFILE'];
  return named === undefined ? { url } : signedEndpoint(url, region ?? 'us-east-1');
}

async function signedEndpoint(url: URL, region: string): Promise<Endpoint> {
  const { awsSigner } = await import('./signer.ts');
  return { url, signer: awsSigner(region) };
}

function parseEndpoint(text: string): URL {
  const url = URL.parse(text);
  // A URL without a scheme is a common mistake: `localhost:8642` is a URL of the scheme `localhost`.
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(
      `endpoint ${JSON.stringify(text)} is not a URL of https or http; write one such as http://127.0.0.1:8642`,
    );
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    throw new UsageError(`endpoint ${url.origin}: only https is allowed to other machines`);
  }
  url.pathname = url.pathname.replace(/\/+$/, '');
  return url;
}

function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

async function lookUp(functionName: string, region: string): Promise<string> {
  const { GetFunctionUrlConfigCommand, LambdaClient } = await import('@aws-sdk/client-lambda');
  const client = new LambdaClient({ region });
  const advice = 'deploy it, or give --endpoint URL or SYNWHERE_ENDPOINT';
  try {
    const { FunctionUrl } = await client.send(
      new GetFunctionUrlConfigCommand({ FunctionName: functionName }),
    );
    if (FunctionUrl !== undefined) return FunctionUrl;
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    const [reason = ''] = message.split('\n');
    if (name === 'CredentialsProviderError') {
      throw new UsageError(
        `looking for ${functionName} in ${region}: no AWS credentials: ${reason}; log in (\`aws login\`), or give --endpoint URL`,
      );
    }
    const why = name === 'ResourceNotFoundException' ? 'there is no such Function URL' : `${name}: ${reason}`;
    throw new UsageError(`looking for ${functionName} in ${region}: ${why}; ${advice}`);
  } finally {
    client.destroy();
  }
  throw new UsageError(`${functionName} in ${region} has no Function URL; ${advice}`);
}
