import { ManagedPolicy, type IGrantable, type PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { FunctionUrlAuthType, InvokeMode, type Function, type FunctionUrl } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { allow } from './node-function.ts';

export interface OnDemandProps {
  aggregator: Function;
  policyName: string;
}

/**
 * The way in for callers: a Function URL that streams and takes nothing without a signature, and a policy to attach to whoever may
 * call. Callers of the same account need no permission on the function itself; both actions are needed since October 2025 (AWS
 * Lambda, "Control access to Lambda function URLs").
 */
export class OnDemand extends Construct {
  readonly url: FunctionUrl;
  readonly callerPolicy: ManagedPolicy;
  readonly #aggregator: Function;

  constructor(scope: Construct, id: string, { aggregator, policyName }: OnDemandProps) {
    super(scope, id);
    this.url = aggregator.addFunctionUrl({
      authType: FunctionUrlAuthType.AWS_IAM,
      invokeMode: InvokeMode.RESPONSE_STREAM,
    });
    this.#aggregator = aggregator;
    this.callerPolicy = new ManagedPolicy(this, 'CallerPolicy', {
      managedPolicyName: policyName,
      description: 'May find and call the Function URL of Synwhere, and nothing else',
      statements: this.#mayCall(),
    });
  }

  /** Adds to a principal what `callerPolicy` allows. */
  grantCall({ grantPrincipal }: IGrantable): void {
    for (const statement of this.#mayCall()) grantPrincipal.addToPrincipalPolicy(statement);
  }

  #mayCall(): PolicyStatement[] {
    const resources = [this.#aggregator.functionArn];
    return [
      allow(['lambda:InvokeFunctionUrl'], resources, {
        StringEquals: { 'lambda:FunctionUrlAuthType': 'AWS_IAM' },
      }),
      allow(['lambda:InvokeFunction'], resources, { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } }),
      allow(['lambda:GetFunctionUrlConfig'], resources),
    ];
  }
}
