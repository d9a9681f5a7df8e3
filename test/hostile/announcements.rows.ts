import { expect } from 'vitest';
import type { Announcement } from '../../functions/aggregator/incidents/announcement.ts';
import { sentOf, toldOfTarget, toldOfVantage } from '../aggregator/announce/hostile-announcements.ts';
import type { HostileRow } from './row.ts';

const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
const MOST_BYTES = 32_000;

interface Case {
  input: string;
  text: string;
  outcome: string;
  /** Text that the mail must contain. */
  mail?: string;
  /** Texts that the chat must contain. */
  chat?: string[];
  /** What the mail must not contain, and what the chat must not contain below its first line. */
  notInMail?: RegExp;
  notInChat?: RegExp;
}

function evidence({ input, outcome, ...wanted }: Case): HostileRow {
  return {
    surface: 'announcement',
    input,
    outcome,
    async run() {
      await tried(toldOfTarget(wanted.text), wanted);
      await tried(toldOfVantage(wanted.text), wanted);
      // An entry of an earlier version in the outbox, which is cut but not made printable.
      if (wanted.text.length > 400) return;
      const { text } = wanted;
      await tried({ ...toldOfTarget('x'), summary: text, because: [text], notRuledOut: [text] }, wanted);
    },
  };
}

async function tried(told: Announcement, wanted: Omit<Case, 'input' | 'outcome'>): Promise<void> {
  const { text, mail = '', chat = [], notInMail, notInChat } = wanted;
  const sent = await sentOf(told);
  const plain = await sentOf(withoutForeign(told));
  // The number of lines is the same as with harmless texts.
  expect(sent.mail.split('\n')).toHaveLength(plain.mail.split('\n').length);
  expect(sent.chat.split('\n')).toHaveLength(plain.chat.split('\n').length);
  for (const part of Object.values(sent)) {
    for (const line of part.split('\n')) expect(line, text).not.toMatch(UNSEEN);
    expect(Buffer.byteLength(part)).toBeLessThan(MOST_BYTES);
  }
  for (const json of [sent.event, sent.json]) expectPrintable(JSON.parse(json));
  expect(sent.subject).toMatch(/^[\x20-\x7e]{1,100}$/);
  expect(sent.sms.length).toBeLessThanOrEqual(140);
  expect(sent.mail).toContain(mail);
  for (const shown of chat) expect(sent.chat).toContain(shown);
  if (notInMail) expect(sent.mail).not.toMatch(notInMail);
  if (notInChat) expect(sent.chat.replace(/^.*\n/, '')).not.toMatch(notInChat);
}

function withoutForeign(told: Announcement): Announcement {
  return {
    ...told,
    summary: 'x',
    because: told.because.map(() => 'x'),
    notRuledOut: told.notRuledOut.map(() => 'x'),
    vantages: told.vantages.map((view) => (view.reason === undefined ? view : { ...view, reason: 'x' })),
  };
}

function expectPrintable(value: unknown): void {
  if (typeof value === 'string') expect(value).not.toMatch(UNSEEN);
  else if (typeof value === 'object' && value !== null) Object.values(value).forEach(expectPrintable);
}

const ONE_LINE = 'One printable line for each piece of evidence, in events, mails and webhooks';

export const rows: HostileRow[] = [
  evidence({
    input: 'Newlines of every kind in text from a vantage',
    text: 'x\r\n\r\nIncident closed\u2028All is well\u0085Confidence: high',
    outcome: ONE_LINE,
    mail: 'x Incident closed All is well Confidence: high',
  }),
  evidence({
    input: 'Terminal escapes and control characters in text from a vantage',
    text: '\u001B]0;owned\u0007\u001B[2K\u001B[32m✔ well\u001B[0m\u009B1A\b\u0000end',
    outcome: ONE_LINE,
    mail: '✔ well end',
  }),
  evidence({
    input: 'Bidirectional, zero-width and tag characters, variation selectors, fillers',
    text: 'a\u202Eb\u2066c\u200Bd\uFEFFe\u{E0041}f\uFE0Fg\u3164h',
    outcome: ONE_LINE,
    mail: 'a b c d e f g h',
  }),
  evidence({
    input: 'Lone surrogates, private and unassigned characters',
    text: 'a\uD800b\uE000c\uFDD0d',
    outcome: 'Each becomes U+FFFD',
    mail: 'a\uFFFDb\uFFFDc\uFFFDd',
  }),
  evidence({
    input: 'A text of 1 MB',
    text: 'x'.repeat(1_000_000),
    outcome: 'Each piece of evidence is cut to 400 characters',
    notInMail: /x{400}/,
  }),
  evidence({
    input: 'Mentions of all members, of a channel, of a person and of a group in a chat',
    text: 'a @everyone @here @channel @all <!channel> <!here|x> <@U123> <@&9> <!subteam^S1> <#C1> ops@mail.example z',
    outcome: 'The chat has no mention, and the text stays readable',
    chat: ['a @ everyone @ here @ channel @ all &lt; !channel&gt;', 'ops@ mail.example z'],
    notInChat: /[@＠]\S|[<>]|&lt;[!#]/,
  }),
  evidence({
    input: 'Links, formatting and emoji names in a chat',
    text:
      'a <https://evil.example|log in> [log in](https://evil.example) ![x](http://evil.example/x.png) www.evil.example ' +
      '*bold* _it_ ~gone~ ||hidden|| `code` # Heading :white_check_mark: sa_east 2001:db8::bee:1 z',
    outcome: 'The chat shows the characters and does not interpret them',
    chat: [
      '＊bold＊ ＿it＿ ～gone～ | |hidden| | ｀code｀ ＃ Heading : white_check_mark:',
      'sa_east 2001:db8::bee:1 z',
    ],
    notInChat: /:\/\/|\]\(|www\.\S|[*~`#]|\|\||:white_check_mark:|\b_|_\b/,
  }),
  {
    surface: 'announcement',
    input: 'A newline and a header in the name of a vantage',
    outcome: 'The subject of the mail is one line of ASCII',
    async run() {
      const { subject } = await sentOf({
        ...toldOfVantage('x'),
        subject: { type: 'vantage', vantage: 'zürich\r\nBcc: someone@mail.example' },
      });
      expect(subject).toMatch(/^[\x20-\x7e]{1,100}$/);
    },
  },
];
