import type { ApiRequest, ApiResponse } from './http.ts';
import { json } from './http.ts';
import { negotiate } from './negotiate.ts';
import { openApiSchemas } from './openapi-schemas.ts';
import type { ApiDependencies } from './dependencies.ts';
import { CURSOR_PATTERN, onlyParameters, TIME_PATTERN } from './query.ts';

type Node = Readonly<Record<string, unknown>>;

/** An OpenAPI document, as far as a program reads it. */
interface Description extends Node {
  paths: Readonly<Record<string, Node>>;
  security: readonly Node[];
  components: { schemas: Readonly<Record<string, Node>>; securitySchemes: Node };
}

const ref = (name: string): Node => ({ $ref: `#/components/schemas/${name}` });
const content = (type: string, schema: Node): Node => ({ [type]: { schema } });

const problem = (description: string): Node => ({
  description,
  content: content('application/problem+json', ref('Problem')),
});

const PROBLEMS = {
  '404': problem('The target is not watched and nothing is remembered of it, or there is no such route.'),
  '405': problem('Another method is meant; see `Allow`.'),
  '406': problem('None of the offered media types is accepted.'),
  '422': problem('A parameter or the body cannot be meant; `parameter` or `pointer` says which.'),
  '500': problem('The fault is on this side.'),
} as const;

function problems(...statuses: (keyof typeof PROBLEMS)[]): Node {
  return Object.fromEntries(statuses.map((status) => [status, PROBLEMS[status]]));
}

const parameter = (name: string, schema: Node, description: string): Node => ({
  name,
  in: 'query',
  schema,
  description,
});

const TARGET_PARAMETER: Node = {
  name: 'target',
  in: 'path',
  required: true,
  schema: { type: 'string', minLength: 1 },
  description: 'host:port, percent-encoded: `api.example.com%3A443`, `%5B2001%3Adb8%3A%3A1%5D%3A443`.',
};
const LIMIT = parameter(
  'limit',
  { type: 'integer', minimum: 1, maximum: 1000, default: 100 },
  'How many that have ended to a page; the first page has what still goes on besides.',
);
const CURSOR = parameter(
  'cursor',
  { type: 'string', pattern: CURSOR_PATTERN },
  'The `nextCursor` of the page before.',
);
const TIME: Node = {
  type: 'string',
  pattern: TIME_PATTERN,
  examples: ['2026-01-01T00:00:00Z', '2026-01-01'],
};
const flag = (name: string, description: string): Node =>
  parameter(name, { type: 'string', enum: ['', 'true', 'false'] }, `${description} Without a value: true.`);

function reading(operationId: string, summary: string, schema: string, more: Node = {}): Node {
  return {
    operationId,
    summary,
    ...more,
    responses: {
      '200': { description: 'Found.', content: content('application/json', ref(schema)) },
      ...problems('404', '405', '406', '422', '500'),
    },
  };
}

const SECURITY_SCHEMES: Node = {
  sigv4: {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description:
      'AWS Signature Version 4 for the service `lambda`. On loopback, `synwhere dev` needs none, and its description has none.',
  },
};

/** The description of the API (OpenAPI 3.1), where a caller may name so many targets in one check. */
export function openApi(maxTargets?: number): Description {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Synwhere',
      version: '1',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      description:
        'Sends a TCP SYN from many places at once and says whose fault a failed connection is. ' +
        'Behind a Function URL, requests are signed with AWS Signature Version 4 (service `lambda`).',
    },
    servers: [{ url: '/' }],
    security: [{ sigv4: [] }],
    paths: {
      '/checks': {
        post: {
          operationId: 'check',
          summary: 'Check targets now, from every vantage.',
          requestBody: { required: false, content: content('application/json', ref('CheckRequest')) },
          responses: {
            '200': {
              description:
                'By `Accept`: a line of JSON for each thing that happens, the verdicts last (default), or one document.',
              content: {
                ...content('application/x-ndjson', ref('CheckLine')),
                ...content('application/json', ref('CheckAnswer')),
              },
            },
            '400': problem('The body is not JSON.'),
            '403': problem(
              'The target may not be checked on demand; or, on loopback, the request came from a web page of another origin.',
            ),
            '413': problem('The body is too large.'),
            '415': problem(
              'The content type is missing, or is not `application/json`; also with an empty body.',
            ),
            '429': {
              ...problem('As many checks as may run at once are running.'),
              headers: {
                'Retry-After': { schema: { type: 'integer', minimum: 1 }, description: 'Seconds.' },
              },
            },
            ...problems('405', '406', '422', '500'),
          },
        },
      },
      '/targets': {
        get: reading('listTargets', 'Every configured target and what is known of it.', 'TargetsAnswer'),
      },
      '/targets/{target}': {
        get: reading('getTarget', 'One target, with its verdict in full.', 'TargetAnswer', {
          parameters: [TARGET_PARAMETER],
        }),
      },
      '/targets/{target}/history': {
        get: reading('getHistory', 'Stretches of equal verdicts, newest first.', 'HistoryAnswer', {
          parameters: [
            TARGET_PARAMETER,
            parameter('from', TIME, 'Stretches that touch the time from here on.'),
            parameter('to', TIME, 'Stretches that touch the time up to here.'),
            LIMIT,
            CURSOR,
            flag('verdicts', 'With each verdict in full. Default: false.'),
          ],
        }),
      },
      '/incidents': {
        get: reading('listIncidents', 'Open incidents, then closed ones, newest first.', 'IncidentsAnswer', {
          parameters: [
            flag('open', 'Only open ones, or only closed ones.'),
            parameter(
              'subject',
              { type: 'string', minLength: 1 },
              'Only those of one target or one vantage.',
            ),
            LIMIT,
            CURSOR,
          ],
        }),
      },
      '/metrics': {
        get: {
          operationId: 'getMetrics',
          summary: 'What the last tick saw, for Prometheus.',
          responses: {
            '200': {
              description:
                'By `Accept`: the text format of Prometheus, version 0.0.4 (default), or OpenMetrics 1.0.',
              content: {
                ...content('text/plain', { type: 'string' }),
                ...content('application/openmetrics-text', { type: 'string' }),
              },
            },
            ...problems('405', '406', '422', '500'),
          },
        },
      },
      '/openapi.json': {
        get: {
          operationId: 'getDescription',
          summary: 'This description.',
          responses: {
            '200': { description: 'OpenAPI 3.1.', content: content('application/json', { type: 'object' }) },
            ...problems('405', '406', '422'),
          },
        },
      },
    },
    components: {
      schemas: openApiSchemas(maxTargets),
      securitySchemes: SECURITY_SCHEMES,
    },
  };
}

/** `GET /openapi.json`, without the signature where none is needed. */
export function getOpenApi(
  { headers, query }: ApiRequest,
  { configuration, unsigned }: ApiDependencies,
): ApiResponse {
  negotiate(headers['accept'], ['application/json']);
  onlyParameters(query, []);
  const { security, components, ...description } = openApi(configuration.onDemand.maxTargets);
  if (!unsigned) return json({ ...description, security, components });
  return json({ ...description, components: { schemas: components.schemas } });
}
