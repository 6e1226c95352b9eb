/**
 * Everything that one service's statements depend on, as the facts of a replay file: replaying them gives the ledger's own
 * statement (REPLAY.md). Raw observations are not kept, so what detection found is exported as edges.
 */
import { lastStateOf } from '../../domain/detection/last-state.ts';
import type { CheckFact, EdgeFact, ReplayFact, WorkFact } from '../../domain/facts/fact.ts';
import { knownAt, type Ledger } from '../../domain/facts/ledger.ts';
import type { Instant } from '../../domain/time/instant.ts';

/**
 * The facts known at `asOf`.
 * @throws RangeError when the ledger did not define the service then.
 */
export function exportFacts(ledger: Ledger, service: string, asOf: Instant): readonly ReplayFact[] {
  const record = ledger.service(service);
  const definitions = knownAt(record?.definitions ?? [], asOf);
  if (!record || definitions.length === 0) {
    throw new RangeError(`service: found "${service}", expected one of ${ledger.services().join(', ')}`);
  }
  const customers = new Set(definitions.map((definition) => definition.customer));
  const checks = new Set(
    definitions.flatMap((definition) => Object.values(definition.components).flatMap((component) => component.checks)),
  );
  const exclusions = knownAt(record.exclusions, asOf);
  return [
    ...[...customers].flatMap((customer) => knownAt(ledger.customer(customer), asOf)),
    ...[...checks].flatMap((check) => knownAt(ledger.check(check), asOf)),
    ...definitions,
    ...knownAt(record.lifecycle, asOf),
    ...knownAt(record.fees, asOf),
    ...[...checks].flatMap((check) => edgesOf(ledger, check, asOf)),
    ...worksOf(ledger, service, customers, asOf),
    ...exclusions,
    ...exclusions.flatMap((exclusion) => knownAt(ledger.withdrawalsOf(exclusion.id), asOf)),
    ...knownAt(record.claims, asOf),
    ...knownAt(record.tickets, asOf),
  ];
}

/**
 * The edges of a check, closed where its coverage ends: a replay file says nothing of coverage, and its last state would
 * hold for ever. The closing edges are as of `asOf`, so that replaying the file ends there too.
 */
function edgesOf(ledger: Ledger, check: string, asOf: Instant): readonly EdgeFact[] {
  const definitions: readonly CheckFact[] = knownAt(ledger.check(check), asOf);
  const vantages = new Set([...definitions.flatMap((each) => each.vantages)]);
  return [...vantages].flatMap((vantage): readonly EdgeFact[] => {
    const through = lastStateOf(ledger, check, vantage, asOf)?.through ?? asOf;
    return [
      ...knownAt(ledger.vantage(check, vantage)?.edges ?? [], asOf),
      { type: 'edge', check, vantage, to: 'unknown', earliest: through, latest: through, at: asOf },
    ];
  });
}

/** The works that ever addressed the service, with all their revisions: one that drops the service says so too. */
function worksOf(
  ledger: Ledger,
  service: string,
  customers: ReadonlySet<string>,
  asOf: Instant,
): readonly ReplayFact[] {
  return ledger.worksOf(service).flatMap((work): ReplayFact[] => [
    ...knownAt(work.revisions, asOf).map((revision): WorkFact => {
      const { services } = revision;
      return { ...revision, services: services === '*' ? '*' : services.filter((id) => id === service) };
    }),
    ...knownAt(work.cancellations, asOf),
    ...knownAt(work.notices, asOf).filter((notice) => customers.has(notice.customer)),
  ]);
}
