/** Everything that one seed decides: who is watched, when what really fails, and what happens to the daemon meanwhile. */
import type { Configuration, ConfiguredCheck, ConfiguredService } from '../../src/config/configuration.ts';
import { BOUNDARIES, type Boundary, type ComponentDefinition, type CustomerFact } from '../../src/domain/facts/fact.ts';
import { DAY, HOUR, type Instant, MINUTE, type Millis, SECOND } from '../../src/domain/time/instant.ts';
import { AGREEMENT } from '../support/contracts.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { joined, type Span } from './spans.ts';
import { Truth } from './truth.ts';

/** Days of a fleet watched each minute, in which much happens; or a year watched a few times a day. */
export interface Pace {
  readonly name: 'dense' | 'year';
  readonly length: Millis;
  readonly intervals: readonly Millis[];
  /** How late timers may be where nothing goes on. */
  readonly sleepyMs: Millis;
  /** How often the daemon looks for what others recorded, and sends mails. */
  readonly round: Millis;
  /** Failures and mishaps are so many times as frequent as days would have it. */
  readonly crowding: number;
}

export const DENSE: Pace = {
  name: 'dense',
  length: 2 * DAY,
  intervals: [MINUTE, MINUTE, 2 * MINUTE],
  sleepyMs: 20 * SECOND,
  round: 30 * SECOND,
  crowding: 6,
};
export const YEAR: Pace = {
  name: 'year',
  length: 380 * DAY,
  intervals: [2 * HOUR, 3 * HOUR, 4 * HOUR],
  sleepyMs: 5 * MINUTE,
  round: 20 * MINUTE,
  crowding: 0.06,
};

/** Where in its work the daemon is killed: wherever it is then, or before or after its next append or mail takes effect. */
export type CrashPoint = 'anywhere' | 'append-before' | 'append-after' | 'relay-before' | 'relay-after';
export type DiskTrouble = 'fails' | 'slow';
export type RelayTrouble = 'defers' | 'silent' | 'loses-answers';
export type OperatorAct = 'plan' | 'revise' | 'cancel' | 'exclude' | 'withdraw' | 'claim' | 'ticket';

export type Mishap = { readonly at: Millis } & (
  | { readonly kind: 'crash'; readonly point: CrashPoint; readonly pause: Millis }
  | { readonly kind: 'stop'; readonly pause: Millis; readonly reconfigure: boolean }
  | { readonly kind: 'step'; readonly ms: Millis }
  | { readonly kind: 'disk'; readonly trouble: DiskTrouble; readonly until: Millis }
  | { readonly kind: 'relay'; readonly trouble: RelayTrouble; readonly until: Millis }
  | { readonly kind: 'operator'; readonly act: OperatorAct }
);

export interface Scenario {
  readonly seed: number;
  readonly pace: Pace;
  readonly start: Instant;
  readonly configuration: Configuration;
  /** What the configuration is after the first stop that changes it. */
  readonly reconfigured: Configuration;
  readonly truth: Truth;
  /** When each check cannot be probed: our own machine or network is at fault, or its address became a forbidden one. */
  readonly blind: ReadonlyMap<string, readonly Span[]>;
  /** When timers are exact. */
  readonly busy: readonly Span[];
  readonly mishaps: readonly Mishap[];
  /** The customer whose address the relay refuses for good, if any. */
  readonly unreachable: string | undefined;
  /** From here on nothing fails any more, so that what is owed can be settled. */
  readonly quietFrom: Millis;
}

export const PROBE_TIMEOUT: Millis = 10 * SECOND;
const CLOSE_AT = { sendOnDay: 1, atMs: 9 * HOUR };

