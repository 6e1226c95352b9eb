/** What arrived in a test mailbox, read back by IMAP as a customer's mail program would. */
import { ImapFlow } from 'imapflow';
import { type ParsedMail, simpleParser } from 'mailparser';
import { systemClock } from '../../../src/runtime/clock.ts';

/** Reserved for tests by RFC 2606. */
export const MAIL_DOMAIN = 'example.test';

/** User and group of all mail on disk: a number that needs no account, so that Postfix may write what Dovecot reads. */
export const MAIL_OWNER = 5000;

/** An address under `MAIL_DOMAIN`, in lower case, and its password for IMAP. */
export interface Mailbox {
  readonly address: string;
  readonly password: string;
}

export interface ReceivedMail {
  /** As it lies in the mailbox, headers that Postfix added included. */
  readonly raw: Buffer;
  readonly parsed: ParsedMail;
}

/** The IMAP server as a client sees it. */
export interface MailServer {
  readonly port: number;
  readonly certificate: string;
}

/** All mail of a mailbox, oldest first. Throws when the login or a command is refused. */
export async function readMailbox(server: MailServer, mailbox: Mailbox): Promise<readonly ReceivedMail[]> {
  return withInbox(server, mailbox, async (imap) => {
    const mails: ReceivedMail[] = [];
    if (imap.mailbox === false || imap.mailbox.exists === 0) return mails;
    for await (const { source } of imap.fetch('1:*', { source: true })) {
      if (source !== undefined) mails.push({ raw: source, parsed: await simpleParser(source) });
    }
    return mails;
  });
}

/** Deletes all mail of a mailbox. */
export async function emptyMailbox(server: MailServer, mailbox: Mailbox): Promise<void> {
  await withInbox(server, mailbox, async (imap) => {
    if (imap.mailbox !== false && imap.mailbox.exists > 0) await imap.messageDelete('1:*');
  });
}

/**
 * All mail of a mailbox once there are at least `count`. Throws when there are fewer after `timeoutMs`, with the subjects
 * of those that are there.
 */
export async function waitForMail(
  server: MailServer,
  mailbox: Mailbox,
  { count = 1, timeoutMs = 10_000 }: { count?: number; timeoutMs?: number } = {},
): Promise<readonly ReceivedMail[]> {
  const deadline = systemClock.monotonicMs() + timeoutMs;
  for (;;) {
    const mails = await readMailbox(server, mailbox);
    if (mails.length >= count) return mails;
    if (systemClock.monotonicMs() > deadline) {
      const subjects = mails.map(({ parsed }) => parsed.subject ?? '(none)').join(' | ');
      throw new Error(
        `${mailbox.address}: ${mails.length} mails after ${timeoutMs} ms, expected ${count}: ${subjects}`,
      );
    }
    await systemClock.sleep(50);
  }
}

async function withInbox<T>(
  { port, certificate }: MailServer,
  { address, password }: Mailbox,
  work: (imap: ImapFlow) => Promise<T>,
): Promise<T> {
  const imap = new ImapFlow({
    host: '127.0.0.1',
    port,
    secure: false,
    doSTARTTLS: true,
    tls: { ca: certificate },
    auth: { user: address, pass: password },
    logger: false,
  });
  await imap.connect();
  try {
    await imap.mailboxOpen('INBOX');
    return await work(imap);
  } finally {
    await imap.logout();
  }
}
