import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AssetHashType, DockerImage, RemovalPolicy, Stack, Validations, type Duration } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledgeWildcard } from '../acknowledge.ts';

export interface NodeFunctionProps {
  functionName: string;
  description: string;
  /** A directory that holds `index.mjs` with an export `handler`. */
  codeDirectory: string;
  /** Text files that are put beside `index.mjs`: name -> text. */
  files?: Record<string, string>;
  memoryMiB: number;
  timeout: Duration;
  logRetentionDays: number;
  environment: Record<string, string>;
  reservedConcurrency?: number;
  /** What it may do beside writing its own log. */
  permissions?: Record<string, PolicyStatement[]>;
  /** The VPC that it runs in. */
  network?: {
    vpc: IVpc;
    vpcSubnets?: SubnetSelection;
    securityGroups?: ISecurityGroup[];
    ipv6AllowedForDualStack?: boolean;
  };
}

/** A function together with its log group and a role of its own that can do nothing but what is written here. */
export class NodeFunction extends Construct {
  readonly function: Function;

  constructor(scope: Construct, id: string, props: NodeFunctionProps) {
    super(scope, id);
    const logGroupName = `/aws/lambda/${props.functionName}`;
    const logGroup = new LogGroup(this, 'Log', {
      logGroupName,
      retention: daysOf(props.logRetentionDays),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: documents({
        log: [mayWriteTo(this, logGroupName)],
        ...(props.network && { network: [mayUseInterfaces()] }),
        ...props.permissions,
      }),
    });
    if (props.network) {
      Validations.of(role).acknowledge({
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason:
          'Lambda makes the network interfaces of a function in a VPC; their names are not known before.',
      });
    }
    acknowledgeWildcard(
      role,
      `logs:${Stack.of(this).region}:{account}:log-group:${logGroupName}:*`,
      'Lambda names the log streams of a function itself; they are all in its own log group.',
    );
    this.function = new Function(this, 'Function', {
      functionName: props.functionName,
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: codeOf(props.codeDirectory, props.files),
      memorySize: props.memoryMiB,
      timeout: props.timeout,
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      // The probe learns from it that AWS does not block its port 25 (functions/probe/policy/platform.ts).
      environment: { ...props.environment, ...(props.network && { SYNWHERE_VPC: 'true' }) },
      ...props.network,
      ...(props.network?.ipv6AllowedForDualStack &&
        !props.network.securityGroups && { allowAllIpv6Outbound: true }),
      ...(props.reservedConcurrency !== undefined && {
        reservedConcurrentExecutions: props.reservedConcurrency,
      }),
    });
  }
}

/**
 * The directory as an asset. Further files are put beside a copy of it in the cloud assembly, by the CDK's own way for that: local
 * bundling, which needs neither Docker (the image is never started) nor a temporary directory.
 */
function codeOf(directory: string, files: Record<string, string> | undefined): Code {
  if (!files) return Code.fromAsset(directory);
  return Code.fromAsset(directory, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: DockerImage.fromRegistry('scratch'),
      local: {
        tryBundle(output) {
          cpSync(directory, output, { recursive: true });
          for (const [name, text] of Object.entries(files)) writeFileSync(join(output, name), text);
          return true;
        },
      },
    },
  });
}

/** What Lambda needs to connect a function to a VPC (Lambda developer guide, "Giving Lambda functions access to resources in a VPC"). */
function mayUseInterfaces(): PolicyStatement {
  return allow(
    [
      'ec2:AssignPrivateIpAddresses',
      'ec2:CreateNetworkInterface',
      'ec2:DeleteNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'ec2:UnassignPrivateIpAddresses',
    ],
    ['*'],
  );
}

/** The CDK's enumeration is the numbers that CloudWatch Logs takes, and so is the list in configuration/limits.ts. */
function daysOf(retentionDays: number): RetentionDays {
  // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- the values are the days themselves
  return retentionDays;
}

function documents(permissions: Record<string, PolicyStatement[]>): Record<string, PolicyDocument> {
  return Object.fromEntries(
    Object.entries(permissions).map(([name, statements]) => [name, new PolicyDocument({ statements })]),
  );
}

/** No CreateLogGroup: the group is part of the stack, and a late invocation must not bring it back after a destroy. */
function mayWriteTo(scope: Construct, logGroupName: string): PolicyStatement {
  return allow(
    ['logs:CreateLogStream', 'logs:PutLogEvents'],
    [Stack.of(scope).formatArn({ service: 'logs', resource: `log-group:${logGroupName}:*` })],
  );
}

export function allow(
  actions: string[],
  resources: string[],
  conditions: Record<string, Record<string, string>> = {},
): PolicyStatement {
  return new PolicyStatement({ effect: Effect.ALLOW, actions, resources, conditions });
}
