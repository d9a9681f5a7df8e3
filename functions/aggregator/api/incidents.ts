import type { ApiRequest, ApiResponse } from './http.ts';
import { json } from './http.ts';
import { negotiate } from './negotiate.ts';
import type { ApiDependencies } from './dependencies.ts';
import { cursorParameter, flagParameter, limitParameter, onlyParameters, textParameter } from './query.ts';
import type { IncidentsAnswer } from './schemas.ts';
import { cursorChecked } from './targets.ts';

/** `GET /incidents?open&subject&limit&cursor`. */
export async function getIncidents(
  { headers, query }: ApiRequest,
  { store }: ApiDependencies,
): Promise<ApiResponse> {
  negotiate(headers['accept'], ['application/json']);
  onlyParameters(query, ['open', 'subject', 'limit', 'cursor']);
  const open = flagParameter(query, 'open');
  const limit = limitParameter(query);
  const subject = textParameter(query, 'subject');
  const cursor = cursorParameter(query);
  const page = await cursorChecked(
    store.incidents({
      ...(open !== undefined && { open }),
      ...(subject !== undefined && { subject }),
      ...(limit !== undefined && { limit }),
      ...(cursor !== undefined && { cursor }),
    }),
  );
  const answer: IncidentsAnswer = {
    incidents: page.incidents,
    ...(page.cursor !== undefined && { nextCursor: page.cursor }),
  };
  return json(answer);
}
