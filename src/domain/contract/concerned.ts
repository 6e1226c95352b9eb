/** Whom an announced work or change concerns: what a notice is owed for. */
import type { ServiceFact } from '../facts/fact.ts';
import { knownAt, type Ledger, lastDefinition } from '../facts/ledger.ts';
import type { Instant } from '../time/instant.ts';
import { isActiveBefore } from './activity.ts';

/** The services addressed that are active when it begins, as known at `asOf`. */
export function concernedServices(
  ledger: Ledger,
  { services, start }: { readonly services: readonly string[] | '*'; readonly start: Instant },
  asOf: Instant,
): readonly ServiceFact[] {
  const addressed = services === '*' ? ledger.services() : services;
  return addressed.flatMap((id): ServiceFact[] => {
    const record = ledger.service(id);
    const definition = lastDefinition(ledger, id, asOf);
    if (!record || !definition) return [];
    return isActiveBefore(knownAt(record.lifecycle, asOf), start + 1) ? [definition] : [];
  });
}
