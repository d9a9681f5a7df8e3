import { Stack } from 'aws-cdk-lib';
import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { allow } from './node-function.ts';

export interface TickScheduleProps {
  scheduleName: string;
  aggregator: Function;
  everyMinutes: number;
  enabled: boolean;
}

/**
 * Calls the aggregator at its rate. A tick that fails or comes late is not tried again, for a late probe is a lie; the next one
 * comes soon. Written by CfnSchedule, because the CDK's target helper also grants every version of the function (`:*`).
 */
export class TickSchedule extends Construct {
  constructor(scope: Construct, id: string, props: TickScheduleProps) {
    super(scope, id);
    const { scheduleName, aggregator, everyMinutes, enabled } = props;
    const stack = Stack.of(this);
    const group = 'default';
    const role = new Role(this, 'Role', {
      // Scheduler names itself by the group, not by the schedule (EventBridge Scheduler, confused deputy prevention).
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: {
            'aws:SourceAccount': stack.account,
            'aws:SourceArn': stack.formatArn({
              service: 'scheduler',
              resource: 'schedule-group',
              resourceName: group,
            }),
          },
        },
      }),
      inlinePolicies: {
        invoke: new PolicyDocument({
          statements: [allow(['lambda:InvokeFunction'], [aggregator.functionArn])],
        }),
      },
    });
    // oxlint-disable-next-line no-new -- a construct enters the tree by its constructor
    new CfnSchedule(this, 'Schedule', {
      name: scheduleName,
      groupName: group,
      description: 'Synwhere: every tick judges every target',
      scheduleExpression: `rate(${everyMinutes} minute${everyMinutes === 1 ? '' : 's'})`,
      state: enabled ? 'ENABLED' : 'DISABLED',
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: aggregator.functionArn,
        roleArn: role.roleArn,
        // The tick's identity: two deliveries of one tick carry the same time.
        input: JSON.stringify({ tick: '<aws.scheduler.scheduled-time>' }),
        // 60 s is the least that Scheduler takes.
        retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 },
      },
    });
  }
}
