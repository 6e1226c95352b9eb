/**
 * Hands mails to one relay and says what became of each. It promises:
 *
 * 1. `send` never rejects. A world that is broken is an outcome.
 * 2. `accepted` means: the relay took this message for this recipient, in its own words. The instant after that is the
 *    instant of notice (CONTRACT.md, R3), so nothing weaker is called accepted.
 * 3. `permanent` means: the relay will never take this message for this recipient (5xx to the message, or an address
 *    that no relay can take). What is wrong with the relay or with our account there is temporary: a mistaken
 *    password must not burn a month of notices.
 * 4. One message, one recipient, one connection, one deadline. Retrying and its pace are the caller's.
 *
 * A connection lost after the message was sent is in doubt; it counts as refused for now, and the Message-ID, the
 * same at each attempt, shows the mailbox that a second copy is the same mail.
 */
import MailComposer from 'nodemailer/lib/mail-composer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { Locale } from '../../domain/facts/fact.ts';
import { type Millis, SECOND } from '../../domain/time/instant.ts';
import type { Clock } from '../../runtime/clock.ts';
import { parseAddress, parseSender } from './mail-address.ts';
import { parseRelayUrl, type Relay } from './relay-url.ts';

const RESPONSE_LIMIT = 300;
const SUBJECT_LIMIT = 300;
const LARGEST_REPLY = 16 * 1024;
const QUIT_MS = 2 * SECOND;
const MESSAGE_ID = /^<[\x21-\x3b\x3d\x3f\x41-\x7e]{1,200}@[a-z0-9.-]{1,253}>$/i;
/** Replies that speak of our session (no TLS, no or wrong login), not of the message. */
const SESSION_REPLIES: readonly number[] = [530, 534, 535, 538];

export interface MailAttachment {
  readonly filename: string;
  readonly contentType: string;
  readonly content: string | Uint8Array;
}

export interface OutgoingMail {
  /** One address, without a name. */
  readonly to: string;
  /** From `messageIdFor`: the same at each attempt. */
  readonly messageId: string;
  readonly language: Locale;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly attachments?: readonly MailAttachment[];
}

export type MailOutcome =
  | { readonly outcome: 'accepted'; readonly response: string }
  | { readonly outcome: 'refused'; readonly permanent: boolean; readonly response: string };

export interface Mailer {
  /** Never rejects. The response is one printable line of at most 300 characters. */
  send(mail: OutgoingMail): Promise<MailOutcome>;
  /** Takes no more mails, gives those under way a moment, then cuts their connections. Safe to call again. */
  close(): Promise<void>;
}

export interface MailerOptions {
  /** See `parseRelayUrl`. */
  readonly relay: string;
  readonly from: string;
  readonly clock: Clock;
  /** From the first packet to the relay's last word. */
  readonly deadlineMs?: Millis;
  /** How long `close` waits for mails under way. */
  readonly closeGraceMs?: Millis;
}

/**
 * A mailer for one relay; it connects only when there is something to send.
 * @throws RangeError when the relay's URL or the sender's address is not one.
 */
export function createMailer(options: MailerOptions): Mailer {
  const relay = parseRelayUrl(options.relay);
  const from = parseSender(options.from);
  const { clock, deadlineMs = 60 * SECOND, closeGraceMs = 2 * SECOND } = options;
  const underWay = new Map<Promise<MailOutcome>, () => void>();
  let closed = false;

  async function attempt(mail: OutgoingMail, cut: AbortSignal): Promise<MailOutcome> {
    const to = parseAddress(mail.to);
    if (to === null) return refused(true, `address: found ${JSON.stringify(mail.to)}, expected local@domain`);
    if (!MESSAGE_ID.test(mail.messageId)) {
      return refused(true, `messageId: found ${JSON.stringify(mail.messageId)}, expected <id@domain>`);
    }
    try {
      const message = await compose(mail, { from, to, now: clock.now() });
      return await deliver(message, { relay, from: from.address, to, deadlineMs, clock, cut });
    } catch (error) {
      return refused(false, `mail could not be built: ${messageOf(error)}`);
    }
  }

  return {
    send(mail) {
      if (closed) return Promise.resolve(refused(false, 'the mailer is closed'));
      const cut = new AbortController();
      const sending = attempt(mail, cut.signal).finally(() => underWay.delete(sending));
      underWay.set(sending, () => cut.abort());
      return sending;
    },
    async close() {
      closed = true;
      const cancel = clock.after(closeGraceMs, () => {
        for (const cut of underWay.values()) cut();
      });
      await Promise.all(underWay.keys());
      cancel();
    },
  };
}

