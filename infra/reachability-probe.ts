import { Duration, Names } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Configuration } from '../configuration/configuration.ts';
import { DEFAULTS } from '../configuration/defaults.ts';
import { LIMITS } from '../configuration/limits.ts';
import type { DeployedProbe } from '../configuration/probes.ts';
import type { WrittenConfiguration } from '../configuration/written.ts';
import { NodeFunction } from './constructs/node-function.ts';
import { packagedCode } from './packaged-code.ts';
import { probeProblems, readProps, refuseSharedName, regionOf } from './props.ts';
import { probeTimeoutSeconds, type Load } from './timeouts.ts';

type Probe = NonNullable<WrittenConfiguration['probe']>;

/** What can be set for one probe. Everything has a default. */
export interface ReachabilityProbeProps {
  /** Its name as a vantage, in verdicts and metrics. Default: the region of the stack. */
  readonly name?: string;
  /** The physical name of the function. Default: made from the path of the construct, so that two probes never have the same. */
  readonly functionName?: string;
  /** The VPC that it runs in. Default: none; then it reaches public IPv4 addresses only. */
  readonly vpc?: IVpc;
  /** The subnets in `vpc`. Default: the private ones. They need a route to the targets and controls. */
  readonly vpcSubnets?: SubnetSelection;
  /** The security groups in `vpc`. Default: one is made that lets everything out and nothing in. */
  readonly securityGroups?: ISecurityGroup[];
  /** Whether the subnets are dual-stack and it also connects to IPv6 addresses. Default: false. */
  readonly ipv6AllowedForDualStack?: boolean;
  /**
   * Opens private networks that you own, as `policy` in the configuration file: `{ allow: [{ cidr: '10.1.0.0/16', ports: [5432] }] }`.
   * Default: private and reserved addresses are denied, also in a VPC.
   */
  readonly policy?: WrittenConfiguration['policy'];
  /** Memory of the function in MiB, 128 to 10240. Default: 256. */
  readonly memoryMiB?: Probe['memoryMiB'];
  /** Takes this much out of the account's concurrency in the region. Default: none. */
  readonly reservedConcurrency?: Probe['reservedConcurrency'];
  /** How long its log is kept, as `logs` in the configuration file: `{ retentionDays: 14 }`. */
  readonly logs?: WrittenConfiguration['logs'];
  /** The most that one run may take. A run ends by itself before that. Default: enough for 1,000 silent targets. */
  readonly timeout?: Duration;
  /** The description of the function. */
  readonly description?: string;
  /** A directory with another build of the function, `index.mjs`. Default: the one in this package. */
  readonly codeDirectory?: string;
}

/** One vantage: a probe as a Lambda function in the region of its stack. It references no other stack. */
export class ReachabilityProbe extends Construct implements DeployedProbe {
  /** Its name as a vantage. */
  readonly name: string;
  /** The region of its stack. */
  readonly region: string;
  /** The physical name of the function, known before the deployment. */
  readonly functionName: string;
  /** The function. */
  readonly function: Function;
  /** The most that one run may take. */
  readonly timeout: Duration;
  /** Whether it runs in a VPC. */
  readonly isInVpc: boolean;

  /** Throws {@link PropsError}. */
  constructor(scope: Construct, id: string, props: ReachabilityProbeProps = {}) {
    super(scope, id);
    this.region = regionOf(this);
    this.name = props.name ?? this.region;
    this.functionName =
      props.functionName ?? Names.uniqueResourceName(this, { maxLength: 64, separator: '-' });
    this.timeout = props.timeout ?? Duration.seconds(probeTimeoutSeconds(LARGEST_LOAD));
    this.isInVpc = props.vpc !== undefined;
    const { policy, probe, logs } = this.#read(props);
    const { vpc, vpcSubnets, securityGroups, ipv6AllowedForDualStack } = props;
    this.function = new NodeFunction(this, 'Probe', {
      functionName: this.functionName,
      description: props.description ?? `Synwhere: the vantage ${this.name}`,
      codeDirectory: props.codeDirectory ?? packagedCode('probe'),
      memoryMiB: probe.memoryMiB,
      timeout: this.timeout,
      logRetentionDays: logs.retentionDays,
      environment: { SYNWHERE_POLICY: JSON.stringify(policy) },
      ...(probe.reservedConcurrency !== undefined && { reservedConcurrency: probe.reservedConcurrency }),
      ...(vpc && {
        network: {
          vpc,
          ...(vpcSubnets && { vpcSubnets }),
          ...(securityGroups && { securityGroups }),
          ...(ipv6AllowedForDualStack && { ipv6AllowedForDualStack }),
        },
      }),
    }).function;
    refuseSharedName(this, 'functionName', (other) =>
      other instanceof ReachabilityProbe ? other.functionName : undefined,
    );
  }

  /** By the rules of the configuration file, which has the same keys in `probe`, `policy` and `logs`. */
  #read({ policy, memoryMiB, reservedConcurrency, logs, ...props }: ReachabilityProbeProps): Configuration {
    const problems = probeProblems([this], []);
    if (props.vpc === undefined) {
      for (const key of ['vpcSubnets', 'securityGroups', 'ipv6AllowedForDualStack'] as const) {
        if (props[key] !== undefined)
          problems.push({ path: [key], text: 'has no effect without vpc; write vpc, or remove it' });
      }
    }
    const written = {
      targets: ['unused.invalid:1'],
      ...(policy !== undefined && { policy }),
      ...(logs !== undefined && { logs }),
      probe: {
        ...(memoryMiB !== undefined && { memoryMiB }),
        ...(reservedConcurrency !== undefined && { reservedConcurrency }),
      },
    };
    return readProps(this, written, { problems, flat: 'probe' });
  }
}

/** The largest check, whatever silence a caller of the service asks for. */
const LARGEST_LOAD: Load = { mostTargets: LIMITS.targets, timeoutMs: DEFAULTS.probe.timeoutMs };
