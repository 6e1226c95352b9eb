/**
 * What an HTTP probe of our own over a plain socket would cost: one connection, the request written as text, the head of the
 * reply read with bounds, the body by its length or to the end. A measurement, not a probe: no chunks, no interim replies,
 * no trailers, none of the strictness about framing that undici's parser (llhttp) has. See docs/benchmarks.md.
 */
import { connect, type Socket } from 'node:net';
import { startDeadline } from '../../src/probes/deadline.ts';
import { systemClock } from '../../src/runtime/clock.ts';

const HEAD_BYTES_MAX = 32 * 1_024;
const buffer = Buffer.allocUnsafeSlow(64 * 1_024);

/** Settles once with whether the reply was complete and its status from 200 to 399. */
export function exchangeThin(
  to: { readonly port: number; readonly path: string; readonly timeoutMs: number },
  settled: (ok: boolean) => void,
): void {
  let head = '';
  let status = 0;
  let remaining = -1;
  let done = false;
  const settle = (ok: boolean) => {
    if (done) return;
    done = true;
    cancel();
    socket.destroy();
    settled(ok);
  };
  const cancel = startDeadline(systemClock, to.timeoutMs, () => settle(false));
  const take = (bytes: number): boolean => {
    if (remaining >= 0) {
      remaining -= bytes;
    } else {
      head += buffer.toString('latin1', 0, bytes);
      const end = head.indexOf('\r\n\r\n');
      if (end === -1) {
        if (head.length > HEAD_BYTES_MAX) settle(false);
        return true;
      }
      status = Number(head.slice(9, 12));
      const length = /\r\ncontent-length: *([0-9]+) *\r\n/i.exec(head.slice(0, end + 2))?.[1];
      remaining = (length === undefined ? Number.POSITIVE_INFINITY : Number(length)) - (head.length - end - 4);
    }
    if (remaining <= 0) settle(remaining === 0 && status >= 200 && status < 400);
    return true;
  };
  const socket: Socket = connect({ host: '127.0.0.1', port: to.port, onread: { buffer, callback: take } });
  socket.on('error', () => settle(false));
  socket.on('end', () => settle(remaining === Number.POSITIVE_INFINITY && status >= 200 && status < 400));
  socket.once('connect', () => {
    socket.write(
      `GET ${to.path} HTTP/1.1\r\nhost: 127.0.0.1:${to.port}\r\nconnection: close\r\nuser-agent: Kepil\r\naccept: */*\r\naccept-encoding: identity\r\n\r\n`,
      'latin1',
    );
  });
}
