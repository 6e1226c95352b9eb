/**
 * A conversation over TCP whose lines somebody else decides on, as the module of a scrape does. Bytes are read as UTF-8
 * where they are it; no more than the bounds is ever held.
 */
import type { Socket } from 'node:net';
import { type Connecting, upgrade } from './connection.ts';
import type { Exchange } from './exchange.ts';
import { Fault } from './fault.ts';
import type { TcpTalk } from './watch.ts';

const LINE_BYTES_MAX = 64 * 1024;
const TOTAL_BYTES_MAX = 1024 * 1024;

/** Lets `hold` talk on an open connection; what that throws, or its return, settles the exchange. */
export function converse(
  exchange: Exchange,
  to: Connecting,
  opened: Socket,
  hold: (talk: TcpTalk) => Promise<void>,
): void {
  let lines = new Lines(opened, () => exchange.enter('transferMs'));
  exchange.enter('firstByteMs');
  const talk: TcpTalk = {
    readLine: () => lines.next(),
    sendLine: (text) => void lines.socket.write(`${text}\n`),
    startTls: () =>
      new Promise((resolve) => {
        lines.release();
        upgrade(exchange, to, lines.socket, (secured) => {
          exchange.enter('transferMs');
          lines = new Lines(secured, () => {});
          resolve();
        });
      }),
  };
  hold(talk).then(
    () => exchange.succeed(),
    (thrown: unknown) => exchange.failWith(thrown),
  );
}

class Lines {
  readonly socket: Socket;
  readonly #began: () => void;
  #unread = Buffer.alloc(0);
  #total = 0;
  #closed = false;
  #wake: () => void = () => {};

  constructor(socket: Socket, began: () => void) {
    this.socket = socket;
    this.#began = began;
    socket.on('data', this.#take);
    socket.on('end', this.#end);
    socket.on('close', this.#end);
  }

  async next(): Promise<string | null> {
    for (;;) {
      const end = this.#unread.indexOf(0x0a);
      if (end > LINE_BYTES_MAX || (end === -1 && this.#unread.length > LINE_BYTES_MAX)) {
        throw new Fault('reply_too_large', `a line of more than ${LINE_BYTES_MAX} bytes`);
      }
      if (this.#total > TOTAL_BYTES_MAX) throw new Fault('reply_too_large', `more than ${TOTAL_BYTES_MAX} bytes`);
      if (end !== -1 || (this.#closed && this.#unread.length > 0)) {
        const line = this.#unread.toString('utf8', 0, end === -1 ? undefined : end);
        this.#unread = end === -1 ? Buffer.alloc(0) : this.#unread.subarray(end + 1);
        return line.endsWith('\r') ? line.slice(0, -1) : line;
      }
      if (this.#closed) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Leaves the socket to TLS. */
  release(): void {
    this.socket.off('data', this.#take);
    this.socket.off('end', this.#end);
    this.socket.off('close', this.#end);
    this.socket.pause();
  }

  readonly #take = (chunk: Buffer): void => {
    if (this.#total === 0) this.#began();
    this.#total += chunk.length;
    if (this.#total <= TOTAL_BYTES_MAX) this.#unread = Buffer.concat([this.#unread, chunk]);
    else this.socket.pause();
    this.#wake();
  };

  readonly #end = (): void => {
    this.#closed = true;
    this.#wake();
  };
}
