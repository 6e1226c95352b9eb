/** Looks for a text in a body as it streams by, without keeping the body. */
import { GatheredBytes } from './gathered-bytes.ts';

export interface TextSearch {
  readonly found: boolean;
  take(chunk: Uint8Array): void;
}

/** A body of so many small pieces is meant to be costly: they are searched in batches. */
const SMALL_BYTES = 512;
const SMALL_CHUNKS_MAX = 64;
const BATCH_BYTES = 16 * 1024;

/** Compares bytes; holds no more than the text's own length and a batch. */
export function createTextSearch(needle: Buffer): TextSearch {
  let tail = Buffer.alloc(0);
  let found = needle.length === 0;
  let smallChunks = 0;
  let batch: GatheredBytes | null = null;
  let batchBytes = 0;
  const search = (chunk: Uint8Array): void => {
    // The text may straddle two chunks.
    const window = Buffer.concat([tail, chunk]);
    found = window.includes(needle);
    tail = Buffer.from(window.subarray(Math.max(0, window.length - needle.length + 1)));
  };
  const searchBatch = (): void => {
    if (batch === null || found) return;
    search(batch.bytes());
    batch = null;
    batchBytes = 0;
  };
  return {
    get found() {
      searchBatch();
      return found;
    },
    take(chunk) {
      if (found) return;
      if (chunk.length < SMALL_BYTES) smallChunks += 1;
      if (smallChunks <= SMALL_CHUNKS_MAX) {
        search(chunk);
        return;
      }
      batch ??= new GatheredBytes();
      batch.add(chunk);
      batchBytes += chunk.length;
      if (batchBytes >= BATCH_BYTES) searchBatch();
    },
  };
}
