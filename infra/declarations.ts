import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript-api/typescript.cjs';
import { InferredTypes, type NameOf } from './inferred-types.ts';

const ROOT = join(import.meta.dirname, '..');

/** The name of a file of this project in an import, without `.ts`. */
const RELATIVE_IMPORT = /'(\.\.?\/[^']+)\.ts'/g;

/**
 * Writes the declarations that the entries need, once for ES modules (`.d.ts`) and once for CommonJS (`.d.cts`): TypeScript reads the
 * kind of a module from its name. tsc leaves `.ts` in the names of imports, which only a checkout has.
 */
export function writeDeclarations(entries: readonly string[], directory: string): void {
  const emitted = mkdtempSync(join(tmpdir(), 'synwhere-types-'));
  try {
    emitDeclarations(entries, emitted);
    const types = new InferredTypes(entries.map((entry) => join(ROOT, entry)));
    const left = entries.map((entry) => join(emitted, entry.replace(/\.ts$/, '.d.ts')));
    const done = new Set<string>();
    for (let file = left.pop(); file !== undefined; file = left.pop()) {
      if (done.has(file)) continue;
      done.add(file);
      const source = join(ROOT, relative(emitted, file)).replace(/\.d\.ts$/, '.ts');
      const text = withoutSchemas(readFileSync(file, 'utf8'), source, types);
      for (const [, specifier = ''] of text.matchAll(RELATIVE_IMPORT)) {
        left.push(join(dirname(file), `${specifier}.d.ts`));
      }
      const target = join(directory, relative(emitted, file));
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, text.replaceAll(RELATIVE_IMPORT, "'$1.js'"));
      writeFileSync(target.replace(/\.d\.ts$/, '.d.cts'), text.replaceAll(RELATIVE_IMPORT, "'$1.cjs'"));
    }
  } finally {
    rmSync(emitted, { recursive: true });
  }
}

/** Runs the compiler of this project on the entries and what they import, and nothing else. */
function emitDeclarations(entries: readonly string[], outDir: string): void {
  const project = join(outDir, 'tsconfig.json');
  const compilerOptions = {
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    rootDir: ROOT,
    outDir,
    typeRoots: [join(ROOT, 'node_modules/@types')],
  };
  const files = entries.map((entry) => join(ROOT, entry));
  writeFileSync(
    project,
    JSON.stringify({ extends: join(ROOT, 'tsconfig.json'), compilerOptions, files, include: [] }),
  );
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', project], { stdio: 'inherit' });
}

/**
 * Writes out the types that are inferred from zod's schemas, and leaves the schemas away. Otherwise users would have to read their
 * types through zod, their compiler would check all of zod's, and in CommonJS it would refuse them (TS1542).
 */
function withoutSchemas(text: string, source: string, types: InferredTypes): string {
  if (!/'zod|"zod/.test(text)) return text;
  const nameOf: NameOf = ({ name, file }) => {
    if (file === source) return name;
    const path = relative(dirname(source), file);
    return `import('${path.startsWith('.') ? path : `./${path}`}').${name}`;
  };
  const inferred = new Map(
    types
      .source(source)
      .statements.filter((node) => ts.isTypeAliasDeclaration(node) || ts.isInterfaceDeclaration(node))
      .map((node) => [node.name.text, node]),
  );
  const declared = ts.createSourceFile('declared.d.ts', text, ts.ScriptTarget.ES2024, true);
  const statements = declared.statements.flatMap((statement): string[] => {
    const written = statement.getFullText();
    if (ts.isImportDeclaration(statement)) return [];
    if (!/\bz\.|\bzod\b|typeof \w*[sS]chema\b/.test(statement.getText())) return [written];
    if (!ts.isTypeAliasDeclaration(statement) && !ts.isInterfaceDeclaration(statement)) return [];
    const { text: name } = statement.name;
    const original = inferred.get(name);
    if (!original) throw new Error(`${source}: there is no type ${name}`);
    const comment = written.slice(0, statement.getLeadingTriviaWidth());
    if (ts.isTypeAliasDeclaration(original)) {
      const type = types.text(types.checker.getTypeAtLocation(original), nameOf);
      return [`${comment}export type ${name} = ${type};`];
    }
    const members = types.members(original, nameOf).map((member) => {
      const doc = member.doc === '' ? '' : `    /** ${member.doc.replaceAll(/\s+/g, ' ')} */\n`;
      return `${doc}    ${member.name}${member.isOptional ? '?' : ''}: ${member.type};\n`;
    });
    return [`${comment}export interface ${name} {\n${members.join('')}}`];
  });
  const body = statements.join('');
  const imports = declared.statements
    .filter(ts.isImportDeclaration)
    .filter((statement) => namesOf(statement).some((name) => new RegExp(`\\b${name}\\b`).test(body)))
    .map((statement) => `${statement.getText()}\n`);
  return `${imports.join('')}${body}\n`;
}

function namesOf({ importClause }: ts.ImportDeclaration): string[] {
  const bindings = importClause?.namedBindings;
  return bindings && ts.isNamedImports(bindings) ? bindings.elements.map(({ name }) => name.text) : [];
}
