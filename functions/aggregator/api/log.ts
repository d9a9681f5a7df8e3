import { printableJson } from '../one-line.ts';

/** One JSON line on stderr for a fault of our own; CloudWatch Logs and `synwhere dev` both show it. */
export function logFault(where: string, error: unknown): void {
  const fault =
    error instanceof Error ? { message: error.message, stack: error.stack } : { message: String(error) };
  console.error(printableJson({ level: 'ERROR', where, ...fault }));
}
