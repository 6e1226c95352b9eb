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

/** What the configuration defines, as facts without the instants of their recording. */
export interface Definitions {
  readonly customers: readonly CustomerFact[];
  readonly services: readonly ServiceFact[];
  readonly checks: readonly CheckFact[];
  readonly fees: readonly FeeFact[];
  readonly lifecycle: readonly LifecycleFact[];
}

/** The facts to record so that the ledger knows these definitions from `now` on. */
export function registrationFacts(ledger: Ledger, definitions: Definitions, now: Instant): readonly Fact[] {
  const checks = definitions.checks.flatMap((check) => revised(ledger.check(check.id), check, now));
  const lifecycles = Map.groupBy(definitions.lifecycle, (fact) => fact.service);
  return [
    ...definitions.customers.filter((customer) => !isLatest(ledger.customer(customer.id), customer)),
    ...definitions.services.flatMap((service) => revised(ledger.service(service.id)?.definitions ?? [], service, now)),
    ...checks,
    ...unwatchedEdges(ledger, definitions.checks, now),
    ...definitions.fees.filter((fee) => !isRecorded(ledger.service(fee.service)?.fees ?? [], fee)),
    ...definitions.lifecycle.filter((fact) => !isRecorded(ledger.service(fact.service)?.lifecycle ?? [], fact)),
    ...definitions.services.flatMap(({ id }) => returned(ledger, id, lifecycles.get(id) ?? [], now)),
    ...removed(ledger, definitions.services, now),
  ].map((fact) => ({ ...fact, at: now }));
}

/** Services that the configuration no longer defines end now: nobody watches them, and nobody may be charged for that. */
function removed(ledger: Ledger, services: readonly ServiceFact[], now: Instant): LifecycleFact[] {
  const defined = new Set(services.map((service) => service.id));
  return ledger
    .services()
    .filter((id) => !defined.has(id) && statusAt(lifecycleOf(ledger, id), now) !== 'ended')
    .map((service) => ({ type: 'lifecycle', service, from: now, status: 'ended' }));
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
 * of checks, and this one has left its group. What was recorded before the clock was set back counts as well.
 */
function unwatchedEdges(ledger: Ledger, watched: readonly CheckFact[], now: Instant): EdgeFact[] {
  const byId = new Map(watched.map((check) => [check.id, check]));
  const asOf = ledger.asOf(now);
  return ledger.checks().flatMap((id) =>
    ledger.vantagesOf(id).flatMap((vantage): EdgeFact[] => {
      const last = lastStateOf(ledger, id, vantage, asOf);
      const before = ledger.check(id).at(-1)?.fact;
      const after = byId.get(id);
      if (!last || last.state === 'unknown' || !before) return [];
      if (after?.vantages.includes(vantage) && after.intervalMs === before.intervalMs) return [];
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

/** The definitions of a configuration. */
export function definitionsOf({ customers, services }: Configuration): Definitions {
  return {
    customers,
    services: services.map((service) => service.fact),
    checks: services.flatMap((service) => service.checks.map((check) => check.fact)),
    fees: services.flatMap((service) => service.fees),
    lifecycle: services.flatMap((service) => service.lifecycle),
  };
}
