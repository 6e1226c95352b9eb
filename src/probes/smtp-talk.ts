/** The client's side of SMTP (RFC 5321, RFC 3207, RFC 4954), one reply for each command. */
import { isIPv6 } from 'node:net';
import { Fault } from './fault.ts';
import type { Talk } from './line-dialogue.ts';
import type { MailSession } from './mail-session.ts';
import type { Failure } from './outcome.ts';

interface SmtpReply {
  readonly code: number;
  /** The text of each line. */
  readonly lines: readonly string[];
}

const SPACE = 32;
const HYPHEN = 45;
const ZERO = 48;

/** From the greeting to where mail could be sent: EHLO, STARTTLS and EHLO again where asked for, AUTH likewise. */
export function* enterSmtp(session: MailSession): Talk {
  demand(session, yield* readReply(session), '220');
  const ehlo = `EHLO ${addressLiteral(session.localAddress)}`;
  let offers = demand(session, yield* ask(session, ehlo), '250');
  if (session.server.security === 'starttls') {
    if (!offers.lines.some((line) => line.trimEnd().toUpperCase() === 'STARTTLS')) {
      throw new Fault('starttls_missing', 'EHLO was answered without STARTTLS', 'STARTTLS');
    }
    const agreed = yield* ask(session, 'STARTTLS');
    if (agreed.code >= 400 && agreed.code !== 421) throw refusal(session, 'starttls_refused', agreed, '220');
    demand(session, agreed, '220');
    yield* session.startTls('smtp_protocol');
    offers = demand(session, yield* ask(session, ehlo), '250');
  }
  if (session.server.credentials !== undefined) yield* logIn(session, offers);
}

/**
 * Sends a command and reads its reply. Only 421 may have come ahead of the command: a server that goes away says so at
 * any time, and any other reply would be believed to answer what it was sent before.
 */
export function* ask(session: MailSession, command: string): Talk<SmtpReply> {
  const { unread } = session.dialogue;
  if (unread !== '' && !unread.startsWith('421')) {
    throw new Fault('smtp_protocol', session.quote(unread), 'no reply ahead of the command');
  }
  session.send(command);
  return yield* readReply(session);
}

/**
 * The reply when it has one of the accepted codes, such as `250 or 251`; otherwise throws a `Fault` with `word`, but for
 * 421, which answers no command.
 */
export function demand(
  session: MailSession,
  reply: SmtpReply,
  accepted: string,
  word: Failure = 'smtp_code',
): SmtpReply {
  if (!accepted.includes(String(reply.code))) {
    throw refusal(session, reply.code === 421 ? 'smtp_code' : word, reply, accepted);
  }
  return reply;
}

/** An address in angle brackets; empty for the sender of what is not to be answered. Throws for what is no address. */
export function path(address: string): string {
  if (/[^\x21-\x7e]|[<>]/.test(address)) throw new Error('a mail address with a space, an angle bracket or more');
  return `<${address}>`;
}

function refusal(session: MailSession, word: Failure, reply: SmtpReply, accepted: string): Fault {
  return new Fault(word, session.quote(`${reply.code} ${reply.lines.join(' ')}`), accepted);
}

/** Reads one reply of one or more lines (RFC 5321 section 4.2.1). Throws a `Fault` for what is no reply. */
function* readReply(session: MailSession): Talk<SmtpReply> {
  const lines: string[] = [];
  let code = 0;
  for (;;) {
    const line = yield 'line';
    const found = codeOf(line);
    if (found === 0 || (code !== 0 && found !== code)) {
      const expected = code === 0 ? 'a line that begins with a reply code' : `a line that begins with ${code}`;
      throw new Fault('smtp_protocol', session.quote(line), expected);
    }
    code = found;
    lines.push(line.slice(4));
    if (line.charCodeAt(3) !== HYPHEN) break;
  }
  session.exchange.evidence.status = code;
  return { code, lines };
}

/** The code that a line begins with, from 200 to 599, alone or before a space or a hyphen; otherwise 0. */
function codeOf(line: string): number {
  const first = line.charCodeAt(0) - ZERO;
  const second = line.charCodeAt(1) - ZERO;
  const third = line.charCodeAt(2) - ZERO;
  const digits = first >= 2 && first <= 5 && second >= 0 && second <= 9 && third >= 0 && third <= 9;
  const next = line.charCodeAt(3);
  return digits && (line.length === 3 || next === SPACE || next === HYPHEN) ? first * 100 + second * 10 + third : 0;
}

/** A client without a meaningful name gives its address (RFC 5321 section 4.1.4). */
function addressLiteral(address: string): string {
  return isIPv6(address) ? `[IPv6:${address}]` : `[${address}]`;
}

/** AUTH PLAIN or, where only that is offered, AUTH LOGIN. Of the replies no more than the codes is kept. */
function* logIn(session: MailSession, offers: SmtpReply): Talk {
  const { username, password } = session.credentials();
  const mechanisms = mechanismsOf(offers);
  let reply: SmtpReply;
  if (mechanisms.includes('PLAIN')) {
    reply = yield* ask(session, `AUTH PLAIN ${base64(`\0${username}\0${password}`)}`);
  } else if (mechanisms.includes('LOGIN')) {
    demandPrompt(yield* ask(session, 'AUTH LOGIN'));
    demandPrompt(yield* ask(session, base64(username)));
    reply = yield* ask(session, base64(password));
  } else {
    throw new Fault('auth_refused', 'EHLO was answered without AUTH PLAIN and AUTH LOGIN', 'AUTH PLAIN or AUTH LOGIN');
  }
  if (reply.code !== 235) throw loginRefusal(reply, '235');
}

function demandPrompt(reply: SmtpReply): void {
  if (reply.code !== 334) throw loginRefusal(reply, '334');
}

/** What was refused for now, or the server going away, is no word about the credentials. */
function loginRefusal({ code, lines }: SmtpReply, expected: string): Fault {
  const [enhanced = ''] = /^[245]\.\d{1,3}\.\d{1,3}(?= |$)/.exec(lines.at(-1) ?? '') ?? [];
  return new Fault(code >= 500 ? 'auth_refused' : 'smtp_code', `${code} ${enhanced}`.trimEnd(), `${expected} to AUTH`);
}

/** `AUTH PLAIN LOGIN`, and `AUTH=PLAIN LOGIN` as old servers write it. */
function mechanismsOf(offers: SmtpReply): readonly string[] {
  return offers.lines
    .map((line) => line.toUpperCase())
    .filter((line) => line.startsWith('AUTH ') || line.startsWith('AUTH='))
    .flatMap((line) => line.slice(5).trim().split(/[ =]+/));
}

function base64(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('base64');
}
