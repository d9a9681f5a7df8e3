import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
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
  memoryMiB: number;
  timeoutSeconds: number;
  logRetentionDays: number;
  environment: Record<string, string>;
  reservedConcurrency?: number;
  /** What it may do beside writing its own log. */
  permissions?: Record<string, PolicyStatement[]>;
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
      inlinePolicies: documents({ log: [mayWriteTo(this, logGroupName)], ...props.permissions }),
    });
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
      code: Code.fromAsset(props.codeDirectory),
      memorySize: props.memoryMiB,
      timeout: Duration.seconds(props.timeoutSeconds),
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      environment: props.environment,
      ...(props.reservedConcurrency !== undefined && {
        reservedConcurrentExecutions: props.reservedConcurrency,
      }),
    });
  }
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
