import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import ts from 'typescript-api/typescript.cjs';
import { InferredTypes, isInferredInterface, type Member } from './inferred-types.ts';

/*
 * Writes the API reference of docs/library.md from the doc comments of what the package exports. `npm run docs:api` runs it. No
 * generator of such pages works with the TypeScript of this project, which has no API for programs; this one uses the last that has.
 */

const ROOT = join(import.meta.dirname, '..');
const PAGE = join(ROOT, 'docs/library.md');
const ENTRIES = { synwhere: 'library/index.ts', 'synwhere/cdk': 'infra/cdk.ts' };
const BEGIN = '<!-- The rest is written by npm run docs:api from the doc comments. -->';

/** The page with its reference made again. */
export async function apiPage(): Promise<string> {
  const files = Object.values(ENTRIES).map((entry) => join(ROOT, entry));
  const types = new InferredTypes(files);
  const { checker } = types;
  const parts = Object.entries(ENTRIES).map(([name, entry]) => {
    const module = checker.getSymbolAtLocation(types.source(join(ROOT, entry)));
    if (!module) throw new Error(`${entry} is not a module`);
    const symbols = checker.getExportsOfModule(module);
    const names = new Set(symbols.map((symbol) => symbol.name));
    const exported = symbols.map((symbol) => new Exported(types, symbol, names));
    return `## Reference: \`${name}\`\n\n${exported
      .toSorted((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1))
      .map((each) => each.text())
      .join('\n\n')}`;
  });
  const [written = ''] = readFileSync(PAGE, 'utf8').split(BEGIN);
  const options = await resolveConfig(PAGE);
  return format(`${written}${BEGIN}\n\n${parts.join('\n\n')}\n`, { ...options, parser: 'markdown' });
}

/** One name that the package exports. */
class Exported {
  readonly name: string;
  readonly rank: number;
  readonly #types: InferredTypes;
  readonly #symbol: ts.Symbol;
  readonly #node: ts.Declaration;
  readonly #known: ReadonlySet<string>;

  /** `known`: the names that the reader finds on the page. */
  constructor(types: InferredTypes, symbol: ts.Symbol, known: ReadonlySet<string>) {
    this.#types = types;
    this.#known = known;
    this.name = symbol.name;
    this.#symbol = symbol.flags & ts.SymbolFlags.Alias ? types.checker.getAliasedSymbol(symbol) : symbol;
    const [node] = this.#symbol.declarations ?? [];
    if (!node) throw new Error(`${symbol.name} is declared nowhere`);
    this.#node = node;
    // Functions, then classes, then types.
    this.rank = ts.isFunctionDeclaration(node) ? 0 : ts.isClassDeclaration(node) ? 1 : 2;
  }

