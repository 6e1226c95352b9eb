/**
 * Hears what a probe sees beyond its evidence, for an answer that shows more than an observation keeps. Scheduled probes
 * have none, and pay nothing for it. What comes is the target's own, neither bounded in words nor made printable.
 */
import type { TLSSocket } from 'node:tls';

/** By name in lower case. */
export type ReplyHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A conversation over TCP; `tcp-talk.ts` holds it. */
export interface TcpTalk {
  /** The next line without its end; null when the server has closed and no line is left. Rejects with a `Fault`. */
  readLine(): Promise<string | null>;
  /** Sends a text and a line feed. */
  sendLine(text: string): void;
  /** Puts TLS on the connection; what was read ahead in the clear is not kept. */
  startTls(): Promise<void>;
}

export interface Watch {
  /** The handshake is done; the certificate may yet be found wanting. */
  readonly secured?: (socket: TLSSocket) => void;
  /** The final status and headers of an HTTP reply, names in lower case. */
  readonly head?: (status: number, headers: ReplyHeaders) => void;
  /** The first bytes of the reply as they came; of HTTP/2, which does not write it, the version alone. */
  readonly begun?: (bytes: Buffer) => void;
  /** A part of the body, within the bounds of the probe. */
  readonly body?: (chunk: Buffer) => void;
  /**
   * The reply to a question of DNS, asked without EDNS. The verdict on it is the watcher's: the probe succeeds with any
   * reply, unless this throws a `MalformedReply`.
   */
  readonly answered?: (message: Buffer) => void;
  /** The TTL, or hop limit, of the echo that came. */
  readonly echoed?: (hopLimit: number) => void;
  /** Talks on the connection of a tcp probe; what it throws, or its return, ends the probe. */
  readonly converse?: (talk: TcpTalk) => Promise<void>;
}
