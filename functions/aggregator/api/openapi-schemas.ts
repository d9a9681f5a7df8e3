import {
  CONFIDENCES,
  EXPECTATIONS,
  FAULTS,
  KINDS,
  NAME_OUTCOMES,
  OUTCOMES,
  SIGHTINGS,
  STAGES,
} from '../../reachability/words.ts';
import { MAX_TARGETS } from '../check/limits.ts';
import { VANTAGE_TROUBLES } from '../incidents/incident.ts';
import {
  count,
  list,
  milliseconds,
  object,
  oneOf,
  ref,
  string,
  strings,
  time,
  type Schema,
} from './schema-parts.ts';

const targetName: Schema = {
  type: 'string',
  // A name or an IPv4 literal without ASCII characters that no host name has, or an IPv6 literal with or without a zone.
  pattern: String.raw`^([^\x00-\x2c/:-@\x5b-\x5e\x60\x7b-\x7f]+|\[[0-9A-Fa-f:.]+(%[\w.-]+)?\]):\d{1,5}$`,
  description: 'host:port; an IPv6 literal stands in brackets.',
  examples: ['api.example.com:443', '[2001:db8::1]:443'],
};

const evidence = {
  AttemptTarget: object({ host: string, port: { type: 'integer', minimum: 1, maximum: 65535 } }),
  Attempt: {
    type: 'object',
    description: 'One TCP connect, on a new socket, with what the kernel told of it.',
    properties: {
      outcome: oneOf(OUTCOMES),
      stage: oneOf(STAGES),
      startedMs: milliseconds,
      elapsedMs: milliseconds,
      handshakeMs: milliseconds,
      errno: string,
      localPort: count,
      synRetransmits: count,
      socketState: string,
      reason: string,
      icmp: { type: 'object' },
      refusedBy: string,
    },
    required: ['outcome', 'stage', 'startedMs', 'elapsedMs'],
  },
  AddressView: {
    type: 'object',
    properties: {
      address: string,
      family: { type: 'integer', enum: [4, 6] },
      saw: oneOf(SIGHTINGS),
      attempts: list(ref('Attempt')),
    },
    required: ['address', 'family', 'saw', 'attempts'],
  },
  NameReport: {
    type: 'object',
    properties: {
      outcome: oneOf(['resolved', ...NAME_OUTCOMES]),
      addresses: strings,
      denied: {
        ...count,
        description:
          'How many more it has that the address policy of the vantage forbids; they are not listed.',
      },
      elapsedMs: milliseconds,
    },
    required: ['outcome', 'addresses', 'elapsedMs'],
  },
  VantageView: {
    type: 'object',
    description: 'What one vantage contributes to a verdict.',
    properties: {
      vantage: string,
      network: {
        ...string,
        description: 'Whose network the vantage is in, e.g. `aws`; absent where that is not known.',
      },
      counted: { type: 'boolean' },
      abstained: { type: 'string', description: 'Why it does not count.' },
      saw: oneOf(SIGHTINGS),
      fault: oneOf(FAULTS),
      name: ref('NameReport'),
      addresses: list(ref('AddressView')),
      traces: list({ type: 'object' }),
    },
    required: ['vantage', 'counted', 'saw', 'fault', 'addresses'],
  },
  Verdict: {
    type: 'object',
    properties: {
      target: ref('AttemptTarget'),
      kind: oneOf(KINDS),
      also: list(oneOf(KINDS)),
      confidence: oneOf(CONFIDENCES),
      asExpected: { type: 'boolean' },
      summary: { type: 'string', description: 'One plain sentence.' },
      because: { ...strings, description: 'Facts, with counts.' },
      notRuledOut: { ...strings, description: 'What the evidence cannot exclude, and the test that would.' },
      vantages: list(ref('VantageView')),
      rounds: count,
      startedAt: time,
      elapsedMs: milliseconds,
    },
    required: [
      'target',
      'kind',
      'also',
      'confidence',
      'asExpected',
      'summary',
      'because',
      'notRuledOut',
      'vantages',
      'rounds',
      'startedAt',
      'elapsedMs',
    ],
  },
} satisfies Record<string, Schema>;

const checkRequest = (maxTargets: number): Schema =>
  object({
    'targets?': {
      type: 'array',
      items: targetName,
      minItems: 1,
      maxItems: maxTargets,
      uniqueItems: true,
      description: 'Absent: the configured ones.',
    },
    'expect?': { ...oneOf(EXPECTATIONS), description: 'Overrides what is configured.' },
    'timeoutMs?': {
      type: 'number',
      minimum: 500,
      maximum: 10_000,
      description: 'Silence is called this long after the first SYN.',
    },
  });

