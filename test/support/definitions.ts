/** What a configuration defines, in lists, for tests that change one of them. */
import type { CheckFact, CustomerFact, FeeFact, LifecycleFact, ServiceFact } from '../../src/domain/facts/fact.ts';

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
