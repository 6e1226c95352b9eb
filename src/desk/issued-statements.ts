/** Which statements were issued, and which of them still have to be mailed, folded from the journal. */
import type { Fact, StatementIssuedFact } from '../domain/facts/fact.ts';

export class IssuedStatements {
  readonly #revisions = new Map<string, StatementIssuedFact[]>();
  readonly #all: StatementIssuedFact[] = [];
  readonly #unsent = new Map<string, StatementIssuedFact>();
  #latestMonth: string | undefined;

  /** Takes a fact in; all but issued statements and what became of their mails are ignored. */
  add(fact: Fact): void {
    if (fact.type === 'statement-issued') {
      const month = `${fact.service} ${fact.month}`;
      this.#revisions.set(month, [...(this.#revisions.get(month) ?? []), fact]);
      this.#all.push(fact);
      this.#unsent.set(mailOf(fact), fact);
      if (this.#latestMonth === undefined || fact.month > this.#latestMonth) this.#latestMonth = fact.month;
    } else if (fact.type === 'mail-accepted' || (fact.type === 'mail-refused' && fact.permanent)) {
      this.#unsent.delete(fact.mail);
    }
  }

  /** The latest month of which any statement was issued. */
  get latestMonth(): string | undefined {
    return this.#latestMonth;
  }

  /** The revisions of a service's month in the order they were issued. */
  revisionsOf(service: string, month: string): readonly StatementIssuedFact[] {
    return this.#revisions.get(`${service} ${month}`) ?? [];
  }

  /** Every one, in the order they were issued. */
  all(): readonly StatementIssuedFact[] {
    return this.#all;
  }

  /** Every month of which one was issued, ascending. */
  months(): readonly string[] {
    return [...new Set(this.#all.map(({ month }) => month))].sort();
  }

  /** Those whose mail the relay has neither taken nor refused for good. */
  unsent(): readonly StatementIssuedFact[] {
    return [...this.#unsent.values()];
  }
}

/** Names the mail of a statement once and for all. */
export function mailOf({ service, month, revision }: StatementIssuedFact): string {
  return `statement/${service}/${month}/${revision}`;
}
