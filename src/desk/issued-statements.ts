/** Which statements were issued, folded from the journal. */
import type { Fact, StatementIssuedFact } from '../domain/facts/fact.ts';

export class IssuedStatements {
  readonly #byMonth = new Map<string, StatementIssuedFact[]>();

  /** Takes a fact in; all but issued statements are ignored. */
  add(fact: Fact): void {
    if (fact.type !== 'statement-issued') return;
    const key = `${fact.service} ${fact.month}`;
    const revisions = this.#byMonth.get(key);
    if (revisions) revisions.push(fact);
    else this.#byMonth.set(key, [fact]);
  }

  /** The revisions of a service's month in the order they were issued. */
  revisionsOf(service: string, month: string): readonly StatementIssuedFact[] {
    return this.#byMonth.get(`${service} ${month}`) ?? [];
  }

  all(): readonly StatementIssuedFact[] {
    return [...this.#byMonth.values()].flat();
  }
}
