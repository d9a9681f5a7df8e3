import type { SSMClientConfig } from '@aws-sdk/client-ssm';
import type { StoredSecret } from '../../../configuration/configuration.ts';
import { ONE_ATTEMPT, statusOf } from './one-attempt.ts';

export interface SecretOptions {
  /** Default: region, endpoint and credentials of this process, as the AWS SDK reads them. */
  client?: Pick<SSMClientConfig, 'region' | 'endpoint' | 'credentials'>;
  signal?: AbortSignal;
}

/**
 * Reads a value from SSM Parameter Store (decrypted) or from Secrets Manager (the current string). The AWS client is loaded with the
 * first read. Rejects with one line that names the parameter or the secret and the reason, and never contains the value.
 */
export async function readStoredSecret(
  { parameter, secret }: StoredSecret,
  { client = {}, signal }: SecretOptions = {},
): Promise<string> {
  const what = parameter === undefined ? `the secret ${secret}` : `the parameter ${parameter}`;
  const send = { ...(signal && { abortSignal: signal }) };
  let value: unknown;
  try {
    if (parameter !== undefined) {
      const { GetParameterCommand, SSMClient } = await import('@aws-sdk/client-ssm');
      const command = new GetParameterCommand({ Name: parameter, WithDecryption: true });
      const answer = await new SSMClient({ ...ONE_ATTEMPT, ...client }).send(command, send);
      value = answer.Parameter?.Value;
    } else {
      const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
      // A secret that is given by its ARN may be in another region.
      const [, region] = /^arn:[^:]+:secretsmanager:([^:]+):/.exec(secret ?? '') ?? [];
      const settings = { ...ONE_ATTEMPT, ...client, ...(region !== undefined && { region }) };
      const command = new GetSecretValueCommand({ SecretId: secret });
      const answer = await new SecretsManagerClient(settings).send(command, send);
      value = answer.SecretString;
    }
  } catch (error) {
    // oxlint-disable-next-line preserve-caught-error -- the SDK attaches the response, and the message of a SyntaxError quotes it: both may contain the value
    if (!(error instanceof SyntaxError)) throw new Error(`${what} could not be read: ${reasonOf(error)}`);
  }
  if (typeof value === 'string') return value;
  throw new Error(`${what} has no text value`);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'the request failed';
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'no answer in time';
  if ('code' in error) return String(error.code);
  const status = statusOf(error);
  return status === undefined ? error.message : `${status} ${error.name}`;
}
