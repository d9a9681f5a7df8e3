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
  '404': problem('The service has no data about the target, or the route does not exist.'),
  '405': problem('The route does not support this method; see `Allow`.'),
  '406': problem('The request accepts none of the media types of the route; see `offers`.'),
  '422': problem('A parameter or the body is invalid; see `parameter` or `pointer`.'),
  '500': problem('Internal error of the service.'),
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
  'The number of ended periods or closed incidents on a page. The first page has current ones in addition.',
);
const CURSOR = parameter(
  'cursor',
  { type: 'string', pattern: CURSOR_PATTERN },
  'The `nextCursor` of the previous page.',
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
      '200': { description: 'Success.', content: content('application/json', ref(schema)) },
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
      'AWS Signature Version 4 for the service `lambda`. On loopback, `synwhere dev` needs no signature, and its description has no security scheme.',
  },
};

/** The description of the API (OpenAPI 3.1). `maxTargets`: the limit of targets in one check. */
export function openApi(maxTargets?: number): Description {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Synwhere',
      version: '1',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      description:
        'Tests TCP connections from many places at once and reports where a failure is. ' +
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
                'By `Accept`: a stream of JSON lines, one for each event, with the verdicts last (default), or one document.',
              content: {
                ...content('application/x-ndjson', ref('CheckLine')),
                ...content('application/json', ref('CheckAnswer')),
              },
            },
            '400': problem('The body is not JSON.'),
            '403': problem(
              'The target may not be checked on demand. On loopback also: the request came from a web page of another origin.',
            ),
            '413': problem('The body is too large.'),
            '415': problem(
              'The content type is missing or is not `application/json`. It is required even with an empty body.',
            ),
            '429': {
              ...problem('The maximum number of checks is running.'),
              headers: {
                'Retry-After': { schema: { type: 'integer', minimum: 1 }, description: 'Seconds.' },
              },
            },
            ...problems('405', '406', '422', '500'),
          },
        },
      },
      '/targets': {
        get: reading('listTargets', 'Every configured target and its current state.', 'TargetsAnswer'),
      },
      '/targets/{target}': {
        get: reading('getTarget', 'One target with its full verdict.', 'TargetAnswer', {
          parameters: [TARGET_PARAMETER],
        }),
      },
      '/targets/{target}/history': {
        get: reading('getHistory', 'Periods with the same verdict, newest first.', 'HistoryAnswer', {
          parameters: [
            TARGET_PARAMETER,
            parameter('from', TIME, 'Only periods that end at this time or later.'),
            parameter('to', TIME, 'Only periods that begin at this time or earlier.'),
            LIMIT,
            CURSOR,
            flag('verdicts', 'Include each full verdict. Default: false.'),
          ],
        }),
      },
      '/incidents': {
        get: reading('listIncidents', 'Open incidents, then closed ones, newest first.', 'IncidentsAnswer', {
          parameters: [
            flag('open', '`true`: only open incidents. `false`: only closed ones. Default: both.'),
            parameter(
              'subject',
              { type: 'string', minLength: 1 },
              'Only incidents of this target or vantage.',
            ),
            LIMIT,
            CURSOR,
          ],
        }),
      },
      '/metrics': {
        get: {
          operationId: 'getMetrics',
          summary: 'The results of the last tick, for Prometheus.',
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

/** `GET /openapi.json`. The description has no security scheme where requests need no signature. */
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
