import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { StoredSecret } from '../configuration/configuration.ts';
import { allow } from './constructs/node-function.ts';

/**
 * Allows to read exactly this parameter or secret. With a key that AWS manages, permission to read it is enough. With a customer managed
 * key, decrypting through the store is allowed and nothing else.
 */
export function readerOf(scope: Construct, { parameter, secret, kmsKey }: StoredSecret): PolicyStatement[] {
  const stack = Stack.of(scope);
  const [action, service, arn] =
    parameter === undefined
      ? (['secretsmanager:GetSecretValue', 'secretsmanager', secretArn(stack, secret ?? '')] as const)
      : (['ssm:GetParameter', 'ssm', parameterArn(stack, parameter)] as const);
  const [, region = stack.region] = /^arn:[^:]+:secretsmanager:([^:]+):/.exec(arn) ?? [];
  const read = allow([action], [arn]);
  if (kmsKey === undefined) return [read];
  const via = { StringEquals: { 'kms:ViaService': `${service}.${region}.${stack.urlSuffix}` } };
  return [read, allow(['kms:Decrypt'], [kmsKey], via)];
}

function parameterArn(stack: Stack, name: string): string {
  return stack.formatArn({ service: 'ssm', resource: 'parameter', resourceName: name.replace(/^\//, '') });
}

/** Secrets Manager adds six characters of its own to a name. */
function secretArn(stack: Stack, secret: string): string {
  if (secret.startsWith('arn:')) return secret;
  return stack.formatArn({
    service: 'secretsmanager',
    resource: `secret:${secret}-??????`,
    arnFormat: ArnFormat.NO_RESOURCE_NAME,
  });
}
