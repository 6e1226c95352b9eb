/**
 * Hands owed mails to the relay and journals its answer. A mail is attempted on record before it is sent and settled
 * after, always with the same Message-ID: whatever crashes in between, it is known, and a second copy is recognisable.
 */
import type { Fact, Locale } from '../domain/facts/fact.ts';
import { type Instant, MINUTE, type Millis, SECOND } from '../domain/time/instant.ts';
import type { Draft, Journal } from '../journal/journal.ts';
import type { LedgerFeed } from '../journal/ledger-feed.ts';
import type { Clock } from '../runtime/clock.ts';
import { MailBook } from './mail-book.ts';

export interface ComposedMail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly language: Locale;
}

/** A mail that the facts say is owed. */
export interface OwedMail {
  /** Names the mail once and for all: its idempotency key. */
  readonly mail: string;
  readonly kind: 'notice' | 'statement';
  readonly customer: string;
  readonly compose: () => ComposedMail;
  /** What follows from the relay's acceptance besides the acceptance itself. */
  readonly onAccepted: (at: Instant, messageId: string, response: string) => readonly Fact[];
}

export interface SentMail extends ComposedMail {
  readonly messageId: string;
}

export type RelayAnswer =
  | { readonly outcome: 'accepted'; readonly response: string }
  | { readonly outcome: 'refused'; readonly permanent: boolean; readonly response: string };

/** What the outbox needs of a mailer. */
export interface Relay {
  send(mail: SentMail): Promise<RelayAnswer>;
}

export interface OutboxOptions {
  readonly journal: Pick<Journal, 'append'>;
  readonly feed: LedgerFeed;
  readonly relay: Relay;
  readonly clock: Clock;
  readonly messageIdFor: (mail: string) => string;
  readonly owed: () => readonly OwedMail[];
  readonly onSettled: (mail: OwedMail, answer: RelayAnswer) => void;
}

const BACK_OFF: readonly Millis[] = [30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE];
const AT_ONCE = 8;

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #book = new MailBook();
  /** What the relay answered and the journal has not taken yet: to be recorded before anything else is sent. */
  #unrecorded: Draft[] = [];
  #sending: Promise<void> | undefined;
  #stopped = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
    options.feed.subscribe((entries) => {
      for (const { fact } of entries) this.#book.add(fact);
    });
  }

  /** Owed mails that the relay has neither taken nor refused for good. */
  pending(): readonly OwedMail[] {
    return this.#options.owed().filter(({ mail }) => this.#isPending(mail));
  }

  /**
   * Sends whatever is due now; one run at a time.
   * @param pending what is pending, from whoever has just asked: finding it reads the whole fleet.
   */
  sendDue(pending?: readonly OwedMail[]): Promise<void> {
    this.#sending ??= this.#sendAll(pending).finally(() => {
      this.#sending = undefined;
    });
    return this.#sending;
  }

  /**
   * Begins no further mail. Resolves when those under way have been settled; rejects when the journal takes no answer of
   * theirs.
   */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#sending?.catch(() => {}); // whoever asked for that run is told of its failure
    await this.#recordAnswers();
  }

  async #sendAll(pending?: readonly OwedMail[]): Promise<void> {
    await this.#recordAnswers();
    const now = this.#options.clock.now();
    // What was pending may have been settled by the answers just recorded.
    const due = (pending ?? this.pending()).filter(({ mail }) => this.#isPending(mail) && this.#isDue(mail, now));
    for (let i = 0; i < due.length && !this.#stopped; i += AT_ONCE) {
      await this.#sendSome(due.slice(i, i + AT_ONCE));
    }
  }

  #isPending(mail: string): boolean {
    const state = this.#book.get(mail)?.state;
    return state !== 'accepted' && state !== 'refused';
  }

  #isDue(mail: string, now: Instant): boolean {
    const record = this.#book.get(mail);
    if (record?.state !== 'deferred') return true;
    const wait = BACK_OFF[Math.min(record.attempts, BACK_OFF.length) - 1] ?? 0;
    return now >= record.lastAt + wait;
  }

  async #sendSome(mails: readonly OwedMail[]): Promise<void> {
    const { journal, clock, messageIdFor, relay } = this.#options;
    const addressed = mails.map((owed) => ({ owed, messageId: messageIdFor(owed.mail) }));
    const at = clock.now();
    await journal.append(
      addressed.map(({ owed: { mail, customer }, messageId }) => ({
        fact: { type: 'mail-attempted', mail, customer, messageId, at },
      })),
    );
    // All of them, also when the journal refuses one: a mail still on its way must not be taken for one left in doubt.
    const settled = await Promise.allSettled(
      addressed.map(async ({ owed, messageId }) => {
        const answer = await handOver(owed, messageId, relay);
        this.#options.onSettled(owed, answer);
        this.#unrecorded.push(...settledFacts(owed, messageId, answer, clock.now()).map((fact) => ({ fact })));
        await this.#recordAnswers();
      }),
    );
    const failure = settled.find((one) => one.status === 'rejected');
    if (failure) throw failure.reason;
  }

  async #recordAnswers(): Promise<void> {
    const { journal, feed } = this.#options;
    const drafts = this.#unrecorded;
    if (drafts.length === 0) return;
    this.#unrecorded = [];
    try {
      await journal.append(drafts);
    } catch (error) {
      this.#unrecorded = [...drafts, ...this.#unrecorded];
      throw error;
    }
    await feed.catchUp();
  }
}

/** A mail that cannot be made, or a relay that throws, is tried again later: neither may hold up the other mails. */
async function handOver(owed: OwedMail, messageId: string, relay: Relay): Promise<RelayAnswer> {
  try {
    return await relay.send({ ...owed.compose(), messageId });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { outcome: 'refused', permanent: false, response: `the mail could not be made: ${reason}` };
  }
}

function settledFacts(owed: OwedMail, messageId: string, answer: RelayAnswer, at: Instant): readonly Fact[] {
  const { mail, customer } = owed;
  const { response } = answer;
  if (answer.outcome === 'refused') {
    return [{ type: 'mail-refused', mail, customer, messageId, response, permanent: answer.permanent, at }];
  }
  return [
    { type: 'mail-accepted', mail, customer, messageId, response, at },
    ...owed.onAccepted(at, messageId, response),
  ];
}