interface Route {
  readonly from: ReturnType<typeof parseSender>;
  readonly to: string;
  readonly now: number;
}

function compose(mail: OutgoingMail, { from, to, now }: Route): Promise<Buffer> {
  return new MailComposer({
    from,
    to: { name: '', address: to },
    subject: oneLine(mail.subject, SUBJECT_LIMIT),
    messageId: mail.messageId,
    date: new Date(now),
    text: mail.text,
    html: mail.html,
    headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': mail.language },
    attachments: (mail.attachments ?? []).map(({ filename, contentType, content }) => ({
      filename: oneLine(filename, SUBJECT_LIMIT),
      contentType: oneLine(contentType, SUBJECT_LIMIT),
      content: typeof content === 'string' ? content : Buffer.from(content),
    })),
    // Content comes as values only: no text of a mail can make us read a file or fetch a page.
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build();
}

interface Delivery {
  readonly relay: Relay;
  readonly from: string;
  readonly to: string;
  readonly deadlineMs: Millis;
  readonly clock: Clock;
  readonly cut: AbortSignal;
}

/** One SMTP session. `connection` is closed on every way out, so no socket outlives its outcome. */
function deliver(message: Buffer, { relay, from, to, deadlineMs, clock, cut }: Delivery): Promise<MailOutcome> {
  return new Promise((resolve) => {
    const connection = new SMTPConnection({
      host: relay.host,
      port: relay.port,
      secure: relay.tls === 'implicit',
      requireTLS: relay.tls === 'required',
      ignoreTLS: relay.tls === 'off',
      tls: { rejectUnauthorized: relay.verify },
      connectionTimeout: deadlineMs,
      greetingTimeout: deadlineMs,
      socketTimeout: deadlineMs,
      dnsTimeout: deadlineMs,
      socketCloseTimeout: 0,
      maxResponseSize: LARGEST_REPLY,
    });
    let sending = false;
    let done = false;
    const cancelDeadline = clock.after(deadlineMs, () => {
      settle(refused(false, `no complete answer from the relay within ${deadlineMs / SECOND} s`));
    });
    const onCut = () => settle(refused(false, 'the mailer was closed before the relay answered'));
    function settle(outcome: MailOutcome): void {
      if (done) return;
      done = true;
      cancelDeadline();
      cut.removeEventListener('abort', onCut);
      // A polite QUIT after a good end, but no waiting for a relay that does not answer it; all else is cut off.
      if (outcome.outcome === 'accepted') {
        connection.quit();
        clock.after(QUIT_MS, () => connection.close());
      } else {
        connection.close();
      }
      resolve(outcome);
    }
    const fail = (error: unknown) => settle(judge(error, sending));
    if (cut.aborted) return onCut();
    cut.addEventListener('abort', onCut);
    connection.on('error', fail);
    connection.on('end', () => fail(new Error('the relay closed the connection')));

    const send = (): void => {
      if (done) return;
      sending = true;
      connection.send({ from, to: [to] }, message, (error, info) => {
        if (error) return fail(error);
        const taken = info?.accepted.length === 1 && info.rejected.length === 0;
        settle(
          taken
            ? { outcome: 'accepted', response: oneLine(info.response, RESPONSE_LIMIT) }
            : refused(false, 'not taken'),
        );
      });
    };
    connection.connect((error) => {
      if (error) return fail(error);
      if (relay.auth === null || done) return send();
      connection.login(relay.auth, (loginError) => (loginError ? fail(loginError) : send()));
    });
  });
}

/** What a failed session means; `sending` is whether the relay was already speaking of our message. */
function judge(error: unknown, sending: boolean): MailOutcome {
  const { responseCode = 0, response } = error as { readonly responseCode?: number; readonly response?: string };
  const ofMessage = responseCode >= 500 && responseCode < 600 && !SESSION_REPLIES.includes(responseCode);
  return refused(sending && ofMessage, response ?? messageOf(error));
}

function refused(permanent: boolean, response: string): MailOutcome {
  return { outcome: 'refused', permanent, response: oneLine(response, RESPONSE_LIMIT) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The relay's words are hostile too: one line, no controls, bounded in code points. */
function oneLine(text: string, limit: number): string {
  return [...text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').trim()].slice(0, limit).join('');
}
