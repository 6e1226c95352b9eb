import { describe, expect, it } from 'vitest';
import type { EdgeFact } from '../../src/domain/facts/fact.ts';
import { SharedEvidence } from '../../src/journal/shared-evidence.ts';
import { edgeFact } from '../support/ledgers.ts';

const probes = (...ats: readonly number[]) => ats.map((at) => ({ check: `s${at}/web/home`, at }));

function fell(check: string, fate: Record<string, unknown>): EdgeFact {
  return {
    ...edgeFact(check, 'down', 1_000),
    evidence: { sentAt: 990, sharedFate: { rule: 'shared-fate-2', ...fate } },
  };
}

function fateOf(fact: unknown): Record<string, unknown> {
  return (fact as EdgeFact).evidence?.sharedFate as Record<string, unknown>;
}

describe('SharedEvidence', () => {
  const group = 'srv7/http';

  it('gives facts that equal what they were, field by field and in order', () => {
    const shared = new SharedEvidence();
    const facts = [
      fell('a', { group, agreeing: 5, before: probes(1, 2), after: probes(3), own: { earliest: 1, latest: 2 } }),
      fell('b', { group, agreeing: 6, before: probes(1, 2), after: probes(3, 4), own: { earliest: 0, latest: 2 } }),
      fell('c', { group, before: 'no list' }),
      fell('d', {}),
      edgeFact('e', 'up', 2_000),
      { ...edgeFact('f', 'down', 2_000), evidence: { sharedFate: null } },
    ];
    for (const fact of facts) expect(JSON.stringify(shared.of(fact))).toBe(JSON.stringify(fact));
  });

  it('keeps one list of probes for all edges of a group that name the same', () => {
    const shared = new SharedEvidence();
    const first = fateOf(shared.of(fell('a', { group, before: probes(1, 2), after: probes(3) })));
    const second = fateOf(shared.of(fell('b', { group, before: probes(1, 2), after: probes(3, 4) })));
    const third = fateOf(shared.of(fell('c', { group, before: probes(1, 2), after: probes(3, 4) })));
    expect(second.before).toBe(first.before);
    expect(third.before).toBe(first.before);
    expect(second.after).not.toBe(first.after);
    expect(third.after).toBe(second.after);
  });

  it('lends nothing from one group to another, nor from a fall to a recovery', () => {
    const shared = new SharedEvidence();
    const first = fateOf(shared.of(fell('a', { group, before: probes(1) })));
    const other = fateOf(shared.of(fell('b', { group: 'srv8/http', before: probes(1) })));
    const rise = fateOf(shared.of({ ...fell('a', { group, before: probes(1) }), to: 'up' }));
    expect(other.before).not.toBe(first.before);
    expect(rise.before).not.toBe(first.before);
  });
});
