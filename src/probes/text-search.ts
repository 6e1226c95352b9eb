/** Looks for a text in a body as it streams by, without keeping the body. */
import { printable } from './printable.ts';

export interface TextSearch {
  readonly found: boolean;
  /** One sentence: what must be there. */
  readonly wanted: string;
  take(chunk: Uint8Array): void;
  /** One sentence: what was there instead. */
  describe(): string;
}

const BEGINNING_BYTES = 120;

/** Compares UTF-8 bytes; holds no more than the text's own length and the body's first 120 bytes. */
export function createTextSearch(text: string): TextSearch {
  const needle = Buffer.from(text, 'utf8');
  let tail = Buffer.alloc(0);
  let beginning = '';
  let bytes = 0;
  let found = needle.length === 0;
  return {
    wanted: `a body with "${printable(text)}"`,
    get found() {
      return found;
    },
    take(chunk) {
      bytes += chunk.length;
      if (beginning.length < BEGINNING_BYTES) {
        beginning += Buffer.from(chunk.subarray(0, BEGINNING_BYTES - beginning.length)).toString('latin1');
      }
      if (found) return;
      // The text may straddle two chunks.
      const window = Buffer.concat([tail, chunk]);
      found = window.includes(needle);
      tail = Buffer.from(window.subarray(Math.max(0, window.length - needle.length + 1)));
    },
    describe: () => `${bytes} bytes without it, beginning "${printable(beginning)}"`,
  };
}
