/**
 * A connection, plain or with TLS; then, if asked for, bytes that are sent and bytes that must come back, or the
 * conversation of whoever watches.
 */
import type { Socket } from 'node:net';
import { dial } from './dial.ts';
import type { Exchange } from './exchange.ts';
import { printable } from './printable.ts';
import type { ProbeContext } from './probe-context.ts';
import type { TcpTarget } from './target.ts';
import { converse } from './tcp-talk.ts';

/** What is not among the first bytes is not looked for any further. */
const REPLY_BYTES_MAX = 64 * 1024;
const SHOWN = 120;

/** Sends the probe; the exchange settles with its result. */
export function probeTcp(exchange: Exchange, target: TcpTarget, context: ProbeContext): void {
  const { host, port, tls } = target;
  const secureContext = () => context.trust.contextFor(exchange.request.trust);
  dial(exchange, { host, port, tls, secureContext }, context, (socket, to) => {
    const hold = exchange.watch?.converse;
    if (hold !== undefined) {
      converse(exchange, to, socket, hold);
      return;
    }
    if (target.expect === undefined) {
      exchange.succeed();
      return;
    }
    exchange.enter('firstByteMs');
    awaitBytes(exchange, socket, target.expect);
    if (target.send !== undefined) socket.write(target.send, 'latin1');
  });
}

/** Reads until the expected bytes have come, a bound is reached, or nothing more can come. */
function awaitBytes(exchange: Exchange, socket: Socket, expected: string): void {
  let received = '';
  const mismatch = (why: string) =>
    exchange.fail(
      'tcp_mismatch',
      `${received.length} bytes ${why}, beginning "${printable(received, SHOWN)}"`,
      `"${printable(expected, SHOWN)}"`,
    );
  // A server that says something else and then waits for us is not a silent one.
  exchange.atDeadline = () => received !== '' && mismatch('and no more in time');
  socket.on('data', (chunk: Buffer) => {
    if (exchange.done) return;
    if (received === '') exchange.enter('transferMs');
    const from = Math.max(0, received.length - expected.length + 1);
    received += chunk.toString('latin1', 0, REPLY_BYTES_MAX - received.length);
    if (received.indexOf(expected, from) !== -1) exchange.succeed();
    else if (received.length >= REPLY_BYTES_MAX) mismatch('without it');
  });
  const closed = () => {
    if (received === '') exchange.fail('connection_closed', 'the connection was closed before the reply was complete');
    else mismatch('and then the end');
  };
  socket.once('end', closed);
  socket.once('close', closed);
}
