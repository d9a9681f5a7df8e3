import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { signatureProblem } from '../cli/deployed/sigv4-verifier.ts';
import { portOf } from './ports.ts';

/** The store's next answer: the value, an error of AWS, other text, or no answer. */
export type StoreAnswer = { value: string } | { status: number; type: string } | { body: string } | 'hang';

export interface SecretStore {
  endpoint: string;
  answer: StoreAnswer;
  /** Every request: its operation, and its input. */
  requests: { target: string; input: unknown }[];
  /** Errors of signatures for the requested service and region. */
  problems: string[];
  /** The service and region for which requests must be signed. */
  signedFor: { service: string; region: string };
  close(): Promise<void>;
}

export const STORE_CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test-secret' };

/** SSM Parameter Store and Secrets Manager on loopback: GetParameter and GetSecretValue of the AWS JSON protocol 1.1, signed. */
export async function startSecretStore(): Promise<SecretStore> {
  const server = createServer((request, response) => {
    void (async () => {
      const body = await text(request);
      const target = String(request.headers['x-amz-target']);
      store.requests.push({ target, input: JSON.parse(body) as unknown });
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      );
      const problem = signatureProblem(
        { method: request.method ?? '', url: request.url ?? '', headers, body },
        { secret: STORE_CREDENTIALS.secretAccessKey, ...store.signedFor },
      );
      if (problem !== undefined) store.problems.push(problem);
      const { answer } = store;
      if (answer === 'hang') return;
      if ('status' in answer) response.statusCode = answer.status;
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      response.end(bodyOf(answer, target));
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const store: SecretStore = {
    endpoint: `http://127.0.0.1:${portOf(server)}`,
    answer: { value: 'https://hooks.example.com/services/T/B/secret' },
    requests: [],
    problems: [],
    signedFor: { service: 'ssm', region: 'eu-central-1' },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return store;
}

function bodyOf(answer: Exclude<StoreAnswer, 'hang'>, target: string): string {
  if ('body' in answer) return answer.body;
  if ('type' in answer) return JSON.stringify({ __type: answer.type, Message: 'no' });
  if (target === 'AmazonSSM.GetParameter') {
    return JSON.stringify({
      Parameter: { Name: '/synwhere/slack', Type: 'SecureString', Value: answer.value },
    });
  }
  if (target === 'secretsmanager.GetSecretValue') {
    return JSON.stringify({ Name: 'synwhere/slack', SecretString: answer.value });
  }
  throw new Error(`not spoken here: ${target}`);
}
