import type { Scene } from './scene.ts';
import { UsageError } from '../usage-error.ts';
export function labScene(): Promise<Scene> {
  throw new UsageError('the lab is not connected');
}
