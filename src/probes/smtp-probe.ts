/** A mail server's front door: greeting, EHLO, STARTTLS, AUTH and the parties of a mail where asked for, QUIT. No mail. */
import type { Exchange } from './exchange.ts';
import type { Talk } from './line-dialogue.ts';
import { type MailSession, probeMail } from './mail-session.ts';
import type { ProbeContext } from './probe-context.ts';
import { ask, demand, enterSmtp, path } from './smtp-talk.ts';
import type { SmtpTarget } from './target.ts';

/** Sends the probe; the exchange settles with its result. */
export function probeSmtp(exchange: Exchange, target: SmtpTarget, context: ProbeContext): void {
  probeMail(exchange, target, context, (session) => converseSmtp(session, target));
}

/** The whole conversation, from the greeting to the goodbye. */
export function* converseSmtp(session: MailSession, { sender, recipient }: SmtpTarget): Talk {
  yield* enterSmtp(session);
  if (sender !== undefined || recipient !== undefined) {
    demand(session, yield* ask(session, `MAIL FROM:${path(sender ?? '')}`), '250');
    if (recipient !== undefined) demand(session, yield* ask(session, `RCPT TO:${path(recipient)}`), '250 or 251');
    demand(session, yield* ask(session, 'RSET'), '250');
  }
  yield* session.sayGoodbye('QUIT');
}
