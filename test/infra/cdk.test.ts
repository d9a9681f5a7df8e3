import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration, Stack, Validations } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { SecurityGroup, SubnetType, Vpc, type IVpc } from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks } from 'cdk-nag';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  PropsError,
  ReachabilityProbe,
  ReachabilityService,
  type ReachabilityProbeProps,
  type ReachabilityServiceProps,
} from '../../infra/cdk.ts';

vi.setConfig({ testTimeout: 120_000 });

let codeDirectory: string;
beforeAll(() => {
  codeDirectory = mkdtempSync(join(tmpdir(), 'synwhere-cdk-code-'));
  writeFileSync(join(codeDirectory, 'index.mjs'), 'export const handler = () => 1;\n');
});
afterAll(() => rmSync(codeDirectory, { recursive: true }));

// CDK's own class does not fit its interface where optional properties are exact.
const newVpc = (stack: Stack): IVpc => new Vpc(stack, 'Vpc') as IVpc;
const newApp = (): App => new App({ builtinCloudFormationValidation: false });
const newStack = (app = newApp(), id = 'S', region = 'eu-central-1'): Stack =>
  new Stack(app, id, { env: { region } });
const newProbe = (stack: Stack, id = 'Probe', props: ReachabilityProbeProps = {}): ReachabilityProbe =>
  new ReachabilityProbe(stack, id, { codeDirectory, ...props });
const newService = (
  stack: Stack,
  props: Partial<ReachabilityServiceProps> = {},
  id = 'Service',
): ReachabilityService =>
  new ReachabilityService(stack, id, {
    targets: ['www.example.org:443'],
    vantages: [OTHER],
    codeDirectory,
    ...props,
  });
const OTHER = { name: 'office', region: 'eu-west-1', functionName: 'other-probe' };

/** Expects a refusal at one vantage. */
const only = (vantage: string): Partial<ReachabilityServiceProps> => ({
  targets: [{ target: 'a.example.org:1', expect: { vantages: { [vantage]: 'refused' } } }],
});

const warningsOf = (stack: Stack): string[] =>
  Annotations.fromStack(stack)
    .findWarning('*', Match.anyValue())
    .map(({ entry }) => JSON.stringify(entry.data));

interface Policy {
  Properties: { PolicyDocument: { Statement: unknown } };
}

/** The lines of a PropsError. */
function problemsOf(make: () => unknown): readonly string[] {
  try {
    make();
  } catch (error) {
    expect(error).toBeInstanceOf(PropsError);
    return (error as PropsError).problems;
  }
  throw new Error('nothing was wrong');
}

describe('a probe', () => {
  test('is named after the region, and its function after its path: two never have the same name', () => {
    const app = newApp();
    const probes = ['eu-central-1', 'us-east-1'].map((region) => newProbe(newStack(app, region, region)));
    const third = newProbe(newStack(app, 'Other'), 'Probe', { name: 'third' });
    expect(probes.map(({ name, region }) => [name, region])).toEqual([
      ['eu-central-1', 'eu-central-1'],
      ['us-east-1', 'us-east-1'],
    ]);
    expect(third.name).toBe('third');
    const names = [...probes, third].map(({ functionName }) => functionName);
    expect(new Set(names).size).toBe(3);
    for (const name of names) expect(name).toMatch(/^[\w-]{1,64}$/);
    Template.fromStack(Stack.of(third)).hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: third.functionName,
      MemorySize: 256,
      Timeout: 70,
      Environment: { Variables: { SYNWHERE_POLICY: '{"allow":[]}', SYNWHERE_VPC: Match.absent() } },
      VpcConfig: Match.absent(),
    });
  });

  test('takes what the configuration file has for probes', () => {
    const stack = newStack();
    newProbe(stack, 'Probe', {
      functionName: 'mine',
      memoryMiB: 512,
      reservedConcurrency: 5,
      logs: { retentionDays: 30 },
      timeout: Duration.minutes(2),
      policy: { allow: [{ cidr: '10.1.0.0/16', ports: [5432] }] },
    });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'mine',
      MemorySize: 512,
      ReservedConcurrentExecutions: 5,
      Timeout: 120,
      Environment: { Variables: { SYNWHERE_POLICY: '{"allow":[{"cidr":"10.1.0.0/16","ports":[5432]}]}' } },
    });
    template.hasResourceProperties('AWS::Logs::LogGroup', {
      LogGroupName: '/aws/lambda/mine',
      RetentionInDays: 30,
    });
  });

  test('runs in a VPC, in the subnets and security groups that are named', () => {
    const stack = newStack();
    const vpc = newVpc(stack);
    const group = new SecurityGroup(stack, 'Group', { vpc });
    const probe = newProbe(stack, 'Probe', {
      vpc,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
      securityGroups: [group],
    });
    const template = Template.fromStack(stack);
    const groupId = stack.resolve(group.securityGroupId) as unknown;
    template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: probe.functionName,
      Environment: { Variables: { SYNWHERE_VPC: 'true' } },
      VpcConfig: { SecurityGroupIds: [groupId], SubnetIds: Match.anyValue() },
    });
    template.hasResourceProperties('AWS::IAM::Role', {
      Policies: Match.arrayWith([
        Match.objectLike({
          PolicyName: 'network',
          PolicyDocument: {
            Statement: [
              Match.objectLike({ Action: Match.arrayWith(['ec2:CreateNetworkInterface']), Resource: '*' }),
            ],
          },
        }),
      ]),
    });
  });

  test('makes a security group where none is named, for IPv6 too where the subnets have it', () => {
    const stack = newStack();
    newProbe(stack, 'Probe', { vpc: newVpc(stack), ipv6AllowedForDualStack: true });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::Lambda::Function', { VpcConfig: { Ipv6AllowedForDualStack: true } });
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      SecurityGroupEgress: [
        Match.objectLike({ CidrIp: '0.0.0.0/0' }),
        Match.objectLike({ CidrIpv6: '::/0' }),
      ],
    });
  });

  test.each<[string, ReachabilityProbeProps, string]>([
    ['a name with a space', { name: 'a b' }, 'S/Probe: name: "a b" is not a name for a vantage'],
    ['a bad function name', { functionName: 'a.b' }, 'S/Probe: functionName: "a.b" is not the name of a'],
    ['too little memory', { memoryMiB: 64 }, 'S/Probe: memoryMiB: 64 is not a memory size in MiB from 128'],
    [
      'a network without a prefix',
      { policy: { allow: [{ cidr: '10.1.0.0' }] } },
      'S/Probe: policy.allow[0].cidr: "10.1.0.0" has no prefix length; write 10.1.0.0/32 for this one address',
    ],
    ['subnets without a VPC', { vpcSubnets: {} }, 'S/Probe: vpcSubnets: has no effect without vpc'],
  ])('refuses %s', (_what, props, message) => {
    const problems = problemsOf(() => newProbe(newStack(), 'Probe', props));
    expect(problems).toEqual([expect.stringContaining(message)]);
  });

  test('refuses a stack whose region is not known', () => {
    const problems = problemsOf(() => newProbe(new Stack(newApp(), 'S')));
    expect(problems).toEqual([
      "S/Probe: the region of its stack is not known; write new Stack(app, 'S', { env: { region: 'eu-central-1' } })",
    ]);
  });
});

