import { isMap, isNode, isPair, isScalar, isSeq, type Document, type LineCounter } from 'yaml';

/**
 * The line (1-based) on which a path of a YAML document stands: that of the key, of the list item, or, where the path leads beyond
 * what is written, of the nearest thing around it. Undefined for the root itself.
 */
export function lineOf(
  document: Document,
  lines: LineCounter,
  path: readonly (string | number)[],
): number | undefined {
  let node: unknown = document.contents;
  let line: number | undefined;
  for (const step of path) {
    const next = child(node, step);
    if (next === undefined) break;
    const offset = startOf(next);
    if (offset !== undefined) line = lines.linePos(offset).line;
    node = isPair(next) ? next.value : next;
  }
  return line;
}

function child(node: unknown, step: string | number): unknown {
  if (isMap(node)) {
    return node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(step));
  }
  if (isSeq(node) && typeof step === 'number') return node.items[step];
  return undefined;
}

function startOf(thing: unknown): number | undefined {
  const node = isPair(thing) ? thing.key : thing;
  return isNode(node) ? node.range?.[0] : undefined;
}
