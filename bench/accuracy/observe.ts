import { DEFAULTS } from '../../configuration/defaults.ts';
import type {
  AddressReport,
  Attempt,
  ControlReport,
  NameReport,
  TargetReport,
  VantageAnswer,
} from '../../functions/reachability/report.ts';
import type { Target, TargetRequest } from '../../functions/reachability/request.ts';
import type { Random } from './random.ts';
import { faultsOn } from './world.ts';
import type { Answer, Host, Place, Round, World } from './world.ts';

const { attempts: ATTEMPTS, timeoutMs: TIMEOUT_MS } = DEFAULTS.probe;
const STAGGER_MS = 300;
const STARTED_AT = ['2026-01-01T00:00:00.000Z', '2026-01-01T00:00:05.000Z'] as const;

/** The reports of all vantages in one round, with the defaults and the evidence of the probe. */
export function observe(
  world: World,
  random: Random,
  round: Round,
  request?: TargetRequest,
): VantageAnswer[] {
  return world.places.map((place) => {
    const vantage = place.name;
    const absent = world.rounds[round].absent.get(vantage);
    if (absent !== undefined) return { vantage, absent };
    return {
      vantage,
      report: {
        vantage,
        round: round + 1,
        startedAt: STARTED_AT[round],
        elapsedMs: TIMEOUT_MS,
        targets: [targetReport(world, random, place, round, request?.addresses)],
        controls: world.controls.map((control): ControlReport => {
          const once = (): TargetReport => {
            const name = nameReport(world, place, round, control.byName, control.hosts, true);
            return report(control.target, name, control.hosts, world, random, place, round);
          };
          return { ...control.target, before: once(), after: once() };
        }),
      },
    };
  });
}

/** Every address of the world by its text: the target's own and the false ones. */
export function hostsByText({ hosts, falseHosts }: World): Map<string, Host> {
  return new Map([...hosts, ...falseHosts].map((host) => [host.text, host]));
}

function targetReport(
  world: World,
  random: Random,
  place: Place,
  round: Round,
  asked: readonly string[] | undefined,
): TargetReport {
  const given = world.given.get(place.name) ?? [];
  const name = nameReport(world, place, round, world.byName, given, false);
  if (!asked) return report(world.target, name, given, world, random, place, round);
  const known = hostsByText(world);
  const hosts = asked.flatMap((text) => known.get(text) ?? []);
  return report(world.target, name && { ...name }, hosts, world, random, place, round, true);
}

function nameReport(
  world: World,
  { name }: Place,
  round: Round,
  byName: boolean,
  hosts: readonly Host[],
  ofControl: boolean,
): NameReport | undefined {
  if (!byName) return undefined;
  const fault = world.rounds[round].names.get(name);
  if (fault && (fault.everyName || !ofControl)) {
    return { outcome: fault.outcome, addresses: [], elapsedMs: 100 };
  }
  return { outcome: 'resolved', addresses: hosts.map(({ text }) => text), elapsedMs: 20 };
}

function report(
  target: Target,
  name: NameReport | undefined,
  hosts: readonly Host[],
  world: World,
  random: Random,
  place: Place,
  round: Round,
  withoutName = false,
): TargetReport {
  const resolved = withoutName || name === undefined || name.outcome === 'resolved';
  return {
    ...target,
    ...(name && { name }),
    addresses: resolved ? hosts.map((host) => addressReport(world, random, place, host, round)) : [],
  };
}

function addressReport(world: World, random: Random, place: Place, host: Host, round: Round): AddressReport {
  const { text: address, family } = host;
  const attempts = Array.from({ length: ATTEMPTS }, (_, index) =>
    connect(world, random, place, host, round, index * STAGGER_MS),
  );
  return { address, family, attempts };
}

const ENDS: Readonly<Record<Exclude<Answer, 'lose'>, Omit<Attempt, 'startedMs'>>> = {
  drop: { outcome: 'timed-out', stage: 'path', elapsedMs: TIMEOUT_MS, socketState: 'SYN_SENT' },
  'host-unreachable': { outcome: 'host-unreachable', stage: 'path', elapsedMs: 40, errno: 'EHOSTUNREACH' },
  'network-unreachable': {
    outcome: 'network-unreachable',
    stage: 'path',
    elapsedMs: 40,
    errno: 'ENETUNREACH',
  },
  prohibited: { outcome: 'prohibited', stage: 'path', elapsedMs: 40, errno: 'EACCES' },
  refuse: { outcome: 'refused', stage: 'remote', elapsedMs: 40, errno: 'ECONNREFUSED' },
  close: { outcome: 'connected-then-closed', stage: 'remote', elapsedMs: 40, handshakeMs: 40 },
};

/** One connect. The first broken element that affects its source port stops it; otherwise its SYNs may be lost. */
function connect(
  world: World,
  random: Random,
  place: Place,
  host: Host,
  round: Round,
  startedMs: number,
): Attempt {
  if (world.rounds[round].outOfSockets.has(place.name)) {
    return { outcome: 'local-fault', stage: 'local', startedMs, elapsedMs: 0, errno: 'EMFILE' };
  }
  if (!place.families.includes(host.family)) {
    return { outcome: 'network-unreachable', stage: 'local', startedMs, elapsedMs: 0, errno: 'ENETUNREACH' };
  }
  let passes = 1 - place.loss;
  let end: Attempt | undefined;
  for (const { answer, share = 1 } of faultsOn(world, place, host, round)) {
    if (answer === 'lose') passes *= 1 - share;
    else if (random.chance(share)) {
      end = { ...ENDS[answer], startedMs };
      break;
    }
  }
  if (end?.outcome === 'timed-out') return { ...end, synRetransmits: place.syns - 1 };
  let lost = 0;
  while (lost < place.syns && !random.chance(passes)) lost++;
  if (lost === place.syns) return { ...ENDS.drop, startedMs, synRetransmits: lost - 1 };
  const handshakeMs = 40 + lost * 1000;
  return end
    ? { ...end, elapsedMs: handshakeMs, ...(lost > 0 && { synRetransmits: lost }) }
    : {
        outcome: 'connected',
        stage: 'remote',
        startedMs,
        elapsedMs: handshakeMs,
        handshakeMs,
        synRetransmits: lost,
      };
}
