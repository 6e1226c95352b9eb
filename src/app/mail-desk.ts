/** The outbox, wired to the relay, the log and the metrics. */
import type { Configuration } from '../config/configuration.ts';
import { Outbox } from '../desk/outbox.ts';
import { owedMails } from '../desk/owed-mails.ts';
import { parseSender } from '../outputs/mail/mail-address.ts';
import { createMailer, type Mailer } from '../outputs/mail/mailer.ts';
import { messageIdFor } from '../outputs/mail/message-id.ts';
import type { Metrics } from '../outputs/metrics/metrics.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/log.ts';
import type { Books } from './books.ts';

export interface MailDeskOptions {
  readonly books: Books;
  readonly settings: NonNullable<Configuration['mail']>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Pick<Metrics, 'mail' | 'mailPending'>;
}

export class MailDesk {
  readonly #outbox: Outbox;
  readonly #mailer: Mailer;
  readonly #options: MailDeskOptions;

  constructor(options: MailDeskOptions) {
    const { books, settings, clock, log, metrics } = options;
    this.#options = options;
    this.#mailer = createMailer({ relay: relayUrl(settings), from: settings.from, clock });
    const { address } = parseSender(settings.from);
    const domain = address.slice(address.lastIndexOf('@') + 1);
    this.#outbox = new Outbox({
      journal: books.journal,
      feed: books.feed,
      relay: this.#mailer,
      clock,
      messageIdFor: (mail) => messageIdFor(mail, domain),
      owed: () =>
        owedMails({
          ledger: books.feed.ledger,
          contracts: books.contracts,
          issued: books.issued,
          now: books.now(),
        }),
      onSettled: ({ mail, kind, customer }, answer) => {
        if (answer.outcome === 'accepted') {
          metrics.mail(kind, 'accepted');
          log.info({ mail, customer, response: answer.response }, 'mail accepted by the relay');
        } else {
          metrics.mail(kind, answer.permanent ? 'refused' : 'deferred');
          const level = answer.permanent ? 'error' : 'warn';
          log[level]({ mail, customer, response: answer.response }, 'mail refused by the relay');
        }
      },
    });
  }

  /** Sends what is due; failures are logged, and what was not sent stays owed. */
  sendInBackground(): void {
    const { log, metrics } = this.#options;
    const pending = this.#outbox.pending();
    metrics.mailPending(pending.length);
    this.#outbox.sendDue(pending).catch((error: unknown) => log.error({ error }, 'mails could not be sent'));
  }

  async close(): Promise<void> {
    await Promise.all([this.#outbox.stop(), this.#mailer.close()]);
  }
}

function relayUrl({ relay, credentials }: MailDeskOptions['settings']): string {
  if (!credentials) return relay.reveal();
  const url = new URL(relay.reveal());
  url.username = encodeURIComponent(credentials.username);
  url.password = encodeURIComponent(credentials.password.reveal());
  return url.href;
}