describe('a service', () => {
  test('invokes its probes by name, across regions, without references between stacks', () => {
    const app = newApp();
    const probe = newProbe(newStack(app, 'Far', 'sa-east-1'));
    const stack = newStack(app, 'Home');
    const service = newService(stack, { vantages: [probe, OTHER] });
    const { directory } = app.synth();
    expect(stack.dependencies).toEqual([]);
    const template = JSON.stringify(Template.fromStack(stack).toJSON());
    expect(template).not.toMatch(/Fn::ImportValue|Custom::/);
    expect(template).toContain(`:lambda:sa-east-1:`);
    expect(template).toContain(`:function:${probe.functionName}`);
    expect(template).toContain(':function:other-probe');
    const asset = readdirSync(directory).find((name) => existsIn(join(directory, name), 'synwhere.json'));
    const configuration: unknown = JSON.parse(
      readFileSync(join(directory, asset ?? '', 'synwhere.json'), 'utf8'),
    );
    expect(configuration).toMatchObject({
      name: 'synwhere',
      home: 'eu-central-1',
      targets: [{ host: 'www.example.org', port: 443 }],
      probe: { timeoutMs: 4000, attempts: 3 },
      probes: [{ name: 'sa-east-1', region: 'sa-east-1', functionName: probe.functionName }, OTHER],
    });
    expect(service.name).toBe('synwhere');
    expect(service.alarms.length).toBeGreaterThan(3);
  });

  test('tells what it made, and grants calls of its API', () => {
    const stack = newStack();
    const service = newService(stack);
    const role = new Role(stack, 'Caller', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') });
    service.grantCall(role);
    for (const part of ['aggregator', 'functionUrl', 'callerPolicy', 'topic', 'bus', 'table'] as const) {
      expect(service[part].node.path).toMatch(/^S\/Service\//);
    }
    expect(stack.resolve(service.url)).toEqual({
      'Fn::GetAtt': [expect.stringMatching(/FunctionUrl/), 'FunctionUrl'],
    });
    const template = Template.fromStack(stack);
    const policies = Object.values(template.findResources('AWS::IAM::Policy'));
    const managed = Object.values(template.findResources('AWS::IAM::ManagedPolicy'));
    const [granted, policy] = [policies[0], managed[0]].map(
      (found) => (found as Policy).Properties.PolicyDocument.Statement,
    );
    expect(granted).toEqual(policy);
    expect(JSON.stringify(granted)).toContain('lambda:InvokeFunctionUrl');
  });

  test('expectations may name its vantages, and no others', () => {
    newService(newStack(), only('office'));
    expect(problemsOf(() => newService(newStack(), only('offcie')))).toEqual([
      'S/Service: targets[0].expect.vantages.offcie: is neither under regions nor under vantages; did you mean office?',
    ]);
  });

  test.each<[string, Record<string, unknown>, string[]]>([
    [
      'bad targets, all of them at once',
      { targets: ['a.example.org', { target: 'b.example.org:1', expect: 'opn' }] },
      [
        'S/Service: targets[0]: target "a.example.org": the port is missing; write host:port',
        'S/Service: targets[1].expect: "opn" is not open, refused or silent; write `expect: open`',
      ],
    ],
    ['a missing list', { targets: undefined }, ['S/Service: targets: is missing; write a list such as']],
    ['no vantage', { vantages: [] }, ['S/Service: vantages: names no probe; write at least one']],
    [
      'vantages that are none',
      { vantages: 'x' },
      ['S/Service: vantages: names no probe; write at least one'],
    ],
    [
      'two vantages of one name',
      { vantages: [OTHER, OTHER] },
      ['S/Service: vantages[1].name: office is also the name of vantages[0]; give one of them another name'],
    ],
    [
      'a function that is named by its ARN',
      { vantages: [{ ...OTHER, functionName: 'arn:aws:lambda:eu-west-1:1:function:x' }] },
      ['S/Service: vantages[0].functionName: "arn:aws:lambda:eu-west-1:1:function:x" is not the name of'],
    ],
    ['an unknown key', { schedul: {} }, ['S/Service: schedul: is not a known key; did you mean schedule?']],
    [
      'a hasty alarm',
      { schedule: { everyMinutes: 30 }, alarms: { noTickMinutes: 5 } },
      ['S/Service: alarms.noTickMinutes: 5 is less than two ticks of 30 min; write at least 60'],
    ],
    [
      'a name that is taken',
      { name: 'default' },
      ['S/Service: name: default is the name of an event bus that every account has'],
    ],
  ])('refuses %s', (_what, props, messages) => {
    expect(problemsOf(() => newService(newStack(), props))).toEqual(
      messages.map((message) => expect.stringContaining(message)),
    );
  });

  test('refuses a probe whose name is known only after the deployment', () => {
    const stack = newStack();
    const {
      function: { functionName },
    } = newProbe(stack);
    const problems = problemsOf(() => newService(stack, { vantages: [{ ...OTHER, functionName }] }));
    expect(problems).toEqual([
      'S/Service: vantages[0].functionName: is known only after a deployment; write it as a text',
    ]);
  });

  test('two of one name in one region are an error of the synthesis; of two names they are not', () => {
    const twice = newApp();
    newService(newStack(twice, 'A'));
    newService(newStack(twice, 'B'));
    expect(() => twice.synth()).toThrow(
      /A\/Service and B\/Service have the same name, synwhere, in one region; write another one/,
    );
    const apart = newApp();
    newService(newStack(apart, 'A'));
    newService(newStack(apart, 'B'), { name: 'second' });
    newService(newStack(apart, 'C', 'us-east-1'));
    expect(apart.synth().stacks).toHaveLength(3);
  });

  test('warns of what is most likely not meant', () => {
    const app = newApp();
    const stack = newStack(app);
    const probe = newProbe(newStack(app, 'Far', 'xx-later-1'), 'Probe', { timeout: Duration.seconds(20) });
    newService(stack, { vantages: [probe], targets: ['[2001:db8::1]:443'] });
    const warnings = warningsOf(stack);
    for (const part of [
      'controls: there are none',
      'regions: 1 vantage can hardly locate a fault',
      'Lambda outside a VPC has no IPv6',
      'xx-later-1 is not an AWS region that this version knows',
      'xx-later-1 may run for 20 s, and a check of these targets may take',
    ]) {
      expect(warnings).toEqual(expect.arrayContaining([expect.stringContaining(part)]));
    }
  });

  test('does not warn of what a probe in a VPC can reach', () => {
    const stack = newStack();
    const probe = newProbe(stack, 'Probe', { vpc: newVpc(stack) });
    newService(stack, { vantages: [probe], targets: ['[2001:db8::1]:443', 'mail.acme.net:25'] });
    const warnings = warningsOf(stack);
    expect(warnings.filter((text) => /has no IPv6|port 25/.test(text))).toEqual([]);
  });

  test('and its probes have nothing to answer to cdk-nag (AwsSolutions)', () => {
    const app = newApp();
    const stack = newStack(app);
    const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-1',
      availabilityZones: ['eu-central-1a'],
      privateSubnetIds: ['subnet-1'],
    });
    newService(stack, { vantages: [newProbe(stack, 'Probe', { vpc })], history: { keepOnDestroy: false } });
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    const { violations } = new AwsSolutionsChecks(app).validateScope(app);
    expect(
      violations.map(({ ruleName, violatingResources }) => [ruleName, violatingResources[0]?.constructPath]),
    ).toEqual([]);
  });
});

test('in a checkout the code is not packaged, and the error says what to do', () => {
  expect(() => new ReachabilityProbe(newStack(), 'Probe')).toThrow(
    /npm run build makes it, or name a codeDirectory/,
  );
});

function existsIn(directory: string, name: string): boolean {
  try {
    return readdirSync(directory).includes(name);
  } catch {
    return false;
  }
}
