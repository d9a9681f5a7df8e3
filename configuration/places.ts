import { isMap, isNode, isPair, isScalar, isSeq, type Pair, type YAMLMap } from 'yaml';
import type { YamlFile } from './yaml.ts';

/** Where a path of a configuration file stands. */
export interface Place {
  /** 1-based: the line of the key, of the list item, or of the nearest thing around it. Absent for the file as a whole. */
  line?: number;
  /** Whether all of the path is written. False for a key that is missing. */
  written: boolean;
}

/** Finds places in one file. The keys of each map are indexed once, so that many look-ups in a large map stay fast. */
export function placesOf({ document, lines }: YamlFile): (path: readonly (string | number)[]) => Place {
  const indexes = new WeakMap<YAMLMap, Map<string, Pair>>();
  const child = (node: unknown, step: string | number): unknown => {
    if (isMap(node)) {
      const index = indexes.get(node) ?? indexOf(node);
      indexes.set(node, index);
      return index.get(String(step));
    }
    if (isSeq(node) && typeof step === 'number') return node.items[step];
    return undefined;
  };
  return (path) => {
    let node: unknown = document.contents;
    let line: number | undefined;
    let written = true;
    for (const step of path) {
      const next = child(node, step);
      if (next === undefined) {
        written = false;
        break;
      }
      const offset = startOf(next);
      if (offset !== undefined) line = lines.linePos(offset).line;
      node = isPair(next) ? next.value : next;
    }
    return { ...(line !== undefined && { line }), written };
  };
}

function indexOf({ items }: YAMLMap): Map<string, Pair> {
  return new Map(items.map((pair) => [String(isScalar(pair.key) ? pair.key.value : pair.key), pair]));
}

function startOf(thing: unknown): number | undefined {
  const node = isPair(thing) ? thing.key : thing;
  return isNode(node) ? node.range?.[0] : undefined;
}
