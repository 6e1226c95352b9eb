/**
 * A mail round trip: a message is submitted over SMTP and has to turn up in a mailbox, where it is read over IMAP.
 *
 * 1. The mailbox is opened before anything is sent: what nobody could find again is not sent.
 * 2. Messages of earlier runs that came too late are deleted first, the message of this run once it is found.
 * 3. The target has served when the message is found; that it is deleted afterwards changes neither outcome nor times.
 */
import { commonId, composeMessage } from './delivery-message.ts';
import type { Exchange } from './exchange.ts';
import { ImapTalk } from './imap-talk.ts';
import { Inbox } from './inbox.ts';
import type { Bounds, Talk } from './line-dialogue.ts';
import { COMMON_BOUNDS } from './line-dialogue.ts';
import { type MailSession, openSession } from './mail-session.ts';
import type { ProbeContext } from './probe-context.ts';
import { ask, demand, enterSmtp, path } from './smtp-talk.ts';
import type { DeliveryTarget } from './target.ts';

/** A search may find thousands of late messages, each a number in one line. */
export const MAILBOX_BOUNDS: Bounds = { lineBytesMax: 64 * 1024, totalBytesMax: 512 * 1024 };

/** Between two looks: a quarter of the time that went by, so that the delay is known to a quarter of itself. */
const LOOK_AGAIN_PART = 1 / 4;
const LOOK_AGAIN_MS_MIN = 100;
const LOOK_AGAIN_MS_MAX = 5_000;
/** A look that would begin later than this before the deadline is left out: it would not be answered in time. */
const LAST_LOOK_MS = 250;
/** How long the deletion may take. The target has served by then, and the next run deletes what is left. */
const TIDY_MS = 5_000;

/** Sends the probe; the exchange settles with its result. */
export function probeDelivery(exchange: Exchange, target: DeliveryTarget, context: ProbeContext): void {
  exchange.party = 'mailbox';
  openSession(exchange, target.mailbox, context, {
    bounds: MAILBOX_BOUNDS,
    converse: (session) =>
      converseMailbox(session, target, (text, submitted) => {
        exchange.setAside();
        exchange.party = 'submission';
        openSession(exchange, target.submission, context, {
          bounds: COMMON_BOUNDS,
          converse: (submission) => converseSubmission(submission, target, text),
          ended: (thrown) => (thrown === undefined ? submitted() : exchange.failWith(thrown)),
        });
      }),
    ended: (thrown) => {
      exchange.party = 'mailbox';
      if (thrown === undefined) exchange.succeed();
      else exchange.failWith(thrown);
    },
  });
}

/** The whole conversation with the mailbox; `submit` hands a message to the other server, and calls back when it is taken. */
export function* converseMailbox(
  session: MailSession,
  target: DeliveryTarget,
  submit: (text: string, submitted: () => void) => void,
): Talk {
  const { exchange } = session;
  const imap = new ImapTalk(session);
  yield* imap.enter();
  const inbox = new Inbox(imap, yield* imap.capabilities());
  yield* inbox.open();
  yield* inbox.remove(yield* inbox.find(commonId(target)));

  const message = composeMessage(target, Math.trunc(exchange.clock.now()));
  yield { until: (submitted) => submit(message.text, submitted) };
  exchange.party = 'mailbox';
  exchange.enter('deliveryMs');
  const found = yield* lookFor(message.id, inbox, session);
  exchange.prove();
  exchange.pause(TIDY_MS, () => exchange.succeed());
  yield* inbox.remove(found);
  yield* imap.sayGoodbye();
}

/** Hands the message in. The reply to the goodbye is not waited for: the delay counts from here. */
export function* converseSubmission(session: MailSession, { from, to }: DeliveryTarget, text: string): Talk {
  yield* enterSmtp(session);
  demand(session, yield* ask(session, `MAIL FROM:${path(from)}`), '250', 'delivery_rejected');
  demand(session, yield* ask(session, `RCPT TO:${path(to)}`), '250 or 251', 'delivery_rejected');
  demand(session, yield* ask(session, 'DATA'), '354', 'delivery_rejected');
  demand(session, yield* ask(session, `${text}\r\n.`), '250', 'delivery_rejected');
  session.send('QUIT');
}

/** Looks until the message is there; the exchange's deadline ends it. */
function* lookFor(id: string, inbox: Inbox, { exchange }: MailSession): Talk<readonly string[]> {
  const { clock } = exchange;
  const startMs = clock.monotonicMs();
  for (;;) {
    exchange.atDeadline = tellOfSilence;
    const found = yield* inbox.lookAgain(id);
    exchange.atDeadline = null;
    if (found.length > 0) return found;
    const wantedMs = (clock.monotonicMs() - startMs) * LOOK_AGAIN_PART;
    const pauseMs = Math.min(LOOK_AGAIN_MS_MAX, Math.max(LOOK_AGAIN_MS_MIN, wantedMs));
    const isLast = exchange.remainingMs < pauseMs + LAST_LOOK_MS;
    yield { until: (resume) => isLast || exchange.pause(pauseMs, resume) };
  }
}

/** A mailbox that does not answer is not a message that does not come. */
function tellOfSilence(exchange: Exchange): void {
  exchange.fail('reply_timeout', `no answer to a search within ${exchange.request.timeoutMs} ms`);
}
