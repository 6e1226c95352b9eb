/**
 * Brings the journal up to what the configuration says: only what is new or changed is recorded, and nothing is taken
 * back. A definition that changes applies from now; what was measured under the old one stays as it was.
 */
import type { Configuration } from '../config/configuration.ts';
import { statusAt } from '../domain/contract/activity.ts';
import { lastStateOf } from '../domain/detection/last-state.ts';
import type {
  CheckFact,
  CustomerFact,
  EdgeFact,
  Fact,
  FeeFact,
  LifecycleFact,
  ServiceFact,
} from '../domain/facts/fact.ts';
import type { Known, Ledger } from '../domain/facts/ledger.ts';
import type { Instant } from '../domain/time/instant.ts';
import type { Steps } from '../runtime/slices.ts';

/** What a configuration defines, as facts without the instants of their recording; those of a service after the service. */
export type Definitions = Iterable<CustomerFact | ServiceFact | CheckFact | FeeFact | LifecycleFact>;

/** What is to be recorded, in this order. */
export interface Registration {
  readonly definitions: readonly Fact[];
  /** Checks that are not watched as before: `unwatchedEdges` says what that means when it is recorded. */
  readonly unwatched: readonly Unwatched[];
  readonly dates: readonly Fact[];
}

export interface Unwatched {
  readonly id: string;
  /** Absent: not at all. */
  readonly after: CheckFact | undefined;
}

/** What to record so that the ledger knows these definitions from `now` on. */
export function* registration(ledger: Ledger, definitions: Definitions, now: Instant): Steps<Registration> {
  const found = {
    customer: [] as CustomerFact[],
    service: [] as ServiceFact[],
    check: [] as CheckFact[],
    fee: [] as FeeFact[],
    lifecycle: [] as LifecycleFact[],
  };
  const unwatched: Unwatched[] = [];
  const checks = new Set<string>();
  const services = new Map<string, LifecycleFact[]>();
  for (const fact of definitions) {
    switch (fact.type) {
      case 'customer':
        if (!isLatest(ledger.customer(fact.id), fact)) found.customer.push(fact);
        break;
      case 'service':
        services.set(fact.id, []);
        found.service.push(...revised(ledger.service(fact.id)?.definitions ?? [], fact, now));
        break;
      case 'check': {
        checks.add(fact.id);
        const check = { id: fact.id, after: fact };
        if (unwatchedEdges(ledger, [check], now).length > 0) unwatched.push(check);
        found.check.push(...revised(ledger.check(fact.id), fact, now));
        break;
      }
      case 'fee':
        if (!isRecorded(ledger.service(fact.service)?.fees ?? [], fact)) found.fee.push(fact);
        break;
      case 'lifecycle':
        services.get(fact.service)?.push(fact);
        if (!isRecorded(ledger.service(fact.service)?.lifecycle ?? [], fact)) found.lifecycle.push(fact);
        break;
    }
    yield;
  }
  for (const id of ledger.checks()) {
    const check = { id, after: undefined };
    if (!checks.has(id) && unwatchedEdges(ledger, [check], now).length > 0) unwatched.push(check);
    yield;
  }
  for (const [id, lifecycle] of services) {
    found.lifecycle.push(...returned(ledger, id, lifecycle, now));
    yield;
  }
  for (const service of ledger.services()) {
    if (!services.has(service) && statusAt(lifecycleOf(ledger, service), now) !== 'ended') {
      // Nobody watches it, and nobody may be charged for that.
      found.lifecycle.push({ type: 'lifecycle', service, from: now, status: 'ended' });
    }
    yield;
  }
  const stamped = <F extends Fact>(fact: F): F => ({ ...fact, at: now });
  return {
    definitions: [...found.customer, ...found.service, ...found.check].map(stamped),
    unwatched,
    dates: [...found.fee, ...found.lifecycle].map(stamped),
  };
}

