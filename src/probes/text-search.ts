/** Looks for a text in a body as it streams by, without keeping the body. */

export interface TextSearch {
  readonly found: boolean;
  take(chunk: Uint8Array): void;
}

/** Compares bytes; holds no more than the text's own length. */
export function createTextSearch(needle: Buffer): TextSearch {
  let tail = Buffer.alloc(0);
  let found = needle.length === 0;
  return {
    get found() {
      return found;
    },
    take(chunk) {
      if (found) return;
      // The text may straddle two chunks.
      const window = Buffer.concat([tail, chunk]);
      found = window.includes(needle);
      tail = Buffer.from(window.subarray(Math.max(0, window.length - needle.length + 1)));
    },
  };
}