/** The scenario of a seed. */
export function scenarioOf(seed: number, pace: Pace, journalPath: string): Scenario {
  const random = new SeededRandom(seed);
  const start = Date.UTC(2026, random.whole(0, 1), random.whole(1, 28)) + random.whole(0, DAY);
  const fleet = buildFleet(random.fork(), pace, start);
  const quietFrom = pace.length - Math.max(6 * HOUR, 12 * Math.max(...pace.intervals));
  const checks = fleet.services.flatMap((service) => service.checks);
  const fate = { random: random.fork(), pace, length: quietFrom, days: (quietFrom / DAY) * pace.crowding };
  const failing = failuresOf(fate, fleet);
  const truth = new Truth(failing, pace.length);
  const all = spans(fate, 0.15, [10 * SECOND, 2 * HOUR]);
  const blind = new Map(
    checks.map(({ fact }) => [fact.id, joined([...all, ...spans(fate, 0.05, [MINUTE, 3 * HOUR])])]),
  );
  const mishaps = mishapsOf(fate, truth);
  const slack = Math.max(...pace.intervals) + 5 * MINUTE;
  const changes = [...checks.flatMap(({ fact }) => truth.runsOf(fact.id)), ...[...blind.values()].flat()];
  const busy = joined([
    ...changes.flatMap(({ start: from, end }) => [from, end].map((at) => ({ start: at - SECOND, end: at + slack }))),
    ...mishaps.map(({ at }) => ({ start: at - SECOND, end: at + MINUTE })),
  ]);
  const configuration = { ...configurationOf(fleet, journalPath), digest: String(seed) };
  return {
    seed,
    pace,
    start,
    configuration,
    reconfigured: reconfigure(random.fork(), configuration, start + pace.length / 2),
    truth,
    blind,
    busy,
    mishaps,
    unreachable: random.chance(0.3) ? random.pick(fleet.customers).id : undefined,
    quietFrom,
  };
}

interface Fleet {
  readonly customers: readonly CustomerFact[];
  readonly services: readonly (ConfiguredService & { readonly server: number })[];
}

function buildFleet(random: SeededRandom, pace: Pace, start: Instant): Fleet {
  const customers = Array.from({ length: random.whole(2, 3) }, (_, i): CustomerFact => {
    const id = `c${i + 1}`;
    return {
      type: 'customer',
      id,
      name: `Customer ${i + 1}`,
      email: `${id}@example.kz`,
      locale: random.pick(['kk', 'ru', 'en']),
    };
  });
  const services = Array.from({ length: random.whole(3, 5) }, (_, i) => {
    const id = `s${i + 1}`;
    const components: Record<string, ComponentDefinition> = {};
    const checks: ConfiguredCheck[] = [];
    const component = (name: string, count: number, rest: Omit<ComponentDefinition, 'checks'>): void => {
      const own = Array.from({ length: count }, (_, n) => buildCheck(random, pace, `${id}/${name}/${n + 1}`));
      checks.push(...own);
      components[name] = { ...rest, checks: own.map((check) => check.fact.id) };
    };
    component('web', random.chance(0.3) ? 2 : 1, { require: random.pick(['all', 'any'] as const), counts: true });
    if (random.chance(0.6)) component('mail', 1, { require: 'all', counts: random.chance(0.7) });
    return {
      fact: { type: 'service' as const, id, customer: random.pick(customers).id, components },
      lifecycle: lifecycleOf(random, pace, id, start),
      fees: [
        {
          type: 'fee' as const,
          service: id,
          from: start - DAY,
          monthly: { minor: BigInt(random.whole(100, 900_000)), currency: 'KZT' },
        },
      ],
      checks,
      server: random.whole(1, 2),
    };
  });
  return { customers, services };
}

function lifecycleOf(random: SeededRandom, pace: Pace, service: string, start: Instant) {
  const fact = (from: Instant, status: 'active' | 'suspended' | 'ended') =>
    ({ type: 'lifecycle', service, from, status }) as const;
  const active = fact(random.chance(0.7) ? start - DAY : start + random.whole(0, pace.length / 4), 'active');
  if (random.chance(0.7)) return [active];
  const suspended = start + random.whole(pace.length / 4, pace.length / 2);
  const restored = suspended + random.magnitude(HOUR, pace.length / 4);
  return [active, fact(suspended, 'suspended'), fact(restored, random.chance(0.8) ? 'active' : 'ended')];
}

