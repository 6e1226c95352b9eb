/**
 * What the mail probes share: the way to the first line, STARTTLS, a login that is never overheard, and a goodbye that
 * nothing depends on.
 *
 * 1. Credentials are handed out only under TLS that is believed, or where the configuration allows plain text in words.
 * 2. What a server says is kept as evidence only as far as it holds no credentials.
 */
import type { Socket } from 'node:net';
import { type Connecting, openPlain, openTls, upgrade } from './connection.ts';
import type { Exchange } from './exchange.ts';
import { Fault } from './fault.ts';
import { type Host, parseHost } from './host.ts';
import { type Bounds, COMMON_BOUNDS, LineDialogue, type Talk } from './line-dialogue.ts';
import { withhold } from './mail-words.ts';
import type { Failure } from './outcome.ts';
import type { ProbeContext } from './probe-context.ts';
import { locate } from './resolve.ts';
import { failSocket } from './socket-fault.ts';
import type { MailCredentials, MailServer } from './target.ts';

/** How long the reply to a goodbye is waited for. The target has served by then. */
const GOODBYE_MS = 1_000;

/** What a server's host means, read once a target. */
const hosts = new WeakMap<MailServer, Host>();

export class MailSession {
  readonly exchange: Exchange;
  readonly server: MailServer;
  readonly dialogue: LineDialogue;
  readonly #to: Connecting;
  #socket: Socket;
  #heard = false;
  #secured: boolean;
  #taking: ((chunk: Buffer) => void) | null = null;

  /** A conversation over a socket that is connected; `ended` is called once at its end, as by LineDialogue. */
  constructor(
    exchange: Exchange,
    server: MailServer,
    connection: { readonly to: Connecting; readonly socket: Socket; readonly bounds: Bounds },
    ended: (thrown?: unknown) => void,
  ) {
    const { to, socket, bounds } = connection;
    this.exchange = exchange;
    this.server = server;
    this.dialogue = new LineDialogue(socket, bounds, ended);
    this.#to = to;
    this.#socket = socket;
    this.#secured = server.security === 'tls';
    this.#listen();
  }

  /** Our own address on this connection. */
  get localAddress(): string {
    return this.#socket.localAddress ?? '';
  }

  /** Takes in bytes that came, as Latin-1. */
  take(bytes: string): void {
    if (!this.#heard) {
      this.#heard = true;
      this.exchange.enter('transferMs');
    }
    this.dialogue.take(bytes);
  }

  /** Sends a line. */
  send(line: string): void {
    this.dialogue.send(line);
  }

  /** The server's words as evidence: printable, on one line, bounded, and without the credentials. */
  quote(words: string): string {
    return words === '' ? 'an empty line' : withhold(words, this.server.credentials);
  }

  /** Who logs in, as bytes in Latin-1 of their UTF-8. Throws where they would be overheard: no byte of them leaves. */
  credentials(): MailCredentials {
    const { credentials } = this.server;
    if (credentials === undefined) throw new Error('no credentials to log in with');
    if (!this.#secured && credentials.inPlainText !== true) {
      throw new Error('the password would be sent in plain text, which the target does not allow');
    }
    const { username, password } = credentials;
    if (/[\0\r\n]/.test(username + password)) throw new Error('a user or a password with a line end or a NUL');
    return { username: Buffer.from(username).toString('latin1'), password: Buffer.from(password).toString('latin1') };
  }

  /**
   * Puts TLS on the connection after the server agreed; bytes that it sent ahead end the probe with `injected`. When TLS
   * fails the exchange settles, and the talk is never resumed.
   */
  *startTls(injected: Failure): Talk {
    const { length } = this.dialogue.unread;
    if (length > 0) {
      throw new Fault(injected, `${length} bytes of plain text after the reply to STARTTLS`, 'TLS and nothing else');
    }
    yield { until: (resume) => this.#upgrade(resume) };
  }

  /** Says goodbye and waits a moment for a line, so that the server's log shows an orderly end. */
  *sayGoodbye(command: string): Talk {
    const { exchange } = this;
    exchange.prove();
    exchange.pause(GOODBYE_MS, () => exchange.succeed());
    this.send(command);
    yield 'line';
  }

  #listen(): void {
    // A connection that stays plain hands its bytes over itself (see Connecting).
    if (this.#to.take === undefined) {
      this.#taking = (chunk) => this.take(chunk.toString('latin1'));
      this.#socket.on('data', this.#taking);
    }
    this.#socket.on('end', this.#close);
    this.#socket.on('close', this.#close);
  }

  readonly #close = (): void => this.dialogue.close();

  #upgrade(opened: () => void): void {
    const plain = this.#socket;
    // Nobody else may read from the socket that TLS is put on.
    if (this.#taking !== null) plain.off('data', this.#taking);
    plain.off('end', this.#close);
    plain.off('close', this.#close);
    plain.pause();
    upgrade(this.exchange, this.#to, plain, (secured) => {
      this.exchange.enter('transferMs');
      this.#secured = true;
      this.#socket = secured;
      this.dialogue.moveTo(secured);
      this.#listen();
      opened();
    });
  }
}

/** Connects and holds one conversation, whose end settles the exchange. Throws for a port that cannot be. */
export function probeMail(
  exchange: Exchange,
  server: MailServer,
  context: ProbeContext,
  converse: (session: MailSession) => Talk,
): void {
  openSession(exchange, server, context, {
    bounds: COMMON_BOUNDS,
    converse,
    ended: (thrown) => (thrown === undefined ? exchange.succeed() : exchange.failWith(thrown)),
  });
}

export interface Conversation {
  readonly bounds: Bounds;
  readonly converse: (session: MailSession) => Talk;
  /** Called once: with what was thrown, or with nothing at the end of the talk. Not called when the exchange settles. */
  readonly ended: (thrown?: unknown) => void;
}

/** Connects to one of the servers of an exchange and converses. Throws for a port that cannot be. */
export function openSession(
  exchange: Exchange,
  server: MailServer,
  context: ProbeContext,
  { bounds, converse, ended }: Conversation,
): void {
  const host = hostOf(server);
  if (host === null) {
    exchange.abandon('guard_refused', 'the host is neither a name nor an address');
    return;
  }
  if (!(server.port >= 1 && server.port <= 65_535)) throw new Error(`port: found ${server.port}, expected 1 to 65535`);
  locate(exchange, host, context, (address) => {
    let over = false;
    let session: MailSession | null = null;
    const to: Connecting = {
      address,
      port: server.port,
      host,
      secureContext: () => context.trust.contextFor(exchange.request.trust),
      failed: (error) => over || failSocket(exchange, error),
      ...(server.security === 'plain' ? { take: (bytes) => session?.take(bytes) } : {}),
    };
    const open = server.security === 'tls' ? openTls : openPlain;
    open(exchange, to, (socket) => {
      exchange.enter('firstByteMs');
      session = new MailSession(exchange, server, { to, socket, bounds }, (thrown) => {
        over = true;
        ended(thrown);
      });
      session.dialogue.start(converse(session));
    });
  });
}

function hostOf(server: MailServer): Host | null {
  const known = hosts.get(server);
  if (known !== undefined) return known;
  const host = parseHost(server.host);
  if (host !== null) hosts.set(server, host);
  return host;
}
