import type { Incident } from '../incidents/incident.ts';
import type { ApiRequest, ApiResponse } from './http.ts';
import { json } from './http.ts';
import { negotiate } from './negotiate.ts';
import type { ApiParts } from './parts.ts';
import { flagParameter, limitParameter, onlyParameters } from './query.ts';
import { cursorChecked } from './targets.ts';

/** The answer of `GET /incidents`: open ones first, then closed ones, newest first. */
export interface IncidentsAnswer {
  incidents: Incident[];
  nextCursor?: string;
}

/** `GET /incidents?open&subject&limit&cursor`. */
export async function getIncidents(
  { headers, query }: ApiRequest,
  { store }: ApiParts,
): Promise<ApiResponse> {
  negotiate(headers['accept'], ['application/json']);
  onlyParameters(query, ['open', 'subject', 'limit', 'cursor']);
  const open = flagParameter(query, 'open');
  const limit = limitParameter(query);
  const subject = query.get('subject');
  const cursor = query.get('cursor');
  const page = await cursorChecked(
    store.incidents({
      ...(open !== undefined && { open }),
      ...(subject !== null && { subject }),
      ...(limit !== undefined && { limit }),
      ...(cursor !== null && { cursor }),
    }),
  );
  const answer: IncidentsAnswer = {
    incidents: page.incidents,
    ...(page.cursor !== undefined && { nextCursor: page.cursor }),
  };
  return json(answer);
}