/** All of it, in its order, as the facts to record now. */
export function factsOf(
  { definitions, unwatched, dates }: Registration,
  ledger: Ledger,
  now: Instant,
): readonly Fact[] {
  return [...definitions, ...unwatchedEdges(ledger, unwatched, now), ...dates];
}

/** A service that was ended by its removal, and is defined again, is again what its own dates say. */
function returned(ledger: Ledger, id: string, own: readonly LifecycleFact[], now: Instant): LifecycleFact[] {
  const meant = statusAt(own, now);
  if (meant === undefined || statusAt([...lifecycleOf(ledger, id), ...own], now) === meant) return [];
  return [{ type: 'lifecycle', service: id, from: now, status: meant }];
}

function lifecycleOf(ledger: Ledger, id: string): readonly LifecycleFact[] {
  return (ledger.service(id)?.lifecycle ?? []).map((known) => known.fact);
}

function revised<F extends ServiceFact | CheckFact>(recorded: readonly Known<F>[], defined: F, now: Instant): F[] {
  if (isLatest(recorded, defined)) return [];
  return [recorded.length === 0 ? defined : { ...defined, from: now }];
}

/**
 * Whoever is no longer watched as before becomes unknown where its coverage ends: coverage is recorded for whole groups
 * of checks, and this one has left its group. What was recorded before the clock was set back counts as well. To be recorded in
 * the same turn of the event loop: later it may have an edge that is newer.
 */
export function unwatchedEdges(ledger: Ledger, unwatched: readonly Unwatched[], now: Instant): EdgeFact[] {
  const asOf = ledger.asOf(now);
  return unwatched.flatMap(({ id, after }) =>
    ledger.vantagesOf(id).flatMap((vantage): EdgeFact[] => {
      const before = ledger.check(id).at(-1)?.fact;
      if (!before || (after?.vantages.includes(vantage) && after.intervalMs === before.intervalMs)) return [];
      const last = lastStateOf(ledger, id, vantage, asOf);
      if (!last || last.state === 'unknown') return [];
      const { through } = last;
      return [{ type: 'edge', check: id, vantage, to: 'unknown', earliest: through, latest: through, at: now }];
    }),
  );
}

function isLatest<F extends { readonly from?: Instant; readonly at?: Instant }>(
  recorded: readonly Known<F>[],
  defined: F,
): boolean {
  const latest = recorded.at(-1)?.fact;
  if (!latest) return false;
  const { from: _from, ...content } = latest;
  return sameContent(content, defined);
}

function isRecorded<F extends { readonly from: Instant; readonly at?: Instant }>(
  recorded: readonly Known<F>[],
  defined: F,
): boolean {
  const standing = recorded.findLast(({ fact }) => fact.from === defined.from);
  return standing !== undefined && sameContent(standing.fact, defined);
}

type Fields = Readonly<Record<string, unknown>>;

/** Whether two facts say the same, whenever they were said. Compared field by field: a start compares half a million. */
function sameContent(a: object, b: object): boolean {
  return sameFields({ ...a, at: undefined }, { ...b, at: undefined });
}

function sameFields(a: Fields, b: Fields): boolean {
  for (const name in a) if (a[name] !== undefined && !sameValue(a[name], b[name])) return false;
  for (const name in b) if (b[name] !== undefined && a[name] === undefined) return false;
  return true;
}

function sameValue(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) return a === b;
  return Array.isArray(a) === Array.isArray(b) && sameFields(a as Fields, b as Fields);
}

/** The definitions of a configuration, read from it as they are asked for. */
export function* definitionsOf({
  customers,
  services,
}: Pick<Configuration, 'customers' | 'services'>): Generator<
  CustomerFact | ServiceFact | CheckFact | FeeFact | LifecycleFact
> {
  yield* customers;
  for (const { fact, checks, fees, lifecycle } of services) {
    yield fact;
    for (const check of checks) yield check.fact;
    yield* fees;
    yield* lifecycle;
  }
}
