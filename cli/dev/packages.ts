import { UsageError } from '../usage-error.ts';
import { loadDynalite } from './dynalite.ts';

export type DevPackages = Awaited<ReturnType<typeof loadAll>>;

/**
 * Loads the packages that only `synwhere dev` needs. Some are optional. Rejects with a UsageError that names the missing package.
 */
export async function loadPackages(): Promise<DevPackages> {
  try {
    return await loadAll();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error;
    const missing = /'((?:@[^/']+\/)?[^/']+)'/.exec(error.message)?.[1] ?? 'dynalite';
    throw new UsageError(
      `synwhere dev needs the optional package ${missing}, which is not installed: npm install dynalite level`,
    );
  }
}

async function loadAll() {
  const [dynalite, { Level }, sdk] = await Promise.all([
    loadDynalite(),
    import('level'),
    import('@aws-sdk/client-dynamodb'),
  ]);
  return { dynalite, Level, sdk };
}