  text(): string {
    const paragraphs = [`### \`${this.name}\``];
    const node = this.#node;
    if (ts.isFunctionDeclaration(node)) paragraphs.push(code(`function ${signatureOf(node)}`));
    const doc = this.#types.docOf(this.#symbol).replaceAll(/\s*\n\s*(?!-)/g, ' ');
    if (doc !== '') paragraphs.push(doc);
    if (ts.isClassDeclaration(node)) {
      const constructor = node.members.find(ts.isConstructorDeclaration);
      if (constructor) paragraphs.push(code(`new ${this.name}${signatureOf(constructor)}`));
      paragraphs.push(table(this.#membersOf(node.members.filter((member) => isPublic(member)))));
    } else if (isInferredInterface(node)) {
      paragraphs.push(table(this.#types.members(node)));
    } else if (ts.isInterfaceDeclaration(node)) {
      const base = node.heritageClauses?.map((clause) => clause.getText()).join(' ') ?? '';
      if (base !== '') paragraphs.push(`\`${base}\`, and:`);
      paragraphs.push(table(this.#membersOf([...node.members])));
    } else if (ts.isTypeAliasDeclaration(node)) {
      const text = node.type.getText();
      const shown = this.#isHidden(node.type) ? this.#expanded(node) : text;
      paragraphs.push(code(`type ${this.name} = ${shown}`));
    }
    return paragraphs.filter((paragraph) => paragraph !== '').join('\n\n');
  }

  #membersOf(members: readonly ts.Node[]): Member[] {
    return members.flatMap((member) => {
      if (!(ts.isPropertySignature(member) || ts.isPropertyDeclaration(member) || isMethod(member)))
        return [];
      const symbol = this.#types.checker.getSymbolAtLocation(member.name);
      const name = member.name.getText();
      return {
        name,
        isOptional: member.questionToken !== undefined,
        type: isMethod(member) ? signatureOf(member).slice(name.length) : this.#typeOf(member),
        doc: symbol ? this.#types.docOf(symbol) : '',
      };
    });
  }

  #typeOf(member: ts.PropertySignature | ts.PropertyDeclaration): string {
    const text =
      member.type?.getText() ??
      this.#types.checker.typeToString(this.#types.checker.getTypeAtLocation(member));
    return member.type && this.#isHidden(member.type) ? this.#expanded(member) : text;
  }

  /** Whether a type is written by names of this project that the package does not export, so that its text tells a reader nothing. */
  #isHidden(node: ts.Node): boolean {
    if (ts.isTypeQueryNode(node)) return true;
    if (ts.isTypeReferenceNode(node) && !this.#known.has(node.typeName.getText())) {
      const symbol = this.#types.checker.getSymbolAtLocation(node.typeName);
      const local = symbol?.declarations?.some((declaration) => isOurs(declaration)) ?? true;
      if (local) return true;
    }
    return ts.forEachChild(node, (child) => this.#isHidden(child) || undefined) ?? false;
  }

  #expanded(node: ts.Node): string {
    const type = this.#types.checker.getTypeAtLocation(node);
    const known = ts.isTypeAliasDeclaration(node) ? type : this.#types.checker.getNonNullableType(type);
    return this.#types.text(known).replaceAll(' | undefined', '');
  }
}

function table(members: readonly Member[]): string {
  if (members.length === 0) return '';
  const rows = members.map(
    ({ name, isOptional, type, doc }) =>
      `| \`${name}${isOptional ? '?' : ''}\` | \`${cell(type)}\` | ${cell(doc)} |`,
  );
  return ['| name | type | what it is |', '| - | - | - |', ...rows].join('\n');
}

function isOurs(node: ts.Node): boolean {
  return !node.getSourceFile().fileName.includes('/node_modules/');
}

function isMethod(node: ts.Node): node is ts.MethodSignature | ts.MethodDeclaration {
  return ts.isMethodSignature(node) || ts.isMethodDeclaration(node);
}

function isPublic(member: ts.ClassElement): boolean {
  if (!member.name || ts.isPrivateIdentifier(member.name)) return false;
  return !(
    ts.canHaveModifiers(member) &&
    ts.getModifiers(member)?.some(({ kind }) => kind === ts.SyntaxKind.OverrideKeyword)
  );
}

/** A signature without its body. */
function signatureOf(node: ts.FunctionLikeDeclaration | ts.MethodSignature): string {
  const name = node.name?.getText() ?? '';
  const parameters = node.parameters.map(parameterText).join(', ');
  const result = node.type ? `: ${node.type.getText()}` : '';
  return `${name}(${parameters})${result}`.replaceAll(/\s+/g, ' ');
}

/** A parameter without what only its function needs: its parts and its default. */
function parameterText({ name, type, questionToken, initializer }: ts.ParameterDeclaration): string {
  const typeText = type?.getText() ?? 'unknown';
  const shown = ts.isIdentifier(name) ? name.text : typeText.charAt(0).toLowerCase() + typeText.slice(1);
  return `${shown}${questionToken || initializer ? '?' : ''}: ${typeText}`;
}

function code(text: string): string {
  return `\`\`\`ts\n${text}\n\`\`\``;
}

function cell(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll('|', String.raw`\|`);
}

if (process.argv[1] === import.meta.filename) writeFileSync(PAGE, await apiPage());
