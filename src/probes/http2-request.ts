/**
 * One HTTP/2 request (RFC 9113) on a TLS connection that is ready, with Node's own client. undici's would replay a
 * refused request on a second connection and leave Node's bounds at their defaults; a probe asks once, and what comes
 * instead of a reply is its finding.
 */
import { type ClientHttp2Stream, connect, constants } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { Exchange } from './exchange.ts';
import type { Hop } from './http-plan.ts';
import { HEADERS_BYTES_MAX, type HttpReply, WIRE_BYTES_MAX } from './http-reply.ts';
import { printable } from './printable.ts';
import { codeOf, failSocket } from './socket-fault.ts';
import type { ReplyHeaders } from './watch.ts';

/** To who watches: the version is no part of what comes, as it is with HTTP/1. */
const VERSION_SHOWN = Buffer.from('HTTP/2.0');
const HEADER_PAIRS_MAX = 256;
const SESSION_MEMORY_MIB = 4;
const WINDOW_BYTES = 256 * 1024;
/** Frames that no event counts (PING, PRIORITY, unknown ones) are bounded by a look at the bytes, so often. */
const LOOK_EVERY_MS = 200;

/** The server's doing and no breach of the protocol: it does not want to serve, or is going away. */
const UNWILLING: ReadonlySet<number> = new Set([
  constants.NGHTTP2_NO_ERROR,
  constants.NGHTTP2_INTERNAL_ERROR,
  constants.NGHTTP2_REFUSED_STREAM,
  constants.NGHTTP2_CANCEL,
  constants.NGHTTP2_HTTP_1_1_REQUIRED,
]);

/** Errors that report what the server did with the stream or the session. */
const THEIR_END: ReadonlySet<string> = new Set([
  'ERR_HTTP2_GOAWAY_SESSION',
  'ERR_HTTP2_INVALID_SESSION',
  'ERR_HTTP2_SESSION_ERROR',
  'ERR_HTTP2_STREAM_CANCEL',
  'ERR_HTTP2_STREAM_ERROR',
]);

/** Sends the request and hands the reply on; what goes wrong on the way settles the exchange. */
export function askOverHttp2(exchange: Exchange, hop: Hop, socket: TLSSocket, reply: HttpReply): void {
  exchange.evidence.httpVersion = 'HTTP/2';
  const session = connect(hop.origin, {
    createConnection: () => socket,
    maxHeaderListPairs: HEADER_PAIRS_MAX,
    maxSessionMemory: SESSION_MEMORY_MIB,
    maxReservedRemoteStreams: 0,
    settings: { enablePush: false, maxHeaderListSize: HEADERS_BYTES_MAX, initialWindowSize: WINDOW_BYTES },
  });
  lookAtBytes(exchange, socket, reply);
  session.on('error', (error) => fail(exchange, reply, error, constants.NGHTTP2_PROTOCOL_ERROR));
  session.on('goaway', (code) => {
    if (!reply.over && code !== constants.NGHTTP2_NO_ERROR) failByCode(exchange, code);
  });
  session.on('close', () => closed(exchange, reply));
  const stream = session.request(headersOf(hop), { endStream: hop.body === null });
  take(exchange, stream, reply);
  if (hop.body !== null) stream.end(hop.body);
}

function take(exchange: Exchange, stream: ClientHttp2Stream, reply: HttpReply): void {
  /** What a listener throws is caught by nobody above it. */
  const guarded =
    <Parts extends readonly unknown[]>(listener: (...parts: Parts) => void) =>
    (...parts: Parts): void => {
      try {
        listener(...parts);
      } catch (thrown) {
        exchange.failWith(thrown);
      }
    };
  const start = (headers: { readonly ':status'?: number }, _flags: number, raw: readonly string[]) => {
    reply.begin();
    exchange.watch?.begun?.(VERSION_SHOWN);
    // The setting above is a request; only the number of headers is enforced.
    if (sizeOf(raw) > HEADERS_BYTES_MAX) {
      exchange.fail('http_headers_too_large', `headers of more than ${HEADERS_BYTES_MAX} bytes`);
    }
    reply.start(headers[':status'] ?? 0, headers as ReplyHeaders);
  };
  stream.on('headers', guarded(start));
  stream.on('response', guarded(start));
  stream.on(
    'data',
    guarded((chunk: Buffer) => reply.data(chunk)),
  );
  stream.on(
    'end',
    guarded(() => {
      // Node ends the stream that was reset, too.
      if (stream.rstCode === constants.NGHTTP2_NO_ERROR && !stream.aborted) reply.end();
    }),
  );
  stream.on('error', (error) => fail(exchange, reply, error, stream.rstCode ?? constants.NGHTTP2_NO_ERROR));
  stream.on('close', () => closed(exchange, reply));
}

function sizeOf(texts: readonly string[]): number {
  let size = 0;
  for (const text of texts) size += text.length;
  return size;
}

function headersOf(hop: Hop): Record<string, string> {
  const headers: Record<string, string> = { ':method': hop.method, ':path': hop.path };
  for (let at = 0; at < hop.headers.length; at += 2) {
    const [name = '', value = ''] = hop.headers.slice(at, at + 2);
    headers[name] = value;
  }
  return headers;
}

function lookAtBytes(exchange: Exchange, socket: TLSSocket, reply: HttpReply): void {
  let cancel = () => {};
  const look = () => {
    if (socket.bytesRead > WIRE_BYTES_MAX) reply.overflow();
    else cancel = exchange.clock.after(LOOK_EVERY_MS, look);
  };
  cancel = exchange.clock.after(LOOK_EVERY_MS, look);
  socket.once('close', () => cancel());
}

function fail(exchange: Exchange, reply: HttpReply, error: Error, http2Code: number): void {
  if (reply.over) return;
  const code = codeOf(error);
  if (THEIR_END.has(code)) failByCode(exchange, http2Code);
  // Found wrong on our side, by Node or nghttp2.
  else if (code.startsWith('ERR_HTTP2_')) exchange.fail('http_protocol', printable(`HTTP/2: ${error.message}`));
  else failSocket(exchange, error);
}

function failByCode(exchange: Exchange, code: number): void {
  const name = printable(NAMES.get(code) ?? `code ${code}`);
  if (UNWILLING.has(code)) exchange.fail('connection_closed', `HTTP/2: ${name} before the reply was complete`);
  else exchange.fail('http_protocol', `HTTP/2: ${name}`);
}

function closed(exchange: Exchange, reply: HttpReply): void {
  if (!reply.over) {
    exchange.fail('connection_closed', 'the connection was closed before the reply was complete');
  }
}

const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(constants).flatMap(([name, value]) => (isErrorName(name) ? [[Number(value), name.slice(8)]] : [])),
);

function isErrorName(name: string): boolean {
  return /^NGHTTP2_(?:NO_ERROR|PROTOCOL_ERROR|INTERNAL_ERROR|FLOW_CONTROL_ERROR|SETTINGS_TIMEOUT|STREAM_CLOSED|FRAME_SIZE_ERROR|REFUSED_STREAM|CANCEL|COMPRESSION_ERROR|CONNECT_ERROR|ENHANCE_YOUR_CALM|INADEQUATE_SECURITY|HTTP_1_1_REQUIRED)$/.test(
    name,
  );
}
