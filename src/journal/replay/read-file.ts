/** A replay file from disk, piece by piece: the bytes of a piece are let go before the next is read. */
import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import type { ReplayRules } from './line.ts';
import { type ReplayFile, ReplayParser } from './parse.ts';

const LINE_FEED = 0x0a;
const CHUNK_BYTES = 1 << 20;
/** A work that names a million services fits; a file without line feeds does not fill the memory. */
const LINE_BYTES_MAX = 16 << 20;

/**
 * Reads and parses a replay file.
 * @throws the file system's error when the file cannot be read; what is wrong with its contents is in the result.
 */
export async function readReplayFile(path: string, rules: ReplayRules): Promise<ReplayFile> {
  const parser = new ReplayParser(rules);
  /** Pieces of a line whose end has not come yet. */
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
    const end = chunk.lastIndexOf(LINE_FEED);
    if (end === -1) {
      pending.push(chunk);
      pendingBytes += chunk.length;
    } else {
      pending.push(chunk.subarray(0, end));
      if (!addLines(Buffer.concat(pending), parser)) return parser.finish();
      const rest = chunk.subarray(end + 1);
      pending = [rest];
      pendingBytes = rest.length;
    }
    if (pendingBytes > LINE_BYTES_MAX) {
      parser.refuse(`a line of more than ${LINE_BYTES_MAX} bytes`, 'shorter lines');
      return parser.finish();
    }
  }
  addLines(Buffer.concat(pending), parser);
  return parser.finish();
}

/** Hands on whole lines. False: it is no use to go on. */
function addLines(bytes: Buffer, parser: ReplayParser): boolean {
  if (!isUtf8(bytes)) return addLinesOneByOne(bytes, parser);
  const text = bytes.toString('utf8');
  let start = 0;
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
    if (!parser.add(text.slice(start, end))) return false;
    start = end + 1;
  }
  return parser.add(text.slice(start));
}

/** The same for bytes among which some are not UTF-8, to find the lines they are in. */
function addLinesOneByOne(bytes: Buffer, parser: ReplayParser): boolean {
  let start = 0;
  while (start <= bytes.length) {
    const found = bytes.indexOf(LINE_FEED, start);
    const end = found === -1 ? bytes.length : found;
    const line = bytes.subarray(start, end);
    const goesOn = isUtf8(line) ? parser.add(line.toString('utf8')) : parser.refuse(wrongByte(line), 'UTF-8');
    if (!goesOn) return false;
    start = end + 1;
  }
  return true;
}

/** Names the first byte that no UTF-8 text has at its place. */
function wrongByte(line: Buffer): string {
  let index = 0;
  while (index < line.length) {
    const length = [1, 2, 3, 4].find((bytes) => isUtf8(line.subarray(index, index + bytes)));
    if (length === undefined) break;
    index += length;
  }
  return `byte 0x${(line[index] ?? 0).toString(16).padStart(2, '0')} at position ${index + 1} of the line`;
}
