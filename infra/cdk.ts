/**
 * The package `synwhere/cdk`: the service as constructs for an app of the AWS CDK. The code of the functions is in the package.
 */
export { PropsError } from './props.ts';
export { ReachabilityProbe, type ReachabilityProbeProps } from './reachability-probe.ts';
export {
  ReachabilityService,
  type ProbeReference,
  type ReachabilityServiceProps,
} from './reachability-service.ts';
