import ts from 'typescript-api/typescript.cjs';

/** One property of a type, for a reader. */
export interface Member {
  name: string;
  isOptional: boolean;
  type: string;
  /** Its doc comment; else what its schema describes it as. */
  doc: string;
}

/** How a type of another file is named. */
export type NameOf = (type: { name: string; file: string }) => string;

/**
 * The types that are inferred from zod's schemas, written out. Where such a type is part of another one it goes by its name. TypeScript 5
 * is used for it: the compiler of this project has no API for programs.
 */
export class InferredTypes {
  readonly checker: ts.TypeChecker;
  readonly #program: ts.Program;
  /** The files of this project that export a type, by its name. */
  readonly #files = new Map<string, string>();
  /** From the longest text to the shortest, so that a type is found before its parts. */
  readonly #named: { text: string; name: string; file: string }[];

  constructor(files: readonly string[]) {
    this.#program = ts.createProgram([...files], {
      module: ts.ModuleKind.NodeNext,
      target: ts.ScriptTarget.ES2024,
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      allowImportingTsExtensions: true,
      resolveJsonModule: true,
      noEmit: true,
      types: ['node'],
    });
    this.checker = this.#program.getTypeChecker();
    const sources = this.#program
      .getSourceFiles()
      .filter(({ fileName }) => !fileName.includes('/node_modules/'));
    for (const { fileName, statements } of sources) {
      for (const node of statements) {
        if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) {
          this.#files.set(node.name.text, fileName);
        }
      }
    }
    this.#named = sources
      .flatMap((source) =>
        source.statements.flatMap((node) => {
          const type = this.#namedType(node);
          return type ? [{ text: this.#plain(type.type), name: type.name, file: source.fileName }] : [];
        }),
      )
      .toSorted((a, b) => b.text.length - a.text.length);
  }

  source(file: string): ts.SourceFile {
    const source = this.#program.getSourceFile(file);
    if (!source) throw new Error(`${file} is not part of the program`);
    return source;
  }

  /** A type, with its parts by their names. */
  text(type: ts.Type, nameOf: NameOf = ({ name }) => name): string {
    // Names first: those that are put in for parts have their files already.
    let text = this.#plain(type).replaceAll(TYPE_NAME, (name) => {
      const file = this.#files.get(name);
      return file === undefined ? name : nameOf({ name, file });
    });
    for (const { text: part, name, file } of this.#named) {
      text = text.replaceAll(part, nameOf({ name, file }));
    }
    return text.replaceAll(/\(((?:import\('[^']+'\)\.)?\w+)\)\[\]/g, '$1[]');
  }

  /** The properties of an interface that is inferred. */
  members(node: ts.InterfaceDeclaration, nameOf?: NameOf): Member[] {
    return this.#interfaceType(node)
      .getProperties()
      .map((property) => {
        const isOptional = (property.flags & ts.SymbolFlags.Optional) !== 0;
        const type = this.checker.getTypeOfSymbol(property);
        const text = this.text(isOptional ? this.checker.getNonNullableType(type) : type, nameOf);
        return { name: property.name, isOptional, type: text, doc: this.docOf(property) };
      });
  }

  docOf(symbol: ts.Symbol): string {
    const comment = ts.displayPartsToString(symbol.getDocumentationComment(this.checker));
    if (comment !== '') return comment.replaceAll(/\{@link (\w+)\s*\}/g, '`$1`');
    const [declaration] = symbol.declarations ?? [];
    if (!declaration || !ts.isPropertyAssignment(declaration)) return '';
    return /z\.describe\(\s*'((?:[^'\\]|\\.)*)'/.exec(declaration.initializer.getText())?.[1] ?? '';
  }

  /** An interface that is inferred, by its base; or the words of a list in words.ts. */
  #namedType(node: ts.Statement): { name: string; type: ts.Type } | undefined {
    if (ts.isTypeAliasDeclaration(node) && /^\(typeof [A-Z_]+\)\[number\]$/.test(node.type.getText())) {
      return { name: node.name.text, type: this.checker.getTypeAtLocation(node) };
    }
    if (!isInferredInterface(node)) return undefined;
    const [type] = this.checker.getBaseTypes(this.#interfaceType(node));
    if (!type) throw new Error(`${node.name.text} has no base type`);
    return { name: node.name.text, type };
  }

  #interfaceType(node: ts.InterfaceDeclaration): ts.InterfaceType {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what an interface declares
    return this.checker.getTypeAtLocation(node) as ts.InterfaceType;
  }

  #plain(type: ts.Type): string {
    return this.checker.typeToString(type, undefined, FLAGS);
  }
}

/** The name of a type: a word that begins with a capital letter, and is no text, no key and no part of another name. */
const TYPE_NAME = /(?<![\w.'])[A-Z]\w*(?![\w'?:])/g;

const FLAGS =
  ts.TypeFormatFlags.NoTruncation |
  ts.TypeFormatFlags.InTypeAlias |
  ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope |
  ts.TypeFormatFlags.UseSingleQuotesForStringLiteralType;

/** Whether an interface takes its members from a schema. */
export function isInferredInterface(node: ts.Node): node is ts.InterfaceDeclaration {
  return ts.isInterfaceDeclaration(node) && (node.heritageClauses?.some(isOfSchema) ?? false);
}

function isOfSchema(clause: ts.HeritageClause): boolean {
  return /\bz\.(output|infer|input)</.test(clause.getText());
}
