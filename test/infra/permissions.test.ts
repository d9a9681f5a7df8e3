import { describe, expect, test } from 'vitest';
import { statementsOf, type Statement } from './statements.ts';
import { synthesised } from './synthesised.ts';

const YAML = `
home: eu-west-1
regions: [eu-west-1, us-east-1]
targets: [a.example:1]
announce: { email: [ops@example.com] }
`;

function written({ where, effect, actions, resources, conditions }: Statement): string[] {
  const suffix = conditions === '' ? '' : ` if ${conditions}`;
  return resources.flatMap((resource) =>
    actions.map((action) => `${where}: ${effect} ${action} on ${resource}${suffix}`),
  );
}

const logOf = (region: string): string =>
  `arn:aws:logs:${region}:<AWS::AccountId>:log-group:/aws/lambda/synwhere-probe:*`;

describe('permissions', () => {
  test('a probe may only write its own log', () => {
    const { probes } = synthesised(YAML);
    const statements = [...probes].map(([region, template]) => [
      region,
      statementsOf(template).flatMap(written),
    ]);
    expect(statements).toEqual(
      ['eu-west-1', 'us-east-1'].map((region) => [
        region,
        [
          `ProbeRole/log: Allow logs:CreateLogStream on ${logOf(region)}`,
          `ProbeRole/log: Allow logs:PutLogEvents on ${logOf(region)}`,
        ],
      ]),
    );
  });

  test('the home stack has exactly these permissions', () => {
    const { home } = synthesised(YAML);
    const lines = statementsOf(home)
      .flatMap(written)
      .map((line) => line.replaceAll(/[\dA-F]{8}(?=[>.])/g, ''));
    expect(lines.toSorted()).toEqual(
      [
        'AggregatorRole/log: Allow logs:CreateLogStream on arn:aws:logs:eu-west-1:<AWS::AccountId>:log-group:/aws/lambda/synwhere-aggregator:*',
        'AggregatorRole/log: Allow logs:PutLogEvents on arn:aws:logs:eu-west-1:<AWS::AccountId>:log-group:/aws/lambda/synwhere-aggregator:*',
        'AggregatorRole/probes: Allow lambda:InvokeFunction on arn:aws:lambda:eu-west-1:<AWS::AccountId>:function:synwhere-probe',
        'AggregatorRole/probes: Allow lambda:InvokeFunction on arn:aws:lambda:us-east-1:<AWS::AccountId>:function:synwhere-probe',
        ...['DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'].map(
          (action) => `AggregatorRole/history: Allow dynamodb:${action} on <HistoryTable.Arn>`,
        ),
        'AggregatorRole/announcements: Allow events:PutEvents on <AnnouncementsBus.Arn>',
        'AggregatorRole/announcements: Allow sns:Publish on <AnnouncementsTopic>',
        'TickRole/invoke: Allow lambda:InvokeFunction on <AggregatorFunction.Arn>',
        'OnDemandCallerPolicy: Allow lambda:InvokeFunctionUrl on <AggregatorFunction.Arn> if StringEquals lambda:FunctionUrlAuthType AWS_IAM',
        'OnDemandCallerPolicy: Allow lambda:InvokeFunction on <AggregatorFunction.Arn> if Bool lambda:InvokedViaFunctionUrl true',
        'OnDemandCallerPolicy: Allow lambda:GetFunctionUrlConfig on <AggregatorFunction.Arn>',
        'AnnouncementsTopicPolicy: Deny sns:Publish on <AnnouncementsTopic> if Bool aws:SecureTransport false',
        'AnnouncementsTopicPolicy: Allow sns:Publish on <AnnouncementsTopic> if StringEquals aws:SourceAccount <AWS::AccountId>',
      ].toSorted(),
    );
  });

  describe('a webhook in a store', () => {
    const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/0aa0';
    const SECRET = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:team/slack-AbCdEf';
    const PARAMETER = 'arn:aws:ssm:eu-west-1:<AWS::AccountId>:parameter/synwhere/slack';
    test.each([
      ['parameter: /synwhere/slack', [`ssm:GetParameter on ${PARAMETER}`]],
      [
        `parameter: synwhere/slack, kmsKey: "${KEY}"`,
        [
          `ssm:GetParameter on ${PARAMETER}`,
          `kms:Decrypt on ${KEY} if StringEquals kms:ViaService ssm.eu-west-1.<AWS::URLSuffix>`,
        ],
      ],
      [
        'secret: team/slack',
        [
          'secretsmanager:GetSecretValue on arn:aws:secretsmanager:eu-west-1:<AWS::AccountId>:secret:team/slack-??????',
        ],
      ],
      [
        `secret: "${SECRET}", kmsKey: "${KEY}"`,
        [
          `secretsmanager:GetSecretValue on ${SECRET}`,
          `kms:Decrypt on ${KEY} if StringEquals kms:ViaService secretsmanager.us-east-1.<AWS::URLSuffix>`,
        ],
      ],
    ])('%s may be read, and nothing else', (where, expected) => {
      const { home } = synthesised(YAML.replace('announce: {', `announce: { slackWebhook: { ${where} },`));
      const lines = statementsOf(home).flatMap(written);
      const before = statementsOf(synthesised(YAML).home).flatMap(written);
      expect(lines.filter((line) => !before.includes(line))).toEqual(
        expected.map((line) => `AggregatorRole/webhook: Allow ${line}`),
      );
      expect(lines.length - before.length).toBe(expected.length);
      expect(before.join()).not.toMatch(/ssm|secretsmanager|kms/);
    });
  });

  test.each([
    ['without an account', undefined],
    ['with an account', '111122223333'],
  ])('every * in an action or a resource has a reason, %s', (_what, account) => {
    const { home, probes } = synthesised(YAML, account === undefined ? {} : { account });
    const all = [home, ...probes.values()].flatMap((template) => statementsOf(template));
    const stars = all.flatMap(({ where, actions, resources, acknowledged }) => [
      ...actions
        .filter((action) => action.includes('*'))
        .map((action) => [where, `Action::${action}`, acknowledged] as const),
      ...resources
        .filter((arn) => arn.includes('*'))
        .map((arn) => [where, `Resource::${arn}`, acknowledged] as const),
    ]);
    expect(stars.length).toBe(3);
    const unexplained = stars.filter(
      ([, finding, acknowledged]) => (acknowledged.get(`AwsSolutions-IAM5[${finding}]`) ?? '').length < 20,
    );
    expect(unexplained.map(([where, finding]) => `${where}: ${finding}`)).toEqual([]);
  });

  test('no role has a policy that AWS manages', () => {
    const { home, probes } = synthesised(YAML);
    for (const template of [home, ...probes.values()]) {
      expect(JSON.stringify(template.toJSON())).not.toContain('ManagedPolicyArns');
    }
  });

  test('only Lambda, Scheduler and CloudWatch are trusted, and Scheduler only for our schedules', () => {
    const { home } = synthesised(YAML);
    const trusts = Object.values(home.findResources('AWS::IAM::Role')).map((role) =>
      JSON.stringify(role['Properties']['AssumeRolePolicyDocument']['Statement']),
    );
    expect(trusts).toHaveLength(2);
    expect(trusts[0]).toContain('{"Service":"lambda.amazonaws.com"}');
    expect(trusts[1]).toContain('{"Service":"scheduler.amazonaws.com"}');
    expect(trusts[1]).toContain('"aws:SourceAccount":{"Ref":"AWS::AccountId"}');
    expect(trusts[1]).toContain(':schedule-group/default');
  });
});
