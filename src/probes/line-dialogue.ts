/**
 * Lines over a socket, for protocols of text commands. Bytes are read as Latin-1, so every byte is one character and
 * nothing can be malformed; what goes into evidence is made printable by whoever puts it there.
 *
 * 1. No more than the bounds is ever held, whether or not anybody reads.
 * 2. A line ends with LF; a CR before it is dropped (mail clients are as lenient).
 * 3. Lines that came before the connection closed are still read.
 */
import type { Socket } from 'node:net';
import { Fault } from './fault.ts';

const LINE_BYTES_MAX = 4 * 1024;
const TOTAL_BYTES_MAX = 64 * 1024;

interface Reader {
  resolve(line: string): void;
  reject(fault: Fault): void;
}

export class LineDialogue {
  readonly #socket: Socket;
  readonly #firstByte: () => void;
  #unread = '';
  #searched = 0;
  #total = 0;
  #fault: Fault | null = null;
  #reader: Reader | null = null;

  /** Reads from the socket from now on. `firstByte` is called when the first bytes come. */
  constructor(socket: Socket, firstByte: () => void) {
    this.#socket = socket;
    this.#firstByte = firstByte;
    socket.on('data', this.#take);
    socket.on('end', this.#closed);
    socket.on('close', this.#closed);
  }

  /**
   * The next line, without its end. One reader at a time. Rejects with a `Fault`: `reply_too_large` at a bound,
   * `connection_closed` when no whole line is left.
   */
  readLine(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
      this.#serve();
    });
  }

  /** Sends a command; CRLF is added. */
  send(command: string): void {
    this.#socket.write(`${command}\r\n`, 'latin1');
  }

  /** Stops reading and leaves the socket to TLS. Returns how many bytes have come that nobody has read. */
  release(): number {
    this.#socket.off('data', this.#take);
    this.#socket.off('end', this.#closed);
    this.#socket.off('close', this.#closed);
    this.#socket.pause();
    return this.#unread.length + this.#socket.readableLength;
  }

  readonly #take = (chunk: Buffer): void => {
    if (this.#total === 0) this.#firstByte();
    this.#total += chunk.length;
    if (this.#total > TOTAL_BYTES_MAX) {
      this.#end(new Fault('reply_too_large', `more than ${TOTAL_BYTES_MAX} bytes`));
      return;
    }
    this.#unread += chunk.toString('latin1');
    this.#serve();
  };

  readonly #closed = (): void => {
    this.#end(new Fault('connection_closed', 'the connection was closed before the reply was complete'));
  };

  #serve(): void {
    const reader = this.#reader;
    if (reader === null) return;
    const end = this.#unread.indexOf('\n', this.#searched);
    if ((end === -1 ? this.#unread.length : end) > LINE_BYTES_MAX) {
      this.#end(new Fault('reply_too_large', `a line of more than ${LINE_BYTES_MAX} bytes`));
    }
    if (this.#fault?.failure === 'reply_too_large' || (end === -1 && this.#fault !== null)) {
      this.#reader = null;
      reader.reject(this.#fault);
    } else if (end === -1) {
      this.#searched = this.#unread.length;
    } else {
      this.#reader = null;
      const line = this.#unread.slice(0, this.#unread[end - 1] === '\r' ? end - 1 : end);
      this.#unread = this.#unread.slice(end + 1);
      this.#searched = 0;
      reader.resolve(line);
    }
  }

  #end(fault: Fault): void {
    if (this.#fault !== null) return;
    this.#fault = fault;
    if (fault.failure === 'reply_too_large') this.#socket.destroy();
    this.#serve();
  }
}