function buildCheck(random: SeededRandom, pace: Pace, id: string): ConfiguredCheck {
  const intervalMs = random.pick(pace.intervals);
  const boundary: Boundary = random.pick(BOUNDARIES);
  return {
    fact: {
      type: 'check',
      id,
      vantages: ['local'],
      intervalMs,
      maxGapMs: random.pick([2, 3, 3, 5]) * intervalMs,
      failures: random.whole(1, 3),
      successes: random.whole(1, 2),
      quorum: 'majority',
      boundary,
    },
    request: { target: { kind: 'http', url: `http://${id}.example/`, status: [] }, timeoutMs: PROBE_TIMEOUT },
    allow: [],
  };
}

function configurationOf({ customers, services }: Fleet, path: string): Omit<Configuration, 'digest'> {
  return {
    contracts: [AGREEMENT],
    defaultContract: AGREEMENT.id,
    customers,
    services: services.map(({ server: _server, ...service }) => service),
    journal: { path },
    listen: { host: '127.0.0.1', port: 0, probe: { clients: [], names: [] } },
    modules: new Map(),
    vantage: 'local',
    probing: {
      allow: [],
      trust: [],
      limits: { perServer: 8, inFlight: 30_000, extra: 1 },
      jitter: { part: 0.1, seed: 1 },
    },
    statements: CLOSE_AT,
  };
}

/** Another fee, another address, another policy, another interval: what an operator changes in the files. */
function reconfigure(random: SeededRandom, configuration: Configuration, from: Instant): Configuration {
  const index = random.whole(0, configuration.services.length - 1);
  return {
    ...configuration,
    digest: `${configuration.digest}, changed`,
    customers: [...configuration.customers].map((customer) => ({ ...customer, email: `new.${customer.email}` })),
    services: [...configuration.services].map((service, i) => {
      if (i !== index) return service;
      const [fee] = service.fees;
      return {
        ...service,
        fees: fee ? [fee, { ...fee, from, monthly: { ...fee.monthly, minor: fee.monthly.minor * 2n } }] : [],
        checks: service.checks.map((check) => ({
          ...check,
          fact: {
            ...check.fact,
            ...(random.chance(0.5) ? { failures: 2, successes: 2 } : {}),
            ...(random.chance(0.5)
              ? { intervalMs: 2 * check.fact.intervalMs, maxGapMs: 4 * check.fact.intervalMs }
              : {}),
          },
        })),
      };
    }),
  };
}

interface Fate {
  readonly random: SeededRandom;
  readonly pace: Pace;
  readonly length: Millis;
  /** How many days' worth of trouble there is. */
  readonly days: number;
}

/** Spans at random, about so many a day, of lengths of any magnitude between two. */
function spans({ random, length, days }: Fate, perDay: number, [least, most]: readonly [Millis, Millis]): Span[] {
  const count = Math.round(perDay * days * 2 * random.next());
  return Array.from({ length: count }, () => {
    const start = random.whole(0, length - most);
    return { start, end: start + random.magnitude(least, most) };
  });
}

/** What fails: servers with all that is on them, single checks, the network before everything; and some flap. */
function failuresOf(fate: Fate, { services }: Fleet): ReadonlyMap<string, readonly Span[]> {
  const network = spans(fate, 0.1, [SECOND, HOUR]);
  const servers = [0, 1, 2].map(() => spans(fate, 0.3, [5 * SECOND, 8 * HOUR]));
  return new Map(
    services.flatMap(({ checks, server }) =>
      checks.map(({ fact }) => {
        const own = [...spans(fate, 0.3, [SECOND, 4 * HOUR]), ...flapping(fate, fact.intervalMs)];
        return [fact.id, [...network, ...(servers[server] ?? []), ...own]];
      }),
    ),
  );
}

