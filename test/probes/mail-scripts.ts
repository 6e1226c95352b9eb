/** What a decent mail server says, in steps that a test can leave out, repeat and spoil. */
import type { DeliveryTarget, MailCredentials, MailServer } from '../../src/probes/target.ts';
import type { Step } from '../support/hostile-server.ts';

export const CREDENTIALS: MailCredentials = { username: 'alice', password: 'Opensesame7', inPlainText: true };
export const TOKEN = Buffer.from('\0alice\0Opensesame7').toString('base64');

export const hear = (hear: RegExp): Step => ({ hear });
export const say = (...lines: readonly string[]): Step => ({ say: lines.map((line) => `${line}\r\n`).join('') });

export const SMTP = {
  banner: say('220 mail.example ESMTP'),
  ehlo: hear(/EHLO .*\r\n/),
  offers: say('250-mail.example', '250-STARTTLS', '250 AUTH PLAIN LOGIN'),
  auth: hear(/AUTH PLAIN .*\r\n/),
  welcome: say('235 2.7.0 Authentication successful'),
  from: hear(/MAIL FROM:.*\r\n/),
  rcpt: hear(/RCPT TO:.*\r\n/),
  rset: hear(/RSET\r\n/),
  data: hear(/DATA\r\n/),
  goAhead: say('354 End data with <CR><LF>.<CR><LF>'),
  message: hear(/\r\n\.\r\n/),
  ok: say('250 2.1.0 Ok'),
  quit: hear(/QUIT\r\n/),
  bye: say('221 2.0.0 Bye'),
} as const;

/** Up to where commands of a mail are taken. */
export const SMTP_OPEN: readonly Step[] = [SMTP.banner, SMTP.ehlo, SMTP.offers];
/** A submission server that takes a message. */
export const SUBMISSION: readonly Step[] = [
  ...SMTP_OPEN,
  ...[SMTP.from, SMTP.ok, SMTP.rcpt, SMTP.ok, SMTP.data, SMTP.goAhead, SMTP.message, SMTP.ok, SMTP.quit, SMTP.bye],
];

export const IMAP = {
  greeting: say('* OK [CAPABILITY IMAP4rev1] ready'),
  capability: hear(/CAPABILITY\r\n/),
  offers: (tag: string, more = '') =>
    say(`* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN UIDPLUS STARTTLS${more}`, `${tag} OK done`),
  login: hear(/(?:AUTHENTICATE|LOGIN) .*\r\n/),
  ok: (tag: string, ...untagged: readonly string[]) => say(...untagged, `${tag} OK done`),
} as const;

/** Up to where a mailbox can be opened, logged in; the next tag is k3. */
export const IMAP_OPEN: readonly Step[] = [
  ...[IMAP.greeting, IMAP.capability, IMAP.offers('k1'), IMAP.login, IMAP.ok('k2')],
];
/** Up to where the message of a round trip is sent; the next tag is k6. */
export const MAILBOX_OPEN: readonly Step[] = [
  ...IMAP_OPEN,
  ...[hear(/k3 CAPABILITY\r\n/), IMAP.offers('k3'), hear(/k4 SELECT INBOX\r\n/), IMAP.ok('k4', '* 3 EXISTS')],
  ...[hear(/k5 UID SEARCH .*\r\n/), IMAP.ok('k5', '* SEARCH')],
];

const ID = /<kepil-[^>]*>/;

/** What a search found: the message that it was for, under this UID. */
export function messageFound(heard: string, uid = '7'): string {
  const [id = ''] = ID.exec(heard) ?? [];
  const header = `Message-ID: ${id}\r\n\r\n`;
  return `* 4 FETCH (UID ${uid} BODY[HEADER.FIELDS (MESSAGE-ID)] {${header.length}}\r\n${header})\r\n`;
}

/** A mailbox in which the message is found at the first look, and deleted. */
export function mailboxWithMessage(): readonly Step[] {
  let sought = '';
  return [
    ...MAILBOX_OPEN,
    ...[hear(/k6 NOOP\r\n/), IMAP.ok('k6', '* 4 EXISTS'), hear(/k7 UID SEARCH .*\r\n/)],
    {
      answer: (heard) => {
        sought = heard;
        return '* SEARCH 7\r\nk7 OK done\r\n';
      },
    },
    hear(/k8 UID FETCH 7 .*\r\n/),
    { answer: () => `${messageFound(sought)}k8 OK done\r\n` },
    ...[hear(/k9 UID STORE 7 .*\r\n/), IMAP.ok('k9'), hear(/k10 UID EXPUNGE 7\r\n/), IMAP.ok('k10', '* 4 EXPUNGE')],
    ...[hear(/k11 LOGOUT\r\n/), say('* BYE', 'k11 OK done'), 'close' as const],
  ];
}

export const POP3 = {
  greeting: say('+OK ready <1.2@mail.example>'),
  capa: hear(/CAPA\r\n/),
  offers: say('+OK list follows', 'TOP', 'USER', 'STLS', '..', '.'),
  user: hear(/USER .*\r\n/),
  pass: hear(/PASS .*\r\n/),
  stat: hear(/STAT\r\n/),
  ok: say('+OK'),
  quit: hear(/QUIT\r\n/),
} as const;

export const POP3_OPEN: readonly Step[] = [POP3.greeting, POP3.capa, POP3.offers];

/** A round trip between two servers on loopback. */
export function deliveryTarget(submission: number, mailbox: number, more: Partial<MailServer> = {}): DeliveryTarget {
  return {
    kind: 'delivery',
    submission: { host: '127.0.0.1', port: submission, security: 'plain', ...more },
    mailbox: { host: '127.0.0.1', port: mailbox, security: 'plain', credentials: CREDENTIALS },
    from: 'kepil@example.test',
    to: 'alice@example.test',
    mark: 'acme/mail/trip@local',
  };
}
