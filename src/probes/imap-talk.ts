/** The client's side of IMAP (RFC 9051, RFC 3501): tagged commands one at a time, whatever untagged comes between. */
import { Fault } from './fault.ts';
import type { Talk } from './line-dialogue.ts';
import type { MailSession } from './mail-session.ts';

export interface ImapReply {
  /** `OK`, `NO` or `BAD`. */
  readonly status: string;
  /** What follows the tag. */
  readonly text: string;
  readonly untagged: readonly Untagged[];
}

/** An untagged response that is data. */
export interface Untagged {
  /** After `* `; the pieces around literals are joined. */
  readonly text: string;
  readonly literals: readonly string[];
}

const STATUS = /^(OK|NO|BAD)(?: |$)/i;
const GREETING = /^\* (OK|PREAUTH|BYE)(?: |$)/i;
const BYE = /^BYE(?: |$)/i;
/** These hold text for people, which may end like a literal and is none. */
const PROSE = /^(?:OK|NO|BAD)(?: |$)/i;
const LITERAL = /\{(\d{1,20})\}$/;
const LITERAL_BYTES_MAX = 64 * 1024;
const TAGGED = /(?:^|\n)k\d/;
const CAPABILITY = /^CAPABILITY /i;
const REVISION = /^IMAP4REV[12]$/;
/** What a login is refused with for reasons that are none of the credentials' (RFC 5530). */
const NOT_THE_CREDENTIALS = /^\[(?:UNAVAILABLE|INUSE|LIMIT|SERVERBUG|CONTACTADMIN)\]/i;
/** The response codes that are kept of a refused login (RFC 5530): a closed list, so that nothing else can be told. */
const LOGIN_CODE =
  /^\[(?:AUTHENTICATIONFAILED|AUTHORIZATIONFAILED|EXPIRED|PRIVACYREQUIRED|CONTACTADMIN|UNAVAILABLE|INUSE|LIMIT|SERVERBUG)\]/i;

/** One connection's commands and their tags. */
export class ImapTalk {
  readonly #session: MailSession;
  #commands = 0;

  constructor(session: MailSession) {
    this.#session = session;
  }

  /** From the greeting to where the mailbox could be opened: CAPABILITY, STARTTLS and LOGIN where asked for. */
  *enter(): Talk {
    const session = this.#session;
    const { security, credentials } = session.server;
    yield* this.#readGreeting(security === 'starttls' || credentials !== undefined);
    let capabilities = yield* this.capabilities();
    if (security === 'starttls') {
      if (!capabilities.includes('STARTTLS')) {
        throw new Fault('starttls_missing', 'CAPABILITY was answered without STARTTLS', 'STARTTLS');
      }
      const agreed = yield* this.ask('STARTTLS');
      if (agreed.status !== 'OK') throw new Fault('starttls_refused', session.quote(agreed.text), 'OK');
      yield* session.startTls('imap_protocol');
      capabilities = yield* this.capabilities();
    }
    if (credentials !== undefined) yield* this.#logIn(capabilities);
  }

  /** What the server can do now, in upper case. */
  *capabilities(): Talk<readonly string[]> {
    const reply = yield* this.demand('CAPABILITY');
    const capabilities = reply.untagged
      .filter(({ text }) => CAPABILITY.test(text))
      .flatMap(({ text }) => text.slice(11).trim().toUpperCase().split(/ +/));
    if (!capabilities.some((capability) => REVISION.test(capability))) {
      const seen = this.#session.quote(`CAPABILITY ${capabilities.join(' ')}`);
      throw new Fault('imap_protocol', seen, 'IMAP4rev1 or IMAP4rev2 among the capabilities');
    }
    return capabilities;
  }

