import {
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Pair,
  type YAMLMap,
} from 'yaml';
import type { Problem } from './error.ts';
import { messageOf } from './expected.ts';
import { LIMITS } from './limits.ts';

/** A YAML text that could be read, with the lines of its parts. */
export interface YamlFile {
  document: Document;
  lines: LineCounter;
}

/** Reads one YAML 1.2 document in time linear in its length. Returns its problems where it cannot be used. */
export function readYaml(text: string): YamlFile | Problem[] {
  const excess = excessOf(text);
  if (excess) return [excess];
  const lines = new LineCounter();
  const document = withoutStackTraces(() =>
    // The library compares every key with every other one of its map: 60,000 keys take minutes.
    parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      version: '1.2',
      uniqueKeys: false,
      logLevel: 'error',
    }),
  );
  const errors = [...document.errors, ...document.warnings];
  const [first] = errors;
  // The errors after a tab are its consequences.
  if (first?.code === 'TAB_AS_INDENT') errors.splice(1);
  if (errors.some(({ code }) => code === 'RESOURCE_EXHAUSTION')) return [whole(TOO_DEEP)];
  const broken = errors.map(({ code, message, pos }) => ({
    path: [],
    text: isPortAfterBracket(text, pos[0]) ? BARE_BRACKET : brokenYaml(code, message),
    line: lines.linePos(pos[0]).line,
  }));
  if (broken.length > 0) return broken;
  const wrong = wrongKeys(document, lines);
  return wrong.length > 0 ? wrong : { document, lines };
}

/** Reads tokens only, and stops after the allowed number: parsing them can take much longer. */
function excessOf(text: string): Problem | undefined {
  let tokens = 0;
  let aliases = 0;
  let depth = 0;
  let isContent = false;
  for (const token of new Lexer().lex(text)) {
    tokens++;
    if (tokens > LIMITS.fileTokens) {
      return whole(
        `has more than ${LIMITS.fileTokens} keys, values and punctuation marks; this is not a configuration`,
      );
    }
    const first: string = isContent ? '' : token.slice(0, 1);
    // The lexer announces the text of a scalar by this character (yaml, "CST nodes").
    isContent = first === '\u001F';
    if (first === '*') aliases++;
    if (first === '[' || first === '{') depth++;
    if (first === ']' || first === '}') depth--;
    if (aliases > LIMITS.fileAliases) {
      return whole(`has more than ${LIMITS.fileAliases} aliases; write the values in place of them`);
    }
    if (depth > LIMITS.fileDepth) return whole(TOO_DEEP);
  }
  return undefined;
}

const TOO_DEEP = `is nested more than ${LIMITS.fileDepth} levels deep; this is not a configuration`;

function whole(text: string): Problem {
  return { path: [], text };
}

/** The library makes an error object for each syntax error. With stacks, 100,000 of them take seconds. */
function withoutStackTraces<T>(act: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return act();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

const BARE_BRACKET = "YAML reads a bare [ as a list; write quotes, as in '[2001:db8::10]:443'";

/** Whether a bracket and a port meet here, as in an IPv6 address without quotes. */
function isPortAfterBracket(text: string, at: number): boolean {
  return text[at - 1] === ']' && /^:\d/.test(text.slice(at, at + 2));
}

function brokenYaml(code: string, message: string): string {
  if (code === 'MULTIPLE_DOCS') return 'a second YAML document begins here; write one file for each';
  if (code === 'TAB_AS_INDENT')
    return 'this line is indented with a tab; write spaces, here and in the lines after it';
  return `this is not valid YAML: ${messageOf(message)}`;
}

function wrongKeys(document: Document, lines: LineCounter): Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Map(_key, map) {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        const report = (text: string): void => {
          const at = isNode(key) ? key.range?.[0] : undefined;
          problems.push({ path: [], text, line: lines.linePos(at ?? 0).line });
        };
        // In a list in brackets, an IPv6 address without quotes is a key and its port the value.
        if (isSeq(key)) report(BARE_BRACKET);
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (seen.has(name)) report('this key is already in the same map; remove one of them');
        seen.add(name);
      }
    },
  });
  return problems;
}

/** The plain value of a document, with its aliases expanded. Returns a problem where that takes too much memory or stack. */
export function plainValueOf({ document }: YamlFile): { value: unknown } | Problem[] {
  try {
    return { value: document.toJS({ maxAliasCount: LIMITS.aliasesOfOneAnchor }) };
  } catch (error) {
    if (error instanceof RangeError) return [whole(TOO_DEEP)];
    return [whole(`its aliases cannot be expanded: ${messageOf(error)}`)];
  }
}

/** Where a path is in a file. */
interface Place {
  /** 1-based: the line of the key, of the list item, or of the nearest one around it. Absent for the file as a whole. */
  line?: number;
  /** Whether the whole path is in the file. False for a missing key. */
  written: boolean;
}

/** Finds the places of paths in one file. The keys of each map are indexed once, so that many look-ups in a large map are fast. */
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
