import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const PROGRAMS = /^(?:npm|npx|synwhere|aws|cdk|curl|git|docker|SYNWHERE_\w+=\S+) /;

/** A command that a page shows. */
export interface ShownCommand {
  page: string;
  /** On one line, without comments. The command of a checkout is written like the installed one, `synwhere …`. */
  text: string;
}

/** Every command in the README and in docs/: each line of a shell block, and every span of code that begins with a program. */
export function shownCommands(): ShownCommand[] {
  const docs = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
  return ['README.md', ...docs.map((name) => `docs/${name}`)].flatMap((page) =>
    commandsIn(readFileSync(join(ROOT, page), 'utf8')).map((text) => ({ page, text })),
  );
}

/** The commands in one page's Markdown. */
export function commandsIn(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/^( *)```(\S*)\n([^]*?)^\1```/gm)];
  const typed = blocks
    .filter(([, , language = '']) => ['sh', 'bash', 'shell', 'console'].includes(language))
    .flatMap(([, , , block = '']) => block.replaceAll(/ *\\\n\s*/g, ' ').split('\n'))
    .map((line) => line.replace(/(^|\s)#\s.*$/, '').trim())
    .filter((line) => line !== '');
  const unlabelled = blocks
    .filter(([, , language]) => language === '')
    .flatMap(([, , , block = '']) => block.split('\n').filter((line) => PROGRAMS.test(line)));
  const prose = blocks.reduce((text, [block]) => text.replace(block, ''), markdown);
  const mentioned = [...prose.matchAll(/`([^`]+)`/g)]
    .map(([, span = '']) => span.replaceAll(/\s+/g, ' ').trim())
    .filter((span) => PROGRAMS.test(span));
  return [...typed, ...unlabelled, ...mentioned].flatMap((line) => line.split(' && ')).map(asInstalled);
}

function asInstalled(command: string): string {
  return command.replace(/^npm run -s synwhere -- /, 'synwhere ');
}
