/** Replies that a hostile web server could send: good ones, mutated; grammar-like ones with wrong parts; plain noise. */
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { SeededRandom } from './seeded-random.ts';

const STATUS_LINES = [
  'HTTP/1.1 200 OK\r\n',
  'HTTP/1.0 200 OK\r\n',
  'HTTP/1.1 204 No Content\r\n',
  'HTTP/1.1 302 Found\r\n',
  'HTTP/1.1 308 Moved\r\n',
  'HTTP/1.1 503 Busy\r\n',
  'HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\n',
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n',
  'HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: Upgrade\r\n',
  'HTTP/1.1 000 x\r\n',
  'HTTP/2 200\r\n',
  '\r\n\r\nHTTP/1.1 200 OK\r\n',
  'SSH-2.0-x\r\n',
];
const HEADERS = [
  'Content-Length: 5\r\n',
  'Content-Length: 0\r\n',
  'Content-Length: 5\r\nContent-Length: 6\r\n',
  'Content-Length: 99999999999999999999\r\n',
  'Content-Length: -1\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding: gzip, chunked\r\n',
  'Content-Encoding: gzip\r\n',
  'Content-Encoding: deflate\r\n',
  'Content-Encoding: br\r\n',
  'Content-Encoding: \x80\r\n',
  'Location: /next\r\n',
  'Location: http://127.0.0.1:1/\r\n',
  'Location: file:///etc/passwd\r\n',
  'Location: http://[::1\r\n',
  'Location: //a@b/\r\n',
  'Location: \xff\xfe\r\n',
  'Content-Type: text/html\r\n',
  'X-A: b\r\n c\r\n',
  'X-A: \x1b[2J\r\n',
  'X-A: \x9b31m\r\n',
  '__proto__: x\r\n',
  'constructor: x\r\n',
  'Set-Cookie: a=b\r\nSet-Cookie: c=d\r\n',
  'Connection: keep-alive\r\nKeep-Alive: timeout=1\r\n',
  ': x\r\n',
  'x\r\n',
];
/** Those that a decent server sends, so that most inputs get beyond their headers. */
const GOOD_HEADERS = HEADERS.filter((header) =>
  /^(?:Content-(?:Type|Encoding: [gdb])|Transfer-Encoding: chunked|Location: \/next|Set)/.test(header),
);
const BODIES: readonly Buffer[] = [
  ...[
    '',
    'hello',
    '5\r\nhello\r\n0\r\n\r\n',
    '5;a=b\r\nhello\r\n0\r\nX-T: y\r\n\r\n',
    '-1\r\n',
    'ffffffffffffffff1\r\n',
    '{"a":{"b":1}}',
    '{"a":{"b":"\\u001b[2J\\u202e"}}',
    '['.repeat(200),
    '{"__proto__":{"b":1}}',
    'hello Fatal error',
    '\0\x1b[31m\u202e',
  ].map((text) => Buffer.from(text)),
  gzipSync('hello'),
  gzipSync(Buffer.alloc(3_000_000)),
  deflateSync('hello'),
  brotliCompressSync('hello'),
];
const TOKENS: readonly Buffer[] = [
  '\r\n',
  '\n',
  '\r',
  '\0',
  ':',
  ' ',
  '\t',
  '0',
  '-',
  ';',
  '\xff',
  '\x1b',
  'chunked',
  'HTTP/1.1 ',
  '\r\n\r\n',
  'z'.repeat(2_000),
].map((text) => Buffer.from(text, 'latin1'));

/** One reply. */
export function randomReply(random: SeededRandom): Buffer {
  const kind = random.next();
  if (kind < 0.1) return noise(random, random.whole(0, 400));
  const reply = assemble(random);
  return kind < 0.5 ? reply : mutate(random, reply);
}

/** The same bytes in a few pieces. */
export function randomPieces(random: SeededRandom, bytes: Buffer): readonly Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = random.chance(0.3) ? random.whole(1, 8) : bytes.length;
    pieces.push(bytes.subarray(at, at + length));
    at += length;
    if (pieces.length > 20) {
      pieces.push(bytes.subarray(at));
      break;
    }
  }
  return pieces;
}

function assemble(random: SeededRandom): Buffer {
  const good = random.chance(0.7);
  const headers = Array.from({ length: random.whole(0, 4) }, () => random.pick(good ? GOOD_HEADERS : HEADERS)).join('');
  const head = Buffer.from(
    `${good ? STATUS_LINES[random.whole(0, 6)] : random.pick(STATUS_LINES)}${headers}\r\n`,
    'latin1',
  );
  return Buffer.concat([head, random.pick(BODIES)]);
}

function mutate(random: SeededRandom, bytes: Buffer): Buffer {
  let mutated = Buffer.from(bytes);
  for (let times = random.magnitude(1, 12); times > 0; times -= 1) {
    const at = random.whole(0, mutated.length);
    const end = Math.min(mutated.length, at + random.magnitude(1, 64));
    switch (random.whole(0, 4)) {
      case 0:
        if (at < mutated.length) mutated[at] = random.whole(0, 255);
        break;
      case 1:
        mutated = Buffer.concat([mutated.subarray(0, at), random.pick(TOKENS), mutated.subarray(at)]);
        break;
      case 2:
        mutated = Buffer.concat([mutated.subarray(0, at), mutated.subarray(end)]);
        break;
      case 3:
        mutated = Buffer.concat([mutated.subarray(0, end), mutated.subarray(at)]);
        break;
      default:
        mutated = mutated.subarray(0, at);
    }
  }
  return mutated;
}

function noise(random: SeededRandom, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at += 1) bytes[at] = random.whole(0, 255);
  return bytes;
}
