import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';

/** The schema of the table, for code that creates it without the CDK. The same as in infra/constructs/history-table.ts. */
export const TABLE_SCHEMA = {
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
  ],
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
} satisfies Omit<CreateTableCommandInput, 'TableName'>;
