/**
 * When a server falls, the edges of all its checks name the same ten probes of neighbours as their evidence
 * (docs/decisions/0011). In a mass outage that is most of what an edge takes in memory, so edges that say the same share it. What is
 * stored and hashed is each fact's own text; this is about facts in memory alone.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Evidence, Fact } from '../domain/facts/fact.ts';

/** The parts of an edge's shared fate that are the same for most of a group. */
const PARTS = ['before', 'after'] as const;
type Parts = Readonly<Partial<Record<(typeof PARTS)[number], unknown>>>;

export class SharedEvidence {
  /** What the newest edge of each group and direction had. */
  readonly #newest = new Map<string, Parts>();

  /** An equal fact, that holds what an earlier one of its group said likewise, and not a copy of it. */
  of(fact: Fact): Fact {
    const fate = fact.type === 'edge' ? fact.evidence?.sharedFate : undefined;
    if (fact.type !== 'edge' || !isEvidence(fate) || typeof fate.group !== 'string') return fact;
    const group = `${fact.to} ${fate.group}`;
    const known = this.#newest.get(group);
    const parts: Parts = Object.fromEntries(
      PARTS.filter((part) => part in fate).map((part) => [
        part,
        isDeepStrictEqual(known?.[part], fate[part]) ? known?.[part] : fate[part],
      ]),
    );
    this.#newest.set(group, parts);
    return { ...fact, evidence: { ...fact.evidence, sharedFate: { ...fate, ...parts } } };
  }
}

function isEvidence(value: unknown): value is Evidence {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
