import type { Template } from 'aws-cdk-lib/assertions';
import { asText, isRecord } from './synthesised.ts';

/** One statement of a policy in a template, as text. */
export interface Statement {
  /** The logical id without its hash, and the name of the policy in it. */
  where: string;
  effect: string;
  actions: string[];
  resources: string[];
  conditions: string;
  /** The reasons for findings on this resource, by the id of the finding. */
  acknowledged: Map<string, string>;
}

/** Every statement of every identity or resource policy in a template, without trust policies. */
export function statementsOf(template: Template): Statement[] {
  const resources = Object.entries(resourcesOf(template));
  return resources.flatMap(([id, resource]) => {
    const acknowledged = acknowledgements(resource);
    return policiesOf(resource).flatMap(({ name, document }) =>
      list(document['Statement']).map((statement) => {
        if (!isRecord(statement)) throw new Error(`${id}: a statement that is none`);
        return {
          where: [id.replace(/[\dA-F]{8}$/, ''), name].filter(Boolean).join('/'),
          effect: asText(statement['Effect']),
          actions: list(statement['Action']).map((action) => asText(action)),
          resources: list(statement['Resource']).map((resource_) => asText(resource_)),
          conditions: statement['Condition'] === undefined ? '' : conditionText(statement['Condition']),
          acknowledged,
        };
      }),
    );
  });
}

export function resourcesOf(template: Template): Record<string, Record<string, unknown>> {
  const resources: unknown = template.toJSON()['Resources'];
  if (!isRecord(resources)) throw new Error('a template without resources');
  return Object.fromEntries(
    Object.entries(resources).filter((entry): entry is [string, Record<string, unknown>] =>
      isRecord(entry[1]),
    ),
  );
}

function policiesOf(
  resource: Record<string, unknown>,
): { name: string; document: Record<string, unknown> }[] {
  const properties = isRecord(resource['Properties']) ? resource['Properties'] : {};
  const inline = list(properties['Policies'])
    .filter(isRecord)
    .map((policy) => ({ name: asText(policy['PolicyName']), document: policy['PolicyDocument'] }));
  const own = [{ name: '', document: properties['PolicyDocument'] }];
  return [...inline, ...own].flatMap(({ name, document }) =>
    isRecord(document) ? [{ name, document }] : [],
  );
}

function acknowledgements(resource: Record<string, unknown>): Map<string, string> {
  const metadata = isRecord(resource['Metadata']) ? resource['Metadata'] : {};
  const nag = isRecord(metadata['cdk_nag']) ? metadata['cdk_nag'] : {};
  return new Map(
    list(nag['rules_to_suppress'])
      .filter(isRecord)
      .map(({ id, reason }) => [asText(id), asText(reason)]),
  );
}

function conditionText(condition: unknown): string {
  if (!isRecord(condition)) return '';
  return Object.entries(condition)
    .flatMap(([operator, keys]) =>
      Object.entries(isRecord(keys) ? keys : {}).map(([key, value]) => `${operator} ${key} ${asText(value)}`),
    )
    .join(', ');
}

function list(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
