/** The people at the desk, in a process of their own on the same journal: they plan, change their minds and decide. */
import type { Books } from '../../src/app/books.ts';
import { cancelWork, planWork, reviseWork, WorkRefused, type WorkRequest } from '../../src/desk/planned-work.ts';
import { type Fact, TICKET_EVENTS, TICKET_PRIORITIES } from '../../src/domain/facts/fact.ts';
import { dateOf } from '../../src/domain/time/contract-calendar.ts';
import { DAY, HOUR, type Instant, MINUTE } from '../../src/domain/time/instant.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import type { OperatorAct } from './scenario.ts';

const REASONS = ['force-majeure', 'customer', 'network'];

export class Operator {
  readonly #books: Books;
  readonly #random: SeededRandom;
  readonly #now: () => Instant;
  #made = 0;

  constructor(books: Books, random: SeededRandom, now: () => Instant) {
    this.#books = books;
    this.#random = random;
    this.#now = now;
  }

  /** Does one thing, if the facts allow it. */
  async act(act: OperatorAct): Promise<void> {
    await this.#books.feed.catchUp();
    if (this.#books.feed.ledger.services().length === 0) return;
    const fact = this.#decide(act);
    if (fact) await this.#books.journal.append([{ fact }]);
  }

  #decide(act: OperatorAct): Fact | undefined {
    try {
      return this.#factOf(act);
    } catch (error) {
      if (error instanceof WorkRefused) return undefined;
      throw error;
    }
  }

  #factOf(act: OperatorAct): Fact | undefined {
    const random = this.#random;
    const { ledger } = this.#books.feed;
    const at = this.#now();
    const service = random.pick(ledger.services());
    const id = `${act}-${++this.#made}`;
    switch (act) {
      case 'plan':
        return planWork(ledger, this.#window(at), at);
      case 'revise':
        return reviseWork(ledger, this.#work(), this.#window(at), at);
      case 'cancel':
        return cancelWork(ledger, this.#work(), at, 'operator');
      case 'exclude': {
        const start = at - random.magnitude(HOUR, 5 * DAY);
        const end = start + random.magnitude(MINUTE, DAY);
        return { type: 'exclusion', id, service, start, end, reason: random.pick(REASONS), by: 'operator', at };
      }
      case 'withdraw': {
        const exclusions = ledger.service(service)?.exclusions ?? [];
        if (exclusions.length === 0) return undefined;
        return { type: 'exclusion-withdrawn', id: random.pick(exclusions).fact.id, at, by: 'operator' };
      }
      case 'claim': {
        const date = dateOf(at - random.whole(0, 3) * DAY, this.#books.contracts.default.offsetMinutes);
        return { type: 'claim', id, service, date, durationMs: random.magnitude(MINUTE, DAY), at };
      }
      case 'ticket': {
        const tickets = ledger.service(service)?.tickets ?? [];
        const open = tickets.length > 0 && random.chance(0.7) ? random.pick(tickets).fact : undefined;
        const event = open ? random.pick(TICKET_EVENTS.slice(1)) : 'registered';
        const priority = open?.priority ?? random.pick(TICKET_PRIORITIES);
        return { type: 'ticket', id: open?.id ?? id, service, priority, event, at };
      }
    }
  }

  #work(): string {
    return this.#random.pick([...this.#books.feed.ledger.works(), 'w1']);
  }

  #window(now: Instant): WorkRequest {
    const random = this.#random;
    const start = now + random.magnitude(MINUTE, 4 * DAY) - (random.chance(0.2) ? HOUR : 0);
    const services = this.#books.feed.ledger.services();
    return {
      start,
      end: start + random.magnitude(10 * MINUTE, 8 * HOUR),
      services: random.chance(0.3) ? '*' : [...new Set([random.pick(services), random.pick(services)])],
      subject: 'Maintenance',
    };
  }
}
