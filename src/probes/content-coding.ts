/**
 * Decodes a body that a server compressed though it was asked not to (RFC 9110, section 8.4). Visitors' browsers would
 * read it, so it is judged as what it says; a bound keeps a few kilobytes from becoming gigabytes.
 */
import { brotliDecompressSync, constants, gunzipSync, inflateSync } from 'node:zlib';
import { codeOf } from './socket-fault.ts';

export type Decoded =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'too large' }
  | { readonly kind: 'undecodable' };

type Decode = (bytes: Buffer, most: number) => Buffer;

/** A body that was cut at our bound is decoded as far as it goes. */
const CODINGS: ReadonlyMap<string, Decode> = new Map([
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  ['deflate', (bytes, most) => inflateSync(bytes, { maxOutputLength: most, finishFlush: constants.Z_SYNC_FLUSH })],
  [
    'br',
    (bytes, most) =>
      brotliDecompressSync(bytes, { maxOutputLength: most, finishFlush: constants.BROTLI_OPERATION_FLUSH }),
  ],
]);

function gunzip(bytes: Buffer, most: number): Buffer {
  return gunzipSync(bytes, { maxOutputLength: most, finishFlush: constants.Z_SYNC_FLUSH });
}

/** Whether a header's value names a coding at all. */
export function isCoded(coding: string | undefined): coding is string {
  return coding !== undefined && coding !== '' && coding.trim().toLowerCase() !== 'identity';
}

/** Decodes to at most so many bytes. One coding: a list of them is not decoded. */
export function decode(bytes: Buffer, coding: string, most: number): Decoded {
  const how = CODINGS.get(coding.trim().toLowerCase());
  if (how === undefined) return { kind: 'undecodable' };
  try {
    return { kind: 'bytes', bytes: how(bytes, most) };
  } catch (error) {
    return { kind: codeOf(error) === 'ERR_BUFFER_TOO_LARGE' ? 'too large' : 'undecodable' };
  }
}