const checks = {
  CheckRequest: checkRequest(MAX_TARGETS),
  CheckAnswer: object({ verdicts: list(ref('Verdict')) }, 'One verdict a target, in their order.'),
  CheckLine: {
    description:
      'One line of the streamed answer. `end` is always the last, and an answer without it was cut off.',
    oneOf: [
      object({ event: { const: 'asked' }, round: count, vantages: strings, targets: count }),
      object({
        event: { const: 'answered' },
        round: count,
        vantage: string,
        elapsedMs: milliseconds,
        'outcomes?': {
          type: 'object',
          description: 'How many attempts came to what.',
          propertyNames: oneOf(OUTCOMES),
          additionalProperties: count,
        },
        'absent?': { type: 'string', description: 'Why this vantage gave no report.' },
      }),
      object({ event: { const: 'verdict' }, verdict: ref('Verdict') }),
      object({ event: { const: 'end' }, verdicts: count, 'problem?': ref('Problem') }),
    ],
  },
} satisfies Record<string, Schema>;

const incidents = {
  Subject: {
    oneOf: [
      object({ type: { const: 'target' }, target: targetName }),
      object({ type: { const: 'vantage' }, vantage: string }),
    ],
  },
  Incident: object({
    id: string,
    subject: ref('Subject'),
    kind: oneOf([...KINDS, ...VANTAGE_TROUBLES]),
    kinds: {
      ...list(oneOf([...KINDS, ...VANTAGE_TROUBLES])),
      description: 'Every kind it has had, the first first.',
    },
    openedAt: time,
    updatedAt: time,
    'closedAt?': { ...time, description: 'Absent while it is open.' },
    'closedBecause?': oneOf(['well', 'settled', 'no-longer-watched']),
    flapping: { type: 'boolean' },
    evidence: object({
      summary: string,
      because: strings,
      notRuledOut: strings,
      'confidence?': oneOf(CONFIDENCES),
      vantages: list(
        object({ vantage: string, saw: oneOf(SIGHTINGS), fault: oneOf(FAULTS), 'reason?': string }),
      ),
    }),
    announcements: count,
  }),
  IncidentsAnswer: object({ incidents: list(ref('Incident')), 'nextCursor?': string }),
} satisfies Record<string, Schema>;

const expectations: Schema = object({
  everywhere: oneOf(EXPECTATIONS),
  'vantages?': { type: 'object', additionalProperties: oneOf(EXPECTATIONS) },
});

const targetState = {
  target: targetName,
  'labels?': { type: 'object', additionalProperties: string },
  expect: expectations,
  'latest?': {
    ...object({
      at: time,
      kind: oneOf(KINDS),
      asExpected: { type: 'boolean' },
      confidence: oneOf(CONFIDENCES),
      summary: string,
      vantages: list(
        object({
          vantage: string,
          counted: { type: 'boolean' },
          'abstained?': string,
          saw: oneOf(SIGHTINGS),
          fault: oneOf(FAULTS),
          'handshakeMs?': { ...milliseconds, description: 'The fastest of the tick.' },
        }),
      ),
    }),
    description: 'What the last tick saw; absent before the first.',
  },
  'since?': { ...time, description: 'Since when the verdict has been the same.' },
  'incident?': ref('Incident'),
} satisfies Record<string, Schema>;

const targets = {
  TargetState: object(targetState),
  TargetsAnswer: object({
    now: { ...time, description: "The service's own clock." },
    schedule: object({ everyMinutes: { type: 'number' }, enabled: { type: 'boolean' } }),
    'lastTickAt?': time,
    targets: list(ref('TargetState')),
  }),
  TargetAnswer: object({
    ...targetState,
    'verdict?': ref('Verdict'),
    'trimmed?': { ...string, description: 'What was left out of the verdict to keep it small.' },
  }),
  HistoryPeriod: object(
    {
      target: targetName,
      from: time,
      to: time,
      ticks: { ...count, description: 'How many ticks saw it.' },
      current: { type: 'boolean', description: 'Whether it still goes on.' },
      kind: oneOf(KINDS),
      asExpected: { type: 'boolean' },
      confidence: oneOf(CONFIDENCES),
      summary: string,
      'verdict?': ref('Verdict'),
      'trimmed?': string,
    },
    'A stretch of time in which the verdict stayed the same: from the first to the last tick that saw it.',
  ),
  HistoryAnswer: object({
    target: targetName,
    stretches: list(ref('HistoryPeriod')),
    'nextCursor?': string,
  }),
} satisfies Record<string, Schema>;

const problem = {
  Problem: {
    type: 'object',
    description: 'RFC 9457. `code` is the one to program against.',
    properties: {
      type: { const: 'about:blank' },
      title: string,
      status: { type: 'integer', minimum: 400, maximum: 599 },
      code: string,
      detail: { type: 'string', description: 'One line for a person.' },
      pointer: { type: 'string', description: 'Where in the body (RFC 6901).' },
    },
    required: ['type', 'title', 'status', 'code', 'detail'],
  },
} satisfies Record<string, Schema>;

export const SCHEMAS: Readonly<Record<string, Schema>> = {
  ...evidence,
  ...checks,
  ...targets,
  ...incidents,
  ...problem,
};

/** {@link SCHEMAS} for an installation whose callers may name so many targets. */
export function schemasFor(maxTargets: number): Readonly<Record<string, Schema>> {
  return { ...SCHEMAS, CheckRequest: checkRequest(maxTargets) };
}
