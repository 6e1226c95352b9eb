/** A mailbox server's front door: greeting, CAPABILITY, STARTTLS, a login and the inbox where asked for, LOGOUT. */
import type { Exchange } from './exchange.ts';
import { ImapTalk } from './imap-talk.ts';
import type { Talk } from './line-dialogue.ts';
import { type MailSession, probeMail } from './mail-session.ts';
import type { ProbeContext } from './probe-context.ts';
import type { ImapTarget } from './target.ts';

/** Sends the probe; the exchange settles with its result. */
export function probeImap(exchange: Exchange, target: ImapTarget, context: ProbeContext): void {
  probeMail(exchange, target, context, (session) => converseImap(session, target));
}

/** The whole conversation, from the greeting to the goodbye. */
export function* converseImap(session: MailSession, target: ImapTarget): Talk {
  const imap = new ImapTalk(session);
  yield* imap.enter();
  // For reading only: SELECT would take the mark of what is new from the customer's mail.
  if (target.inbox) yield* imap.demand('EXAMINE INBOX');
  yield* imap.sayGoodbye();
}
