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
  'This message may be a repeat: the first attempt to send it was interrupted, and its result is not known.';

const SHORT_NOTE =
  'The receiver rejected the full message, so this one does not contain the evidence. Run synwhere incidents to read it.';

/**
 * The shortest form, for a receiver that rejects the whole announcement. Nothing in it comes from a vantage or a name server. Its text
 * has fewer than 1,000 characters (Discord takes 2,000), for a name of at most 253 characters in the subject.
 */
export function shortForm({ labels: _labels, ...announcement }: Announcement): Announcement {
  return { ...announcement, summary: SHORT_NOTE, because: [], notRuledOut: [], nextSteps: [], vantages: [] };
}

/** The subject of a mail: what changed, for which target or vantage, and the kind. */
export function subjectLine(announcement: Announcement, mayRepeat = false): string {
  const { change, installation, subject, incident } = announcement;
  const again = mayRepeat ? ' (perhaps again)' : '';
  const tail = change === 'closed' ? `was ${incident.kind}` : incident.kind;
  const name = subjectName(subject);
  const full = `[${installation}] ${HEADLINES[change]}${again} ${name}: ${tail}`;
  const room = MAX_SUBJECT_CHARS - (full.length - name.length);
  // A long name is cut, so that the change and the kind stay readable.
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
    return `${name} is flapping, last with ${incident.kind}. The next message comes when it has settled.`;
  }
  return previousKind
    ? `${name} is still not as expected: it was ${previousKind}, it is now ${incident.kind}.`
    : `${name} has stopped flapping and is still not as expected: ${incident.kind}.`;
}

/** The whole message in plain text, one line for each piece of evidence. */
export function bodyText(given: Announcement, mayRepeat = false): string {
  const announcement = printableAnnouncement(given);
  const { summary, because, notRuledOut, nextSteps = [], confidence, vantages } = announcement;
  const { incident, labels, leftOut } = announcement;
  const lines = [
    headline(announcement),
    '',
    summary,
    ...section('Because', because),
    ...section('Not ruled out', notRuledOut),
    ...section('Next steps', nextSteps),
    ...section(
      'Vantages with a fault',
      vantages.map(
        ({ vantage, saw, fault, reason }) =>
          `${vantage}: saw ${saw}, fault ${fault}${reason === undefined ? '' : ` (${reason})`}`,
      ),
    ),
    '',
    `Incident ${incident.id}, opened ${incident.openedAt}${incident.closedAt === undefined ? '' : `, closed ${incident.closedAt}`}.`,
    ...(confidence === undefined ? [] : [`Confidence: ${confidence}.`]),
    ...(labels ? [`Labels: ${labelText(labels)}.`] : []),
    ...(leftOut ? [`${leftOut} earlier changes could not be sent in time and are left out.`] : []),
    `Announcement ${announcement.id}, ${announcement.at}.`,
    ...(mayRepeat ? [REPEAT_NOTE] : []),
  ];
  return `${lines.join('\n')}\n`;
}

function closing(name: string, { kind, openedAt, closedBecause }: Announcement['incident']): string {
  if (closedBecause === 'no-longer-watched')
    return `${name} is no longer checked; its last state was ${kind}.`;
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
