import type { ProbeReport } from '../../reachability/report.ts';
import { oneLine } from '../one-line.ts';
import { VantageError } from './vantage.ts';

/**
 * Reads the JSON that a vantage answered with. Any JSON is let through as a report here, for whoever asked validates it;
 * anything else throws a {@link VantageError}.
 */
export function parseAnswerText(text: string): ProbeReport {
  if (text.trim() === '') throw new VantageError('answered nothing');
  try {
    const answer: ProbeReport = JSON.parse(text);
    return answer;
  } catch {
    const begin = oneLine(text.slice(0, 40));
    throw new VantageError(`answered garbage: not JSON, begins with ${JSON.stringify(begin)}`);
  }
}
