import { subjectName } from '../incidents/incident.ts';
import type { Announcement } from '../incidents/announcement.ts';
import { printableAnnouncement } from './printable.ts';

/** SNS takes subjects of at most 100 characters, ASCII, without control characters (Publish API reference). */
const MAX_SUBJECT_CHARS = 100;

const HEADLINES = {
  opened: 'OPEN',
  updated: 'CHANGED',
  closed: 'CLOSED',
  flapping: 'FLAPPING',
} as const satisfies Record<Announcement['change'], string>;

const REPEAT_NOTE =
  'You may have read this before: whoever sent it the first time was interrupted and does not know whether it got through.';

const SHORT_NOTE =
  'The receiver rejected the full message, so this one leaves the evidence out. Run synwhere incidents to read it.';

/**
 * The least that tells what has happened, for a receiver that rejects the whole. Nothing in it comes from a vantage or a name server.
 * As a text it has less than 1,000 characters (Discord takes 2,000), for a name of at most 253 in the subject.
 */
export function shortForm({ labels: _labels, ...announcement }: Announcement): Announcement {
  return { ...announcement, summary: SHORT_NOTE, because: [], notRuledOut: [], vantages: [] };
}

/** One line for a list of mails: what, which, why. */
export function subjectLine(announcement: Announcement, mayRepeat = false): string {
  const { change, installation, subject, incident } = announcement;
  const again = mayRepeat ? ' (perhaps again)' : '';
  const tail = change === 'closed' ? `was ${incident.kind}` : incident.kind;
  const name = subjectName(subject);
  const full = `[${installation}] ${HEADLINES[change]}${again} ${name}: ${tail}`;
  const room = MAX_SUBJECT_CHARS - (full.length - name.length);
  // A long name gives way, so that what happened is still there to read.
  const shortName = name.length > room ? `${name.slice(0, Math.max(8, room - 3))}...` : name;
  return `[${installation}] ${HEADLINES[change]}${again} ${shortName}: ${tail}`
    .replaceAll(/[^\x20-\x7e]/g, '?')
    .slice(0, MAX_SUBJECT_CHARS);
}

/** One sentence on what changed. */
export function headline(announcement: Announcement): string {
  const { change, subject, incident, previousKind } = announcement;
  const name = subjectName(subject);
  if (change === 'closed') return closing(name, incident);
  if (change === 'opened') return `${name} is not as expected: ${incident.kind}.`;
  if (change === 'flapping') {
    return `${name} is flapping, last with ${incident.kind}. You will hear of it again when it has settled.`;
  }
  return previousKind
    ? `${name} is still not as expected, but differently: it was ${previousKind}, it is ${incident.kind}.`
    : `${name} has stopped flapping and is still not as expected: ${incident.kind}.`;
}

/** The whole message in plain text, one line for each piece of evidence. */
export function bodyText(given: Announcement, mayRepeat = false): string {
  const announcement = printableAnnouncement(given);
  const { summary, because, notRuledOut, confidence, vantages, incident, labels, leftOut } = announcement;
  const lines = [
    headline(announcement),
    '',
    summary,
    ...section('Because', because),
    ...section('Not ruled out', notRuledOut),
    ...section(
      'Vantages that were not well',
      vantages.map(
        ({ vantage, saw, fault, reason }) =>
          `${vantage}: saw ${saw}, fault ${fault}${reason === undefined ? '' : ` (${reason})`}`,
      ),
    ),
    '',
    `Incident ${incident.id}, opened ${incident.openedAt}${incident.closedAt === undefined ? '' : `, closed ${incident.closedAt}`}.`,
    ...(confidence === undefined ? [] : [`Confidence: ${confidence}.`]),
    ...(labels ? [`Labels: ${labelText(labels)}.`] : []),
    ...(leftOut ? [`${leftOut} earlier changes could not be told in time and are left out.`] : []),
    `Announcement ${announcement.id}, ${announcement.at}.`,
    ...(mayRepeat ? [REPEAT_NOTE] : []),
  ];
  return `${lines.join('\n')}\n`;
}

function closing(name: string, { kind, openedAt, closedBecause }: Announcement['incident']): string {
  if (closedBecause === 'no-longer-watched')
    return `${name} is not watched any more; it was ${kind} to the end.`;
  const settled = closedBecause === 'settled' ? ' and has stopped flapping' : '';
  return `${name} is as expected again${settled}; it was ${kind} since ${openedAt}.`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `${title}:`, ...lines.map((line) => `- ${line}`)];
}

function labelText(labels: Record<string, string>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');
}
