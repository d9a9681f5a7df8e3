import type { z } from 'zod';
import type { Problem } from './error.ts';
import { nearest } from './nearest.ts';

/** Turns the issues of zod into problems, one for each thing to change. */
export function problemsOf(issues: readonly z.core.$ZodIssue[]): Problem[] {
  return issues.flatMap((issue) => problemsOfIssue(issue, []));
}

function problemsOfIssue(issue: z.core.$ZodIssue, base: readonly PropertyKey[]): Problem[] {
  const path = [...base, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: steps([...path, key]), text: unknownKey(key, issue.message) }));
  }
  if (issue.code === 'invalid_key') {
    return issue.issues.map(({ message }) => ({ path: steps(path), text: message }));
  }
  if (issue.code === 'invalid_union' && issue.message === '') {
    return likeliestBranch(issue.errors).flatMap((inner) => problemsOfIssue(inner, path));
  }
  return [{ path: steps(path), text: issue.message }];
}

/** The issues of the first shape whose type is right, or else those of the first shape. */
function likeliestBranch(branches: readonly z.core.$ZodIssue[][]): z.core.$ZodIssue[] {
  const right = branches.find((issues) => !issues.some((issue) => isWrongType(issue)));
  return right ?? branches[0] ?? [];
}

function isWrongType(issue: z.core.$ZodIssue): boolean {
  return issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');
}

function unknownKey(key: string, knownKeys: string): () => string {
  return () => {
    const known = knownKeys.split(' ');
    const meant = nearest(key, known);
    return meant === undefined
      ? `is not a known key; write one of ${known.join(', ')}`
      : `is not a known key; did you mean ${meant}?`;
  };
}

function steps(path: readonly PropertyKey[]): (string | number)[] {
  return path.map((step) => (typeof step === 'number' ? step : String(step)));
}
