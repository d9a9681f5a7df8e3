/**
 * The AWS regions that this version knows, by partition. Functions of one partition cannot be called from another. The source is the
 * partition data in the AWS SDKs (partitions.json).
 */
export const REGIONS = {
  aws: [
    'af-south-1',
    'ap-east-1',
    'ap-east-2',
    'ap-northeast-1',
    'ap-northeast-2',
    'ap-northeast-3',
    'ap-south-1',
    'ap-south-2',
    'ap-southeast-1',
    'ap-southeast-2',
    'ap-southeast-3',
    'ap-southeast-4',
    'ap-southeast-5',
    'ap-southeast-6',
    'ap-southeast-7',
    'ca-central-1',
    'ca-west-1',
    'eu-central-1',
    'eu-central-2',
    'eu-north-1',
    'eu-south-1',
    'eu-south-2',
    'eu-west-1',
    'eu-west-2',
    'eu-west-3',
    'il-central-1',
    'me-central-1',
    'me-south-1',
    'me-west-1',
    'mx-central-1',
    'sa-east-1',
    'sa-west-1',
    'us-east-1',
    'us-east-2',
    'us-west-1',
    'us-west-2',
  ],
  'aws-cn': ['cn-north-1', 'cn-northwest-1'],
  'aws-us-gov': ['us-gov-east-1', 'us-gov-west-1'],
  'aws-eusc': ['eusc-de-east-1'],
} as const satisfies Record<string, readonly string[]>;

/**
 * Regions without Lambda function URLs. The aggregator is called through one. Sources: the AWS Lambda Developer Guide, "Creating and
 * managing Lambda function URLs", and the regions in which CloudFormation has no resource type AWS::Lambda::Url.
 */
export const WITHOUT_FUNCTION_URLS: readonly string[] = [
  'ap-east-2',
  'ap-south-2',
  'ap-southeast-4',
  'ap-southeast-5',
  'ap-southeast-6',
  'ap-southeast-7',
  'ca-west-1',
  'cn-northwest-1',
  'eu-central-2',
  'eu-south-2',
  'il-central-1',
  'me-central-1',
  'mx-central-1',
  'us-gov-east-1',
  'us-gov-west-1',
];

export const ALL_REGIONS: readonly string[] = Object.values(REGIONS).flat();

/** The partition of a region, or undefined for a region that this version does not know. */
export function partitionOf(region: string): string | undefined {
  return Object.entries(REGIONS).find(([, regions]) => (regions as readonly string[]).includes(region))?.[0];
}
