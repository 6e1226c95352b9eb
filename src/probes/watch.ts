/**
 * Hears what a probe sees beyond its evidence, for an answer that shows more than an observation keeps. Scheduled probes
 * have none, and pay nothing for it. What comes is the target's own, neither bounded in words nor made printable.
 */
import type { TLSSocket } from 'node:tls';

export interface Watch {
  /** The handshake is done; the certificate may yet be found wanting. */
  readonly secured?: (socket: TLSSocket) => void;
  /** The final status and headers of an HTTP reply, names in lower case. */
  readonly head?: (status: number, headers: Readonly<Record<string, string | string[] | undefined>>) => void;
  /** The first bytes of the reply as they came. */
  readonly begun?: (bytes: Buffer) => void;
  /** A part of the body, within the bounds of the probe. */
  readonly body?: (chunk: Buffer) => void;
}
