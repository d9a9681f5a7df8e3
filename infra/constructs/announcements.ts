import { Stack } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { allow } from './node-function.ts';

export interface AnnouncementsProps {
  /** The installation's name. */
  name: string;
  email: readonly string[];
}

/**
 * Where changes are told: an event bus for programs, a topic for people. The topic also carries the alarms, and therefore has no
 * KMS key: CloudWatch cannot publish through the AWS-managed one, and a key of one's own is 1 USD a month and leaves a leftover for
 * days. SNS encrypts what it stores in any case.
 */
export class Announcements extends Construct {
  readonly bus: EventBus;
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { name, email }: AnnouncementsProps) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', { eventBusName: name, description: `Synwhere (${name}): changes` });
    this.topic = new Topic(this, 'Topic', {
      topicName: `${name}-announcements`,
      displayName: `Synwhere ${name}`,
      enforceSSL: true,
    });
    const alarmsMayPublish = allow(['sns:Publish'], [this.topic.topicArn], {
      StringEquals: { 'aws:SourceAccount': Stack.of(this).account },
    });
    alarmsMayPublish.addPrincipals(new ServicePrincipal('cloudwatch.amazonaws.com'));
    this.topic.addToResourcePolicy(alarmsMayPublish);
    for (const address of email) this.topic.addSubscription(new EmailSubscription(address));
  }
}
