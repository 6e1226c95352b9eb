import { describe, expect, it } from 'vitest';
import type { Fact, LifecycleFact, ServiceFact } from '../../src/domain/facts/fact.ts';
import { Ledger } from '../../src/domain/facts/ledger.ts';
import { type DefinitionLists, inOrder, registrationFacts } from '../support/definitions.ts';

const service: ServiceFact = { type: 'service', id: 's1', customer: 'c1', components: {} };
const active: LifecycleFact = { type: 'lifecycle', service: 's1', from: 1_000, status: 'active' };
const none: DefinitionLists = { customers: [], services: [], checks: [], fees: [], lifecycle: [] };
const one: DefinitionLists = { ...none, services: [service], lifecycle: [active] };

/** Registers one configuration after the other, each at its instant, and returns the lifecycle that was recorded. */
function lifecycleAfter(...configurations: readonly (readonly [at: number, DefinitionLists])[]): readonly Fact[] {
  const ledger = new Ledger('covered');
  for (const [at, definitions] of configurations) {
    for (const fact of registrationFacts(ledger, inOrder(definitions), at)) ledger.add(fact, at);
  }
  return ledger.service('s1')?.lifecycle.map((known) => known.fact) ?? [];
}

const ended = (at: number): LifecycleFact => ({ type: 'lifecycle', service: 's1', from: at, status: 'ended', at });
const started: LifecycleFact = { ...active, at: 2_000 };

describe('a service that leaves the configuration', () => {
  it('ends when it does, and only once', () => {
    expect(lifecycleAfter([2_000, one], [3_000, none], [4_000, none])).toEqual([started, ended(3_000)]);
  });

  it('is active again from the instant at which it is back', () => {
    expect(lifecycleAfter([2_000, one], [3_000, none], [4_000, one], [5_000, one])).toEqual([
      started,
      ended(3_000),
      { ...active, from: 4_000, at: 4_000 },
    ]);
  });

  it('comes back as its dates say by then', () => {
    const suspended: LifecycleFact = { ...active, from: 3_500, status: 'suspended' };
    const later = { ...one, lifecycle: [active, suspended] };
    expect(lifecycleAfter([2_000, one], [3_000, none], [4_000, later])).toEqual([
      started,
      ended(3_000),
      { ...suspended, at: 4_000 },
    ]);
  });

  it('is left alone when its own dates end it', () => {
    const over = { ...one, lifecycle: [active, { ...active, from: 2_500, status: 'ended' as const }] };
    expect(lifecycleAfter([2_000, over], [3_000, none])).toHaveLength(2);
  });
});