function flapping(fate: Fate, intervalMs: Millis): Span[] {
  const { random } = fate;
  return spans(fate, 0.05, [1, 10]).flatMap(({ start }) => {
    let at = start;
    return Array.from({ length: random.whole(3, 12) }, () => {
      const from = at + random.magnitude(SECOND, 2 * intervalMs);
      at = from + random.magnitude(SECOND, 2 * intervalMs);
      return { start: from, end: at };
    });
  });
}

function mishapsOf(fate: Fate, truth: Truth): readonly Mishap[] {
  const { random, pace, length, days } = fate;
  const longest = Math.max(...pace.intervals);
  const several = <T>(perDay: number, make: (at: Millis) => T): T[] =>
    Array.from({ length: Math.round(perDay * days * 2 * random.next()) }, () =>
      make(random.whole(0, length - 3 * HOUR)),
    );
  const mishaps: Mishap[] = [
    ...several<Mishap>(0.5, (at) => ({
      at,
      kind: 'crash',
      point: random.pick(['anywhere', 'append-before', 'append-after', 'relay-before', 'relay-after']),
      pause: random.magnitude(SECOND, 20 * longest),
    })),
    ...several<Mishap>(0.5, (at) => ({
      at: soonAfterChange(fate, truth, at),
      kind: 'crash',
      point: random.pick(['anywhere', 'append-before', 'append-after']),
      pause: random.magnitude(SECOND, 2 * longest),
    })),
    ...several<Mishap>(0.15, (at) => ({
      at,
      kind: 'stop',
      pause: random.magnitude(SECOND, 5 * longest),
      reconfigure: random.chance(0.5),
    })),
    ...several<Mishap>(0.15, (at) => ({
      at,
      kind: 'step',
      ms: random.pick([-1, 1]) * random.magnitude(1, 2 * SECOND),
    })),
    ...wildSteps(fate),
    ...several<Mishap>(0.25, (at) => ({
      at,
      kind: 'disk',
      trouble: random.pick(['fails', 'slow']),
      until: at + random.magnitude(SECOND, 2 * HOUR),
    })),
    ...several<Mishap>(0.5, (at) => ({
      at,
      kind: 'relay',
      trouble: random.pick(['defers', 'silent', 'loses-answers']),
      until: at + random.magnitude(MINUTE, 3 * HOUR),
    })),
    ...several<Mishap>(3, (at) => ({
      at,
      kind: 'operator',
      act: random.pick(['plan', 'plan', 'plan', 'revise', 'cancel', 'exclude', 'withdraw', 'claim', 'ticket']),
    })),
  ];
  return mishaps.sort((a, b) => a.at - b.at);
}

/** An instant at which a change of some check is likely to be under confirmation: the worst to crash at. */
function soonAfterChange({ random, pace, length }: Fate, truth: Truth, otherwise: Millis): Millis {
  const changes = truth.runsOf(random.pick(truth.checks)).filter(({ start }) => start > 0 && start < length - 3 * HOUR);
  if (changes.length === 0) return otherwise;
  return random.pick(changes).start + random.whole(0, Math.min(...pace.intervals) + 20 * SECOND);
}

/** In one run of three the clock is set wrong by minutes or hours, and perhaps right again later. */
function wildSteps({ random, length }: Fate): Mishap[] {
  if (!random.chance(0.33)) return [];
  const at = random.whole(0, length - 3 * HOUR);
  const ms = random.pick([-1, 1]) * random.magnitude(10 * SECOND, 2 * HOUR);
  const back = Math.min(at + random.magnitude(MINUTE, DAY), length - 3 * HOUR);
  return [{ at, kind: 'step', ms }, ...(random.chance(0.6) ? [{ at: back, kind: 'step', ms: -ms } as const] : [])];
}
