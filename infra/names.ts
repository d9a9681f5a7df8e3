/**
 * The physical names of everything that is deployed. They are fixed, so that one stack can speak of another's resources without a
 * reference that would hold the other back when it is removed.
 */
export function probeStackName(name: string, region: string): string {
  return `${name}-probe-${region}`;
}

export function homeStackName(name: string): string {
  return `${name}-home`;
}

export function aggregatorFunctionName(name: string): string {
  return `${name}-aggregator`;
}
