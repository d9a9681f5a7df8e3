import { UsageError } from '../usage-error.ts';

export type DevPackages = Awaited<ReturnType<typeof loadAll>>;

/**
 * The packages that only `synwhere dev` needs. They come with a checkout, not with what is published: half of the download would be for
 * them. Rejects with a UsageError that names one that is missing.
 */
export async function loadPackages(): Promise<DevPackages> {
  try {
    return await loadAll();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error;
    const missing = /'((?:@[^/']+\/)?[^/']+)'/.exec(error.message)?.[1] ?? 'dynalite';
    throw new UsageError(
      `synwhere dev needs the package ${missing}, which comes with a checkout only: npm install ${NAMES.join(' ')}`,
    );
  }
}

const NAMES = ['dynalite', 'level', '@aws-sdk/client-dynamodb', '@aws-sdk/lib-dynamodb'];

async function loadAll() {
  const [{ default: dynalite }, { Level }, sdk] = await Promise.all([
    import('dynalite'),
    import('level'),
    import('@aws-sdk/client-dynamodb'),
    import('@aws-sdk/lib-dynamodb'),
  ]);
  return { dynalite, Level, sdk };
}