  /** Sends a command and reads its reply. Throws a `Fault` unless it is `OK`. */
  *demand(command: string): Talk<ImapReply> {
    const reply = yield* this.ask(command);
    if (reply.status !== 'OK') {
      throw new Fault('imap_status', this.#session.quote(reply.text), `OK to ${verbOf(command)}`);
    }
    return reply;
  }

  /** Sends a command and reads its reply. Throws a `Fault` for `BYE` and for what is no reply. */
  *ask(command: string): Talk<ImapReply> {
    return yield* this.#readReply(this.#begin(command));
  }

  *sayGoodbye(): Talk {
    this.#commands += 1;
    yield* this.#session.sayGoodbye(`k${this.#commands} LOGOUT`);
  }

  /** Sends a command under a tag of its own, which is returned. No tagged line may have come ahead of it. */
  #begin(command: string): string {
    const { unread } = this.#session.dialogue;
    if (unread !== '' && TAGGED.test(unread)) {
      throw new Fault('imap_protocol', this.#session.quote(unread), 'no tagged reply ahead of the command');
    }
    this.#commands += 1;
    const tag = `k${this.#commands}`;
    this.#session.send(`${tag} ${command}`);
    return tag;
  }

  *#readGreeting(strangersOnly: boolean): Talk {
    const line = yield 'line';
    const [, found = ''] = GREETING.exec(line) ?? [];
    const word = found.toUpperCase();
    if (word === 'BYE') throw new Fault('imap_status', this.#session.quote(line), '* OK');
    // A session that is open already takes neither STARTTLS nor a login: whoever put PREAUTH there wants it in plain text.
    if (word === '' || (word === 'PREAUTH' && strangersOnly)) {
      throw new Fault('imap_protocol', this.#session.quote(line), '* OK');
    }
  }

  /** Reads up to the line with the tag (RFC 9051 section 7). */
  *#readReply(tag: string): Talk<ImapReply> {
    const untagged: Untagged[] = [];
    for (;;) {
      const line = yield 'line';
      if (line.startsWith('* ')) {
        untagged.push(yield* this.#readUntagged(line.slice(2), tag));
        continue;
      }
      if (line.startsWith(tag) && line.charCodeAt(tag.length) === 32) {
        const text = line.slice(tag.length + 1);
        const status = STATUS.exec(text)?.[1];
        if (status !== undefined) return { status: status.toUpperCase(), text, untagged };
      }
      throw new Fault('imap_protocol', this.#session.quote(line), `an untagged line, or ${tag} and OK, NO or BAD`);
    }
  }

  *#readUntagged(first: string, tag: string): Talk<Untagged> {
    if (BYE.test(first)) throw new Fault('imap_status', this.#session.quote(`* ${first}`), `${tag} OK`);
    let text = first;
    const literals: string[] = [];
    for (let piece = first; piece.endsWith('}') && !PROSE.test(first); ) {
      const [, length] = LITERAL.exec(piece) ?? [];
      if (length === undefined) break;
      const bytes = Number(length);
      if (bytes > LITERAL_BYTES_MAX) {
        throw new Fault('reply_too_large', `a literal of ${bytes} bytes`, `one of ${LITERAL_BYTES_MAX} at most`);
      }
      literals.push(yield { bytes });
      piece = yield 'line';
      text += piece;
    }
    return { text, literals };
  }

  /** AUTHENTICATE PLAIN, or LOGIN where that is not offered. Of the replies no more than known codes is kept. */
  *#logIn(capabilities: readonly string[]): Talk {
    const { username, password } = this.#session.credentials();
    if (capabilities.includes('AUTH=PLAIN')) {
      const token = Buffer.from(`\0${username}\0${password}`, 'latin1').toString('base64');
      if (capabilities.includes('SASL-IR')) yield* this.#sendSecretly([`AUTHENTICATE PLAIN ${token}`]);
      else yield* this.#sendSecretly(['AUTHENTICATE PLAIN', token]);
    } else if (capabilities.includes('LOGINDISABLED')) {
      throw new Fault('auth_refused', 'CAPABILITY was answered with LOGINDISABLED', 'a way to log in');
    } else {
      yield* this.#sendSecretly(loginCommand([username, password]));
    }
  }

  /** Sends the pieces of a command, each after the first when the server asks for it. */
  *#sendSecretly(pieces: readonly string[]): Talk {
    const tag = this.#begin(pieces[0] ?? '');
    for (let sent = 1; ; ) {
      const line = yield 'line';
      if (line.startsWith('+') && sent < pieces.length) {
        this.#session.send(pieces[sent] ?? '');
        sent += 1;
        continue;
      }
      const text = line.startsWith(`${tag} `) ? line.slice(tag.length + 1) : '';
      const status = STATUS.exec(text)?.[1]?.toUpperCase();
      if (status === 'OK' && sent === pieces.length) return;
      if (status === 'NO' || status === 'BAD') throw loginRefusal(status, text.slice(status.length + 1));
      if (BYE.test(line.slice(2)) && line.startsWith('* ')) throw new Fault('imap_status', '* BYE', 'OK to the login');
      if (!line.startsWith('* ')) {
        throw new Fault('imap_protocol', 'a line that does not answer the login', `an untagged line, or ${tag}`);
      }
      yield* this.#readUntagged(line.slice(2), tag);
    }
  }
}

/** A text as a quoted string (RFC 9051 section 4.3); only for printable ASCII. */
export function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

/** LOGIN in pieces: what a quoted string cannot hold is a literal, after which the server has to ask for more. */
function loginCommand(secrets: readonly string[]): string[] {
  const pieces = ['LOGIN'];
  for (const secret of secrets) {
    const last = pieces.length - 1;
    if (/^[\x20-\x7e]*$/.test(secret)) {
      pieces[last] += ` ${quoted(secret)}`;
    } else {
      pieces[last] += ` {${secret.length}}`;
      pieces.push(secret);
    }
  }
  return pieces;
}

function loginRefusal(status: string, text: string): Fault {
  const [code = ''] = LOGIN_CODE.exec(text) ?? [];
  const aside = status === 'BAD' || NOT_THE_CREDENTIALS.test(text);
  return new Fault(aside ? 'imap_status' : 'auth_refused', `${status} ${code}`.trimEnd(), 'OK to the login');
}

function verbOf(command: string): string {
  return command.split(' ', command.startsWith('UID ') ? 2 : 1).join(' ');
}
