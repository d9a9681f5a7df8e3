import type { CheckLine } from '../../functions/aggregator/api/schemas.ts';
import type { Expectation } from '../../functions/reachability/words.ts';
import type { Verdict } from '../../functions/reachability/verdict.ts';
import type { Endpoint } from './endpoint.ts';
import { ServiceFault } from './fault.ts';
import { hasTexts, isTexts } from './pages.ts';
import { UsageError } from '../usage-error.ts';

/** What `POST /checks` takes; without `targets`, the service's configured ones. */
export interface DeployedCheck {
  targets?: string[];
  expect?: Expectation;
  timeoutMs?: number;
}

/** No line of the service is longer. */
const MAX_LINE_CHARS = 8 * 1024 * 1024;

/** The service at a Function URL or `synwhere dev`. A mistake of the caller is a UsageError, all else is a {@link ServiceFault}. */
export class DeployedService {
  readonly #endpoint: Endpoint;
  readonly #signal: AbortSignal;

  constructor(endpoint: Endpoint, signal: AbortSignal) {
    this.#endpoint = endpoint;
    this.#signal = signal;
  }

  /** One GET route as JSON. `path` is percent-encoded and may have a query. */
  async get(path: string): Promise<unknown> {
    const response = await this.request('GET', path, { accept: 'application/json' });
    const text = await this.#reading(() => response.text());
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw new ServiceFault(`${this.#endpoint.url.origin} answered something that is not JSON`);
    }
  }

  /** A check by the vantages of the service. `onLine` receives each line. Resolves to the verdicts in the order of the targets. */
  async check(check: DeployedCheck, onLine: (line: CheckLine) => void): Promise<Verdict[]> {
    const headers = { accept: 'application/x-ndjson', 'content-type': 'application/json' };
    const response = await this.request('POST', '/checks', headers, JSON.stringify(check));
    const verdicts: Verdict[] = [];
    const ended = await this.#reading(async () => {
      for await (const line of linesOf(response)) {
        const parsed: unknown = JSON.parse(line);
        if (!isCheckLine(parsed)) throw new Error('a line that is none of a check');
        if (parsed.event === 'verdict') parsed.verdict.nextSteps = stepsOf(parsed.verdict);
        onLine(parsed);
        if (parsed.event === 'verdict') verdicts.push(parsed.verdict);
        if (parsed.event === 'end') return parsed;
      }
      return undefined;
    });
    if (ended?.problem) throw new ServiceFault(`the service failed: ${ended.problem.detail}`);
    if (ended?.verdicts === verdicts.length) return verdicts;
    throw new ServiceFault(`the answer was cut off after ${verdicts.length} verdicts`);
  }

  /** Sends one signed request. Rejects where the status is not 2xx. */
  async request(method: string, path: string, headers: Record<string, string>, body = ''): Promise<Response> {
    const url = new URL(`${this.#endpoint.url.href.replace(/\/$/, '')}${path}`);
    const signed = (await this.#endpoint.signer?.({ method, url, headers, body })) ?? headers;
    const response = await this.#reading(() =>
      fetch(url, {
        method,
        headers: signed,
        ...(body !== '' && { body }),
        redirect: 'error',
        signal: this.#signal,
      }),
    );
    if (!response.ok) throw await refusal(response, url);
    return response;
  }

  /** Reports a failed read as a fault of the service or the network, unless the command was interrupted. */
  async #reading<Value>(read: () => Promise<Value>): Promise<Value> {
    try {
      return await read();
    } catch (error) {
      this.#signal.throwIfAborted();
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      const message = cause instanceof Error ? cause.message : String(cause);
      const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : message;
      throw new ServiceFault(`no answer from ${this.#endpoint.url.origin}: ${reason}`, { cause: error });
    }
  }
}

/** The lines of a streamed body. An incomplete last line is dropped. */
async function* linesOf(response: Response): AsyncGenerator<string, void, void> {
  let rest = '';
  for await (const text of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE_CHARS) throw new Error('a line without end');
    for (const line of lines) if (line !== '') yield line;
  }
}

async function refusal(response: Response, url: URL): Promise<Error> {
  const { status } = response;
  const text = await response.text().catch(() => '');
  const { detail } = readProblem(text);
  if (detail !== undefined) {
    // The service is busy. That is no mistake of the caller.
    if (status === 429) return new ServiceFault(detail);
    return status < 500 ? new UsageError(detail) : new ServiceFault(`the service failed: ${detail}`);
  }
  if (status === 403) {
    return new UsageError(
      `${url.origin} refused the credentials: they need lambda:InvokeFunctionUrl and lambda:InvokeFunction on the aggregator`,
    );
  }
  return new ServiceFault(`${url.origin} answered ${status} to ${url.pathname}`);
}

function readProblem(text: string): { detail?: string } {
  try {
    const problem: unknown = JSON.parse(text);
    const detail = typeof problem === 'object' && problem && 'detail' in problem ? problem.detail : undefined;
    return typeof detail === 'string' ? { detail } : {};
  } catch {
    return {};
  }
}

/** Checks the parts of a line that are used later. */
function isCheckLine(value: unknown): value is CheckLine {
  if (typeof value !== 'object' || !value || !('event' in value)) return false;
  switch (value.event) {
    case 'asked':
      return 'round' in value && 'vantages' in value && isTexts(value.vantages);
    case 'answered':
      return 'round' in value && 'vantage' in value && typeof value.vantage === 'string';
    case 'verdict':
      return 'verdict' in value && isVerdict(value.verdict);
    case 'end':
      return 'verdicts' in value && typeof value.verdicts === 'number';
    default:
      return false;
  }
}

/** A service of version 0.1.0 sends no next steps. */
function stepsOf(verdict: object): string[] {
  const steps: unknown = Reflect.get(verdict, 'nextSteps');
  return isTexts(steps) ? steps : [];
}

function isVerdict(value: unknown): value is Verdict {
  if (!hasTexts(value, ['kind', 'confidence', 'summary'])) return false;
  const { target, vantages }: { target?: unknown; vantages?: unknown } = value;
  return (
    'asExpected' in value &&
    hasTexts(target, ['host']) &&
    ['also', 'because', 'notRuledOut'].every((key) => isTexts(Reflect.get(value, key))) &&
    Array.isArray(vantages) &&
    vantages.every((view: unknown) => hasTexts(view, ['vantage', 'saw']))
  );
}
