import { defaultProvider } from '@aws-sdk/credential-provider-node';
import {
  signedHeaders,
  type Credentials,
  type UnsignedRequest,
} from '../../functions/aggregator/secrets/signature.ts';
import { UsageError } from '../usage-error.ts';

/** The headers of a signed request. */
export type Signer = (request: UnsignedRequest) => Promise<Record<string, string>>;

/**
 * Signs with Signature Version 4 for the service `lambda`, with the credentials that the AWS CLI would use: environment, profile,
 * SSO, role.
 */
export function awsSigner(region: string, credentials: Credentials = defaultProvider()): Signer {
  return async (request) =>
    signedHeaders(request, { service: 'lambda', region, credentials }).catch((error: unknown) => {
      const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
      throw new UsageError(`no usable AWS credentials: ${reason}`);
    });
}
