/**
 * Worlds in a legible notation: what happened, as facts, and the statement that follows.
 *
 * Instants are texts of the agreement's clock, `2026-03-10`, `2026-03-10 00:30` or `2026-03-10 00:30:15.250` at +05:00
 * (numbers pass as they are); lengths are `90s`, `1h 30m`, `250ms`; probe histories are strings such as `UUDDD?UU`.
 */
import { computeStatement } from '../../src/domain/contract/statement.ts';
import type { Statement } from '../../src/domain/contract/statement-result.ts';
import type { Contract } from '../../src/domain/contract/terms.ts';
import type {
  CheckFact,
  ComponentDefinition,
  LifecycleStatus,
  ReplayFact,
  TicketEvent,
  TicketPriority,
} from '../../src/domain/facts/fact.ts';
import { type Ledger, ledgerOf } from '../../src/domain/facts/ledger.ts';
import { parseMoney } from '../../src/domain/money/money.ts';
import { AGREEMENT } from './contracts.ts';

/** An instant: a text of the agreement's clock, or milliseconds. */
export type When = string | number;
/** A length of time: `1h 30m`, or milliseconds. */
export type Length = string | number;

/** Reads texts such as `2026-03-10 00:30:15.250` on the clock of an offset. */
export function clockOf(offsetMinutes: number): (when: When) => number {
  return (when) => {
    if (typeof when === 'number') return when;
    const match = /^(\d{4})-(\d\d)-(\d\d)(?: (\d\d):(\d\d)(?::(\d\d)(?:\.(\d{3}))?)?)?$/.exec(when);
    if (!match) throw new Error(`found "${when}", expected an instant such as 2026-03-10 00:30`);
    const [year = 0, month = 0, ...rest] = match.slice(1).map((part) => Number(part ?? 0));
    const [day = 0, hour = 0, minute = 0, second = 0, milli = 0] = rest;
    return Date.UTC(year, month - 1, day, hour, minute, second, milli) - offsetMinutes * 60_000;
  };
}

/** An instant of the agreement's clock, GMT+5. */
export const at = clockOf(300);

const UNIT_MS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/** Milliseconds of a length such as `1h 30m`. */
export function ms(length: Length): number {
  if (typeof length === 'number') return length;
  return length.split(' ').reduce((total, part) => {
    const match = /^(\d+)(d|h|m|s|ms)$/.exec(part);
    if (!match) throw new Error(`found "${length}", expected a length such as 1h 30m`);
    return total + Number(match[1]) * (UNIT_MS[match[2] ?? ''] ?? 0);
  }, 0);
}

