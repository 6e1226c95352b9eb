/**
 * A conversation in lines of text with a server that may do anything. The conversation is a generator: it yields what it
 * waits for and is resumed in the same turn in which that came, so a line costs neither a promise nor a closure, and the
 * whole can be driven without a socket. Bytes are read as Latin-1, so every byte is one character and nothing can be
 * malformed; what goes into evidence is made printable by whoever puts it there.
 *
 * 1. No more than the bounds is ever held, whether or not anybody waits.
 * 2. A line ends with LF; a CR before it is dropped (mail clients are as lenient).
 * 3. Lines that came before the connection closed are still read.
 * 4. It ends exactly once; what comes later is dropped.
 */
import { Fault } from './fault.ts';

/** What a conversation waits for. It is resumed with the line without its end, with the bytes, or with nothing. */
export type Wait =
  | 'line'
  | { readonly bytes: number }
  /** Something outside the dialogue that calls back when it is done, once, later or at once. */
  | { readonly until: (resume: () => void) => void };

export type Talk<Result = void> = Generator<Wait, Result, string>;

/** Where commands go: a socket. */
export interface Wire {
  write(text: string, encoding: 'latin1'): unknown;
  /** Nothing more will be read. */
  destroy(): unknown;
}

export interface Bounds {
  readonly lineBytesMax: number;
  /** From the connection, or STARTTLS, on. */
  readonly totalBytesMax: number;
}

export const COMMON_BOUNDS: Bounds = { lineBytesMax: 4 * 1024, totalBytesMax: 64 * 1024 };

export class LineDialogue {
  readonly #bounds: Bounds;
  readonly #ended: (thrown?: unknown) => void;
  #wire: Wire;
  #talk: Talk | null = null;
  #wait: Wait = 'line';
  #text = '';
  /** Where in the text the next line begins, and how far its end was looked for. */
  #at = 0;
  #searched = 0;
  #total = 0;
  #closed = false;
  #running = false;

  /** `ended` is called once: with what was thrown, a `Fault` or a defect of ours, or with nothing at the talk's end. */
  constructor(wire: Wire, bounds: Bounds, ended: (thrown?: unknown) => void) {
    this.#wire = wire;
    this.#bounds = bounds;
    this.#ended = ended;
  }

  /** What came and was not read. */
  get unread(): string {
    return this.#text.slice(this.#at);
  }

  /** Begins the conversation. */
  start(talk: Talk): void {
    this.#talk = talk;
    this.#resume('');
    this.#serve();
  }

  /** Sends a command; CRLF is added. Each character is a byte. */
  send(command: string): void {
    this.#wire.write(`${command}\r\n`, 'latin1');
  }

  /** Goes on over another wire, TLS, with the bounds anew. Nothing unread may be left. */
  moveTo(wire: Wire): void {
    this.#wire = wire;
    this.#total = 0;
  }

  /** Takes in bytes that came, as Latin-1. */
  take(came: string): void {
    if (this.#talk === null) return;
    this.#total += came.length;
    if (this.#total > this.#bounds.totalBytesMax) {
      this.#overflow(`more than ${this.#bounds.totalBytesMax} bytes`);
      return;
    }
    if (this.#at === this.#text.length) {
      this.#text = came;
      this.#searched = 0;
    } else {
      this.#text = this.#text.slice(this.#at) + came;
      this.#searched -= this.#at;
    }
    this.#at = 0;
    this.#serve();
  }

  /** Nothing more will come. */
  close(): void {
    this.#closed = true;
    this.#serve();
  }

  /** Hands over what is there while the conversation waits for it. */
  #serve(): void {
    if (this.#running) return;
    while (this.#talk !== null) {
      const wait = this.#wait;
      if (typeof wait === 'object' && 'until' in wait) return;
      const next = wait === 'line' ? this.#nextLine() : this.#nextBytes(wait.bytes);
      if (next === null) {
        if (this.#closed) {
          this.#end(new Fault('connection_closed', 'the connection was closed before the reply was complete'));
        }
        return;
      }
      this.#resume(next);
    }
  }

  #nextLine(): string | null {
    const text = this.#text;
    const end = text.indexOf('\n', this.#searched);
    const { lineBytesMax } = this.#bounds;
    if ((end === -1 ? text.length : end) - this.#at > lineBytesMax) {
      this.#overflow(`a line of more than ${lineBytesMax} bytes`);
      return null;
    }
    if (end === -1) {
      this.#searched = text.length;
      return null;
    }
    const line = text.slice(this.#at, end > this.#at && text.charCodeAt(end - 1) === CR ? end - 1 : end);
    this.#at = end + 1;
    this.#searched = this.#at;
    return line;
  }

  #nextBytes(count: number): string | null {
    if (this.#text.length - this.#at < count) return null;
    const bytes = this.#text.slice(this.#at, this.#at + count);
    this.#at += count;
    this.#searched = this.#at;
    return bytes;
  }

  #resume(came: string): void {
    const talk = this.#talk;
    if (talk === null) return;
    this.#running = true;
    try {
      const { done, value } = talk.next(came);
      if (done) {
        this.#end();
        return;
      }
      this.#wait = value;
    } catch (thrown) {
      this.#end(thrown);
      return;
    } finally {
      this.#running = false;
    }
    const wait = this.#wait;
    if (typeof wait !== 'object' || !('until' in wait)) return;
    try {
      wait.until(() => {
        if (this.#wait !== wait) return;
        this.#wait = 'line';
        this.#resume('');
        this.#serve();
      });
    } catch (thrown) {
      this.#end(thrown);
    }
  }

  #overflow(what: string): void {
    this.#wire.destroy();
    this.#end(new Fault('reply_too_large', what));
  }

  #end(thrown?: unknown): void {
    if (this.#talk === null) return;
    this.#talk = null;
    this.#text = '';
    this.#at = 0;
    this.#ended(thrown);
  }
}

const CR = 13;
