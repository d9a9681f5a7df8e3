import { expect } from 'vitest';
import { parseConfiguration } from '../../configuration/load.ts';
import { storedWebhookUrl } from '../../functions/aggregator/announce/webhook-url.ts';
import { lambdaPolicy, withPlatform } from '../../functions/probe/policy/policy.ts';
import { parseAddress } from '../../functions/reachability/address.ts';
import { neededByFunction } from '../../infra/function-configuration.ts';
import { startSecretStore, STORE_CREDENTIALS } from '../support/secret-store.ts';
import type { HostileRow } from './row.ts';

const CONFIGURATION = `
regions: [eu-west-1]
targets: [a.example:1]
policy: { allow: [{ cidr: 10.77.0.0/16 }] }
announce: { email: [ops@acme.net] }
vantages: { office: ssh bastion synwhere probe - }
`;

/** The result for a value of the webhook in the store. */
async function webhookOf(value: string): Promise<unknown> {
  const store = await startSecretStore();
  try {
    store.answer = { value };
    const url = storedWebhookUrl(
      { parameter: '/synwhere/slack' },
      {
        client: {
          region: 'eu-central-1',
          endpoint: store.endpoint,
          credentials: () => Promise.resolve(STORE_CREDENTIALS),
        },
      },
    );
    return await url(AbortSignal.timeout(5000), false).catch((error: unknown) => error);
  } finally {
    await store.close();
  }
}

export const rows: HostileRow[] = [
  {
    surface: 'configuration',
    input:
      'a user with read access to the deployed function looks for commands, mail addresses and private networks',
    outcome: 'the package of the function contains none of them',
    run() {
      const text = JSON.stringify(neededByFunction(parseConfiguration(CONFIGURATION, 'test.yaml')));
      expect(text).toContain('a.example');
      for (const word of ['bastion', 'ops@acme.net', '10.77.0.0']) expect(text).not.toContain(word);
    },
  },
  {
    surface: 'announcement',
    input: 'the store has a value for the webhook that is not an https URL',
    outcome: 'nothing is sent; the error does not contain the value',
    async run() {
      for (const value of ['http://169.254.169.254/secret', 'file:///etc/secret', 'secret', '']) {
        const error = await webhookOf(value);
        expect(error).toBeInstanceOf(Error);
        expect(String(error)).toBe('Error: the stored webhook is not an https URL');
      }
    },
  },
  {
    surface: 'probe request',
    input: 'a target at port 25 in a request to a probe in Lambda outside a VPC',
    outcome: 'denied, with a reason that names AWS; no packet is sent',
    run() {
      const address = parseAddress('192.0.2.1');
      const open = lambdaPolicy([{ cidr: '192.0.2.0/24' }]);
      const inLambda = withPlatform(open, { AWS_LAMBDA_FUNCTION_NAME: 'synwhere-probe' });
      expect(address && inLambda.deny(address, 25)).toMatch(/^AWS blocks port 25/);
      expect(address && inLambda.deny(address, 587)).toBeUndefined();
    },
  },
];
