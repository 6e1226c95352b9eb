/** What became of each mail, folded from the journal. */
import type { Fact } from '../domain/facts/fact.ts';
import type { Instant } from '../domain/time/instant.ts';

export interface MailRecord {
  readonly customer: string;
  /** `attempted` with nothing after it: a crash left the attempt in doubt. */
  readonly state: 'attempted' | 'accepted' | 'deferred' | 'refused';
  readonly attempts: number;
  readonly lastAt: Instant;
  readonly response?: string;
}

export class MailBook {
  readonly #mails = new Map<string, MailRecord>();

  /** Takes a fact in; all but those of mails are ignored. */
  add(fact: Fact): void {
    if (fact.type !== 'mail-attempted' && fact.type !== 'mail-accepted' && fact.type !== 'mail-refused') return;
    const attempts = (this.#mails.get(fact.mail)?.attempts ?? 0) + (fact.type === 'mail-attempted' ? 1 : 0);
    const { customer, at: lastAt } = fact;
    if (fact.type === 'mail-attempted') {
      this.#mails.set(fact.mail, { customer, state: 'attempted', attempts, lastAt });
    } else {
      const state = fact.type === 'mail-accepted' ? 'accepted' : fact.permanent ? 'refused' : 'deferred';
      this.#mails.set(fact.mail, { customer, state, attempts, lastAt, response: fact.response });
    }
  }

  get(mail: string): MailRecord | undefined {
    return this.#mails.get(mail);
  }

  all(): IterableIterator<[string, MailRecord]> {
    return this.#mails.entries();
  }
}
