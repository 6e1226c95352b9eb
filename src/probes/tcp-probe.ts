/** A connection, plain or with TLS, and on it the conversation of whoever watches, if there is one. */
import { openPlain, openTls } from './connection.ts';
import type { Exchange } from './exchange.ts';
import { parseHost } from './host.ts';
import type { ProbeContext } from './probe-context.ts';
import { locate } from './resolve.ts';
import { failSocket } from './socket-fault.ts';
import type { TcpTarget } from './target.ts';
import { converse } from './tcp-talk.ts';

/** Sends the probe; the exchange settles with its result. Throws for a port that cannot be. */
export function probeTcp(exchange: Exchange, target: TcpTarget, context: ProbeContext): void {
  const host = parseHost(target.host);
  if (host === null) {
    exchange.abandon('guard_refused', 'the host is neither a name nor an address');
    return;
  }
  const { port } = target;
  if (!(port >= 1 && port <= 65_535)) throw new Error(`port: found ${port}, expected 1 to 65535`);
  locate(exchange, host, context, (address) => {
    const secureContext = () => context.trust.contextFor(exchange.request.trust);
    const to = { address, port, host, secureContext, failed: (error: Error) => failSocket(exchange, error) };
    const open = target.tls ? openTls : openPlain;
    open(exchange, to, (socket) => {
      const hold = exchange.watch?.converse;
      if (hold === undefined) exchange.succeed();
      else converse(exchange, to, socket, hold);
    });
  });
}
