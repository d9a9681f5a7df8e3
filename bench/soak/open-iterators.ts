import { Level } from 'level';

type Track = (this: Level, resource: Parameters<Level['attachResource']>[0]) => void;

interface Tracking {
  attachResource: Track;
  detachResource: Track;
}

/**
 * Counts the open iterators of every LevelDB of this process, from this call on. A database registers each of them with
 * `attachResource` and removes it with `detachResource` (abstract-level's README, "db.attachResource(resource)"). An iterator over
 * only values, or over only keys, is counted twice: it contains one over entries.
 */
export function countOpenIterators(): { open(): number; stop(): void } {
  const prototype: Tracking = Level.prototype;
  const { attachResource, detachResource } = prototype;
  let open = 0;
  prototype.attachResource = function attach(resource) {
    open++;
    attachResource.call(this, resource);
  };
  prototype.detachResource = function detach(resource) {
    open--;
    detachResource.call(this, resource);
  };
  return {
    open: () => open,
    stop: () => Object.assign(prototype, { attachResource, detachResource }),
  };
}
