import type { AddressPolicy } from './policy.ts';

/** The port of SMTP between mail servers. */
const SMTP_PORT = 25;

const SMTP_DENIED =
  'AWS blocks port 25 on the way out of Lambda; only a probe in a VPC can be allowed to use it';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * A policy together with what the platform of this process never lets out. The Lambda runtime sets `AWS_LAMBDA_FUNCTION_NAME`; the
 * deployment of a probe in a VPC sets `SYNWHERE_VPC` to `true`. Lambda outside a VPC drops every SYN to port 25, so that an attempt
 * would look like a silent target. AWS removes that restriction only for functions in a VPC (AWS Knowledge Center, "How do I remove the
 * restriction on port 25 from my Amazon EC2 instance or Lambda function?").
 */
export function withPlatform(policy: AddressPolicy, env: Environment): AddressPolicy {
  const isLambda = (env['AWS_LAMBDA_FUNCTION_NAME'] ?? '') !== '';
  if (!isLambda || env['SYNWHERE_VPC'] === 'true') return policy;
  return {
    deny: (address, port) => policy.deny(address, port) ?? (port === SMTP_PORT ? SMTP_DENIED : undefined),
    denyTold: (address, port) => policy.denyTold(address, port),
  };
}
