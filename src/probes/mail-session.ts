/**
 * What the mail probes share: the way to the first line, STARTTLS, a login that is never overheard, and a goodbye that
 * nothing depends on.
 *
 * 1. Credentials are handed out only under TLS that is believed, or where the configuration allows plain text in words.
 * 2. What a server says is kept as evidence only as far as it holds no credentials.
 */
import type { Socket } from 'node:net';
import type { SecureContext, TLSSocket } from 'node:tls';
import { quoteWithout } from './confidence.ts';
import { type Connecting, openPlain, openTls, upgrade } from './connection.ts';
import { canBeDialled } from './dial.ts';
import type { Exchange } from './exchange.ts';
import { Fault } from './fault.ts';
import { type Host, parseHost } from './host.ts';
import { type Bounds, COMMON_BOUNDS, LineDialogue, type Talk, type Wire } from './line-dialogue.ts';
import type { Failure } from './outcome.ts';
import { printable } from './printable.ts';
import type { ProbeContext } from './probe-context.ts';
import { locate } from './resolve.ts';
import { codeOf, failSocket } from './socket-fault.ts';
import type { MailCredentials, MailServer } from './target.ts';

/** How long the reply to a goodbye is waited for. The target has served by then. */
const GOODBYE_MS = 1_000;

/** What a server's host means, read once a target. */
const hosts = new WeakMap<MailServer, Host>();

/** The connection as a conversation needs it: a socket. */
export interface MailWire extends Wire {
  /** Our own address on it. */
  readonly localAddress?: string | undefined;
}

export interface MailConnection {
  readonly wire: MailWire;
  /** Puts TLS on it and calls back with what to write to from then on, once the server is believed. */
  readonly upgrade: (moved: (wire: MailWire) => void) => void;
}

export class MailSession {
  readonly exchange: Exchange;
  readonly server: MailServer;
  readonly dialogue: LineDialogue;
  readonly #connection: MailConnection;
  #heard = false;
  #secured: boolean;

  /** `ended` is called once at the end of the conversation, as by LineDialogue. */
  constructor(
    exchange: Exchange,
    server: MailServer,
    connection: MailConnection,
    { bounds, ended }: Pick<Conversation, 'bounds' | 'ended'>,
  ) {
    this.exchange = exchange;
    this.server = server;
    this.dialogue = new LineDialogue(connection.wire, bounds, ended);
    this.#connection = connection;
    this.#secured = server.security === 'tls';
  }

  /** Our own address on this connection. */
  get localAddress(): string {
    return this.#connection.wire.localAddress ?? '';
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
    if (words === '') return 'an empty line';
    const { credentials } = this.server;
    return credentials === undefined ? printable(words) : quoteWithout(secretsOf(credentials))(words);
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
    yield {
      until: (resume) =>
        this.#connection.upgrade((wire) => {
          this.exchange.enter('transferMs');
          this.#secured = true;
          this.dialogue.moveTo(wire);
          resume();
        }),
    };
  }

  /** Says goodbye and waits a moment for a line, so that the server's log shows an orderly end. */
  *sayGoodbye(command: string): Talk {
    const { exchange } = this;
    exchange.prove();
    exchange.pause(GOODBYE_MS, () => exchange.succeed());
    this.send(command);
    yield 'line';
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
  /** Default: of the system's authorities and the request's own. */
  readonly secureContext?: () => SecureContext;
  /** Called when STARTTLS has put TLS on the connection, before the talk goes on. */
  readonly secured?: (socket: TLSSocket) => void;
  /** Called once: with what was thrown, or with nothing at the end of the talk. Not called when the exchange settles. */
  readonly ended: (thrown?: unknown) => void;
}

/** Connects to one of the servers of an exchange and converses. Throws for a port that cannot be. */
export function openSession(
  exchange: Exchange,
  server: MailServer,
  context: ProbeContext,
  conversation: Conversation,
): void {
  const { bounds, converse, ended } = conversation;
  const host = hostOf(server);
  if (!canBeDialled(exchange, host, server.port)) return;
  const { party } = exchange;
  const failed = (error: Error): void => {
    if (exchange.party === party) {
      failSocket(exchange, error);
    } else {
      // It waited for its turn: the phase that is open is the other server's.
      exchange.party = party;
      exchange.fail('connection_closed', printable(codeOf(error)));
    }
  };
  locate(exchange, host, context, (address) => {
    let over = false;
    let session: MailSession | null = null;
    const to: Connecting = {
      address,
      port: server.port,
      host,
      secureContext: conversation.secureContext ?? (() => context.trust.contextFor(exchange.request.trust)),
      failed: (error) => over || failed(error),
      ...(server.security === 'plain' ? { take: (bytes) => session?.take(bytes) } : {}),
    };
    const open = server.security === 'tls' ? openTls : openPlain;
    open(exchange, to, (socket) => {
      exchange.enter('firstByteMs');
      const upgradeTo = (moved: (wire: MailWire) => void) => {
        // Nobody else may read from the socket that TLS is put on.
        stopListening();
        socket.pause();
        upgrade(exchange, to, socket, (secured) => {
          listen(begun, secured, to);
          conversation.secured?.(secured);
          moved(secured);
        });
      };
      const begun = new MailSession(
        exchange,
        server,
        { wire: socket, upgrade: upgradeTo },
        {
          bounds,
          ended: (thrown) => {
            over = true;
            ended(thrown);
          },
        },
      );
      session = begun;
      const stopListening = listen(begun, socket, to);
      begun.dialogue.start(converse(begun));
    });
  });
}

/** Hands over what comes, and that no more will; returns what ends it. */
function listen(session: MailSession, socket: Socket, to: Connecting): () => void {
  const close = () => session.dialogue.close();
  // A connection that stays plain hands its bytes over itself (see Connecting).
  const take = to.take === undefined ? (chunk: Buffer) => session.take(chunk.toString('latin1')) : null;
  if (take !== null) socket.on('data', take);
  socket.on('end', close);
  socket.on('close', close);
  return () => {
    if (take !== null) socket.off('data', take);
    socket.off('end', close);
    socket.off('close', close);
  };
}

/** What stands for a login at once (RFC 4616) is one more secret. */
function secretsOf({ username, password }: MailCredentials): readonly string[] {
  return [username, password, `\0${username}\0${password}`];
}

function hostOf(server: MailServer): Host | null {
  const known = hosts.get(server);
  if (known !== undefined) return known;
  const host = parseHost(server.host);
  if (host !== null) hosts.set(server, host);
  return host;
}