/** A length in hours, minutes, seconds and milliseconds, `1h 30m`; what `ms` reads, without days. */
export function spelled(length: number): string {
  const sign = length < 0 ? '-' : '';
  const parts: string[] = [];
  let rest = Math.abs(length);
  for (const unit of ['h', 'm', 's', 'ms'] as const) {
    const size = UNIT_MS[unit] ?? 1;
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count}${unit}`);
  }
  return parts.length === 0 ? '0' : sign + parts.join(' ');
}

/** A service with its customer, always defined; a component given as a list of checks counts and requires them all. */
export function service(
  id: string,
  components: Readonly<Record<string, readonly string[] | ComponentDefinition>>,
  customer = 'c1',
): ReplayFact[] {
  const defined = Object.entries(components).map(([name, component]) => {
    const definition: ComponentDefinition =
      'checks' in component ? component : { checks: component, require: 'all', counts: true };
    return [name, definition] as const;
  });
  return [
    { type: 'customer', id: customer, name: customer, email: `ops@${customer}.example`, locale: 'kk' },
    { type: 'service', id, customer, components: Object.fromEntries(defined) },
  ];
}

/** A check with the defaults of REPLAY.md where nothing else is said. */
export function check(id: string, policy: Partial<CheckFact> = {}): ReplayFact {
  return {
    type: 'check',
    id,
    vantages: ['local'],
    intervalMs: 60_000,
    maxGapMs: 3 * (policy.intervalMs ?? 60_000),
    failures: 3,
    successes: 2,
    quorum: 'majority',
    boundary: 'midpoint',
    ...policy,
  };
}

export function lifecycle(from: When, status: LifecycleStatus, of = 's1'): ReplayFact {
  return { type: 'lifecycle', service: of, from: at(from), status };
}

export function fee(from: When, amount: string, of = 's1', currency = 'KZT'): ReplayFact {
  return { type: 'fee', service: of, from: at(from), monthly: parseMoney(amount, currency) };
}

/** Service s1 of customer c1 with one check `s1/web`, active since 2026-01-01, at 12 000.00 KZT: 120.00 for each hour. */
export function plan(policy: Partial<CheckFact> = {}): ReplayFact[] {
  return [
    ...service('s1', { web: ['s1/web'] }),
    check('s1/web', policy),
    lifecycle('2026-01-01', 'active'),
    fee('2026-01-01', '12000.00'),
  ];
}

interface Seen {
  readonly from: When;
  readonly step?: Length;
  readonly check?: string;
  readonly vantage?: string;
}

/** Observations, one each step (default 1 min): U ok, D fail, V void, ? none. */
export function seen(history: string, { from, step = '1m', check = 's1/web', vantage = 'local' }: Seen): ReplayFact[] {
  const outcomes = { U: 'ok', D: 'fail', V: 'void' } as const;
  return [...history].flatMap((letter, i): ReplayFact[] => {
    if (letter === '?') return [];
    const outcome = outcomes[letter as keyof typeof outcomes];
    if (!outcome) throw new Error(`found "${letter}" in "${history}", expected U, D, V or ?`);
    return [{ type: 'observation', check, vantage, at: at(from) + i * ms(step), outcome }];
  });
}

interface Watched {
  readonly from: When;
  readonly to: When;
  readonly down?: readonly (readonly [When, When])[];
  readonly check?: string;
  readonly vantage?: string;
}

/** Exactly known states as edges without width: up from..to, but for the spans of downtime. */
export function watched({ from, to, down = [], check = 's1/web', vantage = 'local' }: Watched): ReplayFact[] {
  const edge = (when: When, state: 'up' | 'down' | 'unknown'): ReplayFact => {
    const instant = at(when);
    return { type: 'edge', check, vantage, to: state, earliest: instant, latest: instant, at: instant };
  };
  const inside = down.flatMap(([start, end]) => [edge(start, 'down'), edge(end, 'up')]);
  return [edge(from, 'up'), ...inside, edge(to, 'unknown')];
}

/** s1 watched all March 2026 and the first day of April, up but for these spans. */
export function march(...down: (readonly [When, When])[]): ReplayFact[] {
  return watched({ from: '2026-03-01', to: '2026-04-02', down });
}

interface Work {
  readonly revision?: number;
  readonly recorded?: When;
  readonly services?: readonly string[] | '*';
}

/** A planned work, recorded well ahead unless said otherwise. */
export function work(id: string, start: When, end: When, more: Work = {}): ReplayFact {
  const { revision = 1, recorded = '2026-01-02', services = '*' } = more;
  return { type: 'work', id, revision, start: at(start), end: at(end), services, at: at(recorded) };
}

export function notice(of: string, when: When, more: { revision?: number; customer?: string } = {}): ReplayFact {
  const { revision = 1, customer = 'c1' } = more;
  return { type: 'notice', work: of, revision, customer, at: at(when), channel: 'mail' };
}

export function workCancelled(id: string, when: When): ReplayFact {
  return { type: 'work-cancelled', id, at: at(when) };
}

interface Exclusion {
  readonly id?: string;
  readonly reason?: string;
  readonly recorded?: When;
  readonly service?: string;
}

export function exclusion(start: When, end: When, more: Exclusion = {}): ReplayFact {
  const { id = 'x1', reason = 'force-majeure', recorded = end, service = 's1' } = more;
  return {
    type: 'exclusion',
    id,
    service,
    start: at(start),
    end: at(end),
    reason,
    by: 'operator',
    at: at(recorded),
  };
}

export function exclusionWithdrawn(id: string, when: When): ReplayFact {
  return { type: 'exclusion-withdrawn', id, at: at(when), by: 'operator' };
}

/** A claim for a contract-clock day, made the day after unless said otherwise. */
export function claim(date: string, when: When = at(date) + 86_400_000, of = 's1'): ReplayFact {
  return { type: 'claim', id: `claim ${date}`, service: of, date, durationMs: 3_600_000, at: at(when) };
}

/** The history of one request. */
export function ticket(id: string, priority: TicketPriority, history: readonly [TicketEvent, When][]): ReplayFact[] {
  return history.map(([event, when]) => ({ type: 'ticket', id, service: 's1', priority, event, at: at(when) }));
}

export interface Ask {
  readonly month?: string;
  readonly asOf?: When;
  readonly contract?: Contract;
  readonly service?: string;
}

export interface World {
  readonly facts: readonly ReplayFact[];
  readonly ledger: Ledger;
  /** The statement of s1 for March 2026 known at 2026-04-02 under the agreement, unless asked otherwise. */
  statement(ask?: Ask): Statement;
}

/** A world of facts, in the order given. */
export function given(...facts: (ReplayFact | readonly ReplayFact[])[]): World {
  const all = facts.flat();
  const ledger = ledgerOf(all);
  return {
    facts: all,
    ledger,
    statement: ({ month = '2026-03', asOf = '2026-04-02', contract = AGREEMENT, service = 's1' } = {}) =>
      computeStatement({ ledger, contract, service, month, asOf: at(asOf) }),
  };
}
