/** The way from a target's host and port to an open connection, for probes of any protocol over TCP. */
import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { type Connecting, openPlain, openTls } from './connection.ts';
import type { Exchange } from './exchange.ts';
import { type Host, parseHost } from './host.ts';
import type { ProbeContext } from './probe-context.ts';
import { locate } from './resolve.ts';
import { failSocket } from './socket-fault.ts';

export interface Dialling {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte. */
  readonly tls: boolean;
  readonly secureContext: () => SecureContext;
}

/**
 * Looks the host up, passes the guard, connects, and calls back when the connection is ready; settles the exchange when
 * any of that fails. Throws for a port that cannot be.
 */
export function dial(
  exchange: Exchange,
  target: Dialling,
  context: ProbeContext,
  opened: (socket: Socket, to: Connecting) => void,
): void {
  const host = parseHost(target.host);
  const { port, secureContext } = target;
  if (!canBeDialled(exchange, host, port)) return;
  locate(exchange, host, context, (address) => {
    const failed = (error: Error) => failSocket(exchange, error);
    const to: Connecting = { address, port, host, secureContext, failed };
    const open = target.tls ? openTls : openPlain;
    open(exchange, to, (socket) => opened(socket, to));
  });
}

/** Settles the exchange for what is no host. Throws for a port that cannot be. */
export function canBeDialled(exchange: Exchange, host: Host | null, port: number): host is Host {
  if (host === null) {
    exchange.abandon('guard_refused', 'the host is neither a name nor an address');
    return false;
  }
  if (!(port >= 1 && port <= 65_535)) throw new Error(`port: found ${port}, expected 1 to 65535`);
  return true;
}
