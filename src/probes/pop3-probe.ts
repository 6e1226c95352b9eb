/** A POP3 server's front door (RFC 1939, RFC 2449, RFC 2595): greeting, CAPA, STLS and a login where asked for, QUIT. */
import type { Exchange } from './exchange.ts';
import { Fault } from './fault.ts';
import type { Talk } from './line-dialogue.ts';
import { type MailSession, probeMail } from './mail-session.ts';
import type { ProbeContext } from './probe-context.ts';
import type { Pop3Target } from './target.ts';

/** A status line: `+OK` or `-ERR`, and the text after it. */
interface Pop3Status {
  readonly good: boolean;
  readonly text: string;
}

const STATUS = /^(\+OK|-ERR)(?: (.*))?$/s;
/** Reasons of a refused login that are none of the credentials' (RFC 2449, RFC 3206); no other text is kept of it. */
const LOGIN_CODE = /^\[(?:IN-USE|LOGIN-DELAY|SYS\/TEMP|SYS\/PERM)\]/i;
const DROP_LISTING = /^\d+ \d+(?: |$)/;

/** Sends the probe; the exchange settles with its result. */
export function probePop3(exchange: Exchange, target: Pop3Target, context: ProbeContext): void {
  probeMail(exchange, target, context, conversePop3);
}

/** The whole conversation, from the greeting to the goodbye. */
export function* conversePop3(session: MailSession): Talk {
  yield* enterPop3(session);
  if (session.server.credentials !== undefined) {
    const { text } = demand(session, yield* ask(session, 'STAT'), 'STAT');
    if (!DROP_LISTING.test(text)) throw new Fault('pop3_protocol', session.quote(text), 'two numbers after STAT');
  }
  yield* session.sayGoodbye('QUIT');
}

/** From the greeting to where the mailbox could be read: CAPA, STLS and a login where asked for. */
export function* enterPop3(session: MailSession): Talk {
  const { security, credentials } = session.server;
  demand(session, yield* readStatus(session), 'the greeting');
  let offers = yield* askCapabilities(session);
  if (security === 'starttls') {
    if (!offers?.includes('STLS')) throw new Fault('starttls_missing', 'CAPA was answered without STLS', 'STLS');
    const agreed = yield* ask(session, 'STLS');
    if (!agreed.good) throw new Fault('starttls_refused', session.quote(`-ERR ${agreed.text}`), '+OK');
    yield* session.startTls('pop3_protocol');
    offers = yield* askCapabilities(session);
  }
  if (credentials !== undefined) yield* logIn(session, offers);
}

/** What CAPA lists, in upper case; null where the server does not know it, as older ones do not. */
function* askCapabilities(session: MailSession): Talk<readonly string[] | null> {
  if (!(yield* ask(session, 'CAPA')).good) return null;
  const capabilities: string[] = [];
  for (;;) {
    const line = yield 'line';
    if (line === '.') return capabilities;
    capabilities.push((line.startsWith('.') ? line.slice(1) : line).trimEnd().toUpperCase());
  }
}

/** USER and PASS. Of the replies no more than a known code is kept. */
function* logIn(session: MailSession, offers: readonly string[] | null): Talk {
  const { username, password } = session.credentials();
  if (offers !== null && !offers.includes('USER')) {
    throw new Fault('auth_refused', 'CAPA was answered without USER', 'USER');
  }
  for (const command of [`USER ${username}`, `PASS ${password}`]) {
    const { good, text } = yield* ask(session, command);
    if (good) continue;
    const [code = ''] = LOGIN_CODE.exec(text) ?? [];
    throw new Fault(code === '' ? 'auth_refused' : 'pop3_status', `-ERR ${code}`.trimEnd(), '+OK to the login');
  }
}

function demand(session: MailSession, status: Pop3Status, what: string): Pop3Status {
  if (!status.good) throw new Fault('pop3_status', session.quote(`-ERR ${status.text}`), `+OK to ${what}`);
  return status;
}

/** Sends a command and reads its status line; nothing may have come ahead of the command. */
function* ask(session: MailSession, command: string): Talk<Pop3Status> {
  const { unread } = session.dialogue;
  // A server that goes away may say so at any time.
  if (unread !== '' && !unread.startsWith('-ERR')) {
    throw new Fault('pop3_protocol', session.quote(unread), 'no reply ahead of the command');
  }
  session.send(command);
  return yield* readStatus(session);
}

function* readStatus(session: MailSession): Talk<Pop3Status> {
  const line = yield 'line';
  const [, word, text = ''] = STATUS.exec(line) ?? [];
  if (word === undefined) throw new Fault('pop3_protocol', session.quote(line), '+OK or -ERR');
  return { good: word === '+OK', text };
}
