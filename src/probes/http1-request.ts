/**
 * One HTTP/1.1 request on a connection that is ready, with undici's parser and our own bounds.
 *
 * A `Client` a probe: a shared `Agent` costs more over thousands of origins, and a connection that is used again says
 * nothing of whether a new visitor gets one.
 */
import type { Socket } from 'node:net';
import { type buildConnector, Client, type Dispatcher } from 'undici';
import type { Exchange } from './exchange.ts';
import type { Hop } from './http-plan.ts';
import { HEADERS_BYTES_MAX, type HttpReply, WIRE_BYTES_MAX } from './http-reply.ts';
import { printable } from './printable.ts';
import { codeOf, failSocket } from './socket-fault.ts';

/** Sends the request and hands the reply on; errors of the parser settle the exchange. */
export function askOverHttp1(exchange: Exchange, hop: Hop, socket: Socket, reply: HttpReply): void {
  socket.on('readable', () => socket.bytesRead > WIRE_BYTES_MAX && reply.overflow());
  const begun = exchange.watch?.begun;
  if (begun !== undefined) tapBeginning(socket, begun);
  let ready: buildConnector.Callback | undefined;
  const client = new Client(hop.origin, {
    // The exchange's deadline is the only one.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: HEADERS_BYTES_MAX,
    allowH2: false,
    connect: (_options, callback) => {
      ready = callback;
    },
  });
  client.dispatch(
    // The types want a mutable list; undici only reads it.
    { path: hop.path, method: hop.method, headers: hop.headers as string[], body: hop.body, reset: true },
    new Http1Handler(exchange, socket, reply),
  );
  // Not within the dispatch: the client would take the connection and forget to write.
  ready?.(null, socket);
}

/** Shows the first bytes that the parser reads. The parser calls `read` and no listener could see them besides it. */
function tapBeginning(socket: Socket, begun: (bytes: Buffer) => void): void {
  const read = socket.read.bind(socket);
  socket.read = (size?: number): unknown => {
    const chunk: unknown = read(size);
    if (chunk instanceof Buffer) {
      socket.read = read;
      begun(chunk);
    }
    return chunk;
  };
}

class Http1Handler implements Dispatcher.DispatchHandler {
  readonly #exchange: Exchange;
  readonly #socket: Socket;
  readonly #reply: HttpReply;

  constructor(exchange: Exchange, socket: Socket, reply: HttpReply) {
    this.#exchange = exchange;
    this.#socket = socket;
    this.#reply = reply;
  }

  onRequestStart(): void {}

  onResponseStarted(): void {
    this.#reply.begin();
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    this.#reply.start(status, headers);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#reply.data(chunk);
  }

  onResponseEnd(): void {
    this.#reply.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (!this.#reply.over) failHttp1(this.#exchange, error, this.#socket.readableEnded);
  }
}

/** Names what undici's parser, undici's connection or the socket found wrong. */
export function failHttp1(exchange: Exchange, error: Error, ended: boolean): void {
  if (exchange.done) return;
  const code = codeOf(error);
  if (code === 'UND_ERR_HEADERS_OVERFLOW') {
    exchange.fail('http_headers_too_large', `headers of more than ${HEADERS_BYTES_MAX} bytes`);
  } else if (isCutShort(error, code, ended)) {
    exchange.fail('connection_closed', 'the connection was closed before the reply was complete');
  } else if (error.name === 'HTTPParserError' || code.startsWith('UND_ERR_')) {
    exchange.fail('http_protocol', printable(error.message));
  } else {
    failSocket(exchange, error);
  }
}

function isCutShort(error: Error, code: string, ended: boolean): boolean {
  if (code === 'UND_ERR_SOCKET') return !error.message.startsWith('bad ');
  // A wrong framing of a body of known length carries this code too.
  if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') return ended;
  // The parser's own code is lost on the way (undici 8.12).
  return error.name === 'HTTPParserError' && ended;
}
