/** What a configuration defines, in lists, for tests that change one of them. */
import { type Definitions, factsOf, registration } from '../../src/app/registration.ts';
import type {
  CheckFact,
  CustomerFact,
  Fact,
  FeeFact,
  LifecycleFact,
  ServiceFact,
} from '../../src/domain/facts/fact.ts';
import type { Ledger } from '../../src/domain/facts/ledger.ts';
import type { Instant } from '../../src/domain/time/instant.ts';
import { atOnce } from '../../src/runtime/slices.ts';

export interface DefinitionLists {
  readonly customers: readonly CustomerFact[];
  readonly services: readonly ServiceFact[];
  readonly checks: readonly CheckFact[];
  readonly fees: readonly FeeFact[];
  readonly lifecycle: readonly LifecycleFact[];
}
/** In the order in which a configuration gives them. */
export const inOrder = ({ customers, services, checks, fees, lifecycle }: DefinitionLists) => [
  ...customers,
  ...services,
  ...checks,
  ...fees,
  ...lifecycle,
];

/** The facts to record so that the ledger knows these definitions from `now` on. */
export function registrationFacts(ledger: Ledger, definitions: Definitions, now: Instant): readonly Fact[] {
  return factsOf(atOnce(registration(ledger, definitions, now)), ledger, now);
}
