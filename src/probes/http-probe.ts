/**
 * One HTTP request on a connection of its own, with undici's parser and our own connection, deadline and bounds.
 *
 * A `Client` a probe: a shared `Agent` costs more over thousands of origins, and a connection that is used again says
 * nothing of whether a new visitor gets one. Redirects are not followed. The socket is destroyed at the end.
 */
import type { Socket } from 'node:net';
import { Client, type Dispatcher } from 'undici';
import { VERSION } from '../runtime/version.ts';
import { openPlain, openTls } from './connection.ts';
import type { Exchange } from './exchange.ts';
import { type Host, parseHost } from './host.ts';
import { printable } from './printable.ts';
import type { ProbeContext } from './probe-context.ts';
import { locate } from './resolve.ts';
import { codeOf, failSocket } from './socket-fault.ts';
import type { HttpTarget, StatusRange } from './target.ts';
import { createTextSearch, type TextSearch } from './text-search.ts';

const HEADERS_BYTES_MAX = 32 * 1024;
const BODY_BYTES_MAX = 1024 * 1024;
/** Bounds what no callback counts: an endless reason phrase, chunk extensions, a body in one-byte chunks. */
const WIRE_BYTES_MAX = 8 * BODY_BYTES_MAX;
const INTERIM_REPLIES_MAX = 16;

const REQUEST_HEADERS = [
  'user-agent',
  `Kepil/${VERSION}`,
  'accept',
  '*/*',
  // The text is looked for in the bytes as they come.
  'accept-encoding',
  'identity',
];

/** What is read from a target's URL once and used by every probe of it. */
interface Address {
  readonly host: Host | null;
  readonly port: number;
  readonly secure: boolean;
  /** The origin alone: undici takes no path here. */
  readonly origin: URL;
  readonly path: string;
}

const addresses = new WeakMap<HttpTarget, Address>();

/** Sends the probe; the exchange settles with its result. Throws only for a URL that is no http or https URL. */
export function probeHttp(exchange: Exchange, target: HttpTarget, context: ProbeContext): void {
  const to = addressOf(target);
  if (to.host === null) {
    exchange.abandon('guard_refused', 'the host of the URL is neither a name nor an address');
    return;
  }
  const host = to.host;
  locate(exchange, host, context, (address) => {
    const reply = new HttpReply(exchange, target);
    const client = new Client(to.origin, {
      allowH2: false,
      // The exchange's deadline is the only one.
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: HEADERS_BYTES_MAX,
      connect: (_options, ready) => {
        const open = to.secure ? openTls : openPlain;
        const secureContext = () => context.trust.contextFor(exchange.request.trust);
        const failed = (error: Error) => reply.fail(error);
        open(exchange, { address, port: to.port, host, secureContext, protocol: 'http/1.1', failed }, (socket) => {
          reply.begin(socket);
          ready(null, socket);
        });
      },
    });
    const { method = 'GET', body = null } = target;
    client.dispatch({ path: to.path, method, body, headers: headersOf(target), reset: true }, reply);
  });
}

/** Takes the reply in as it comes, and settles the exchange as soon as the answer is known. */
class HttpReply implements Dispatcher.DispatchHandler {
  readonly #exchange: Exchange;
  readonly #accepted: readonly StatusRange[];
  readonly #search: TextSearch | null;
  #socket: Socket | null = null;
  #interimReplies = 0;
  #headersRead = false;
  #bodyBytes = 0;

  constructor(exchange: Exchange, target: HttpTarget) {
    this.#exchange = exchange;
    this.#accepted = target.status;
    this.#search = target.contains === undefined ? null : createTextSearch(target.contains);
  }

  /** The connection is ready and the request is about to be sent. */
  begin(socket: Socket): void {
    this.#socket = socket;
    this.#exchange.enter('firstByteMs');
    socket.on('readable', () => socket.bytesRead > WIRE_BYTES_MAX && this.overflow());
    const { watch } = this.#exchange;
    if (watch?.begun !== undefined) tapBeginning(socket, watch.begun);
  }

  onRequestStart(): void {}

  onResponseStarted(): void {
    if (this.#exchange.phase === 'firstByteMs') this.#exchange.enter('transferMs');
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) {
      this.#interimReplies += 1;
      if (this.#interimReplies > INTERIM_REPLIES_MAX) {
        this.#exchange.fail('http_protocol', `more than ${INTERIM_REPLIES_MAX} interim replies`);
      }
      return;
    }
    this.#headersRead = true;
    this.#exchange.evidence.status = status;
    this.#exchange.watch?.head?.(status, headers);
    if (!this.#accepted.some((range) => range.from <= status && status <= range.to)) {
      const expected = this.#accepted.map((range) =>
        range.from === range.to ? `${range.from}` : `${range.from}-${range.to}`,
      );
      this.#exchange.fail('http_status', `status ${status}`, `status ${expected.join(', ')}`);
    }
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const part = chunk.subarray(0, BODY_BYTES_MAX - this.#bodyBytes);
    this.#search?.take(part);
    this.#exchange.watch?.body?.(part);
    this.#bodyBytes += chunk.length;
    if (this.#bodyBytes > BODY_BYTES_MAX) this.overflow();
  }

  onResponseEnd(): void {
    const search = this.#search;
    if (search === null || search.found) this.#exchange.succeed();
    else this.#exchange.fail('http_body_mismatch', search.describe(), search.wanted);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(error);
  }

  /** Settles with the word for an error of the parser or the socket. */
  fail(error: Error): void {
    failHttp(this.#exchange, error, this.#socket?.readableEnded ?? false);
  }

  /** A bound is reached. Of the body, that matters only while the text is still looked for. */
  overflow(): void {
    const search = this.#search;
    if (!this.#headersRead) {
      this.#exchange.fail('http_headers_too_large', `no end of the headers in ${WIRE_BYTES_MAX} bytes`);
    } else if (search === null || search.found) {
      this.#exchange.succeed();
    } else {
      this.#exchange.fail('http_body_too_large', `${search.describe()}, and more to come`, search.wanted);
    }
  }
}

/** Our own headers, with the target's in their place where it has some of the same name. */
function headersOf({ headers }: HttpTarget): string[] {
  if (headers === undefined) return REQUEST_HEADERS;
  const named = new Set(headers.map(({ name }) => name.toLowerCase()));
  const kept = REQUEST_HEADERS.filter((_, index) => !named.has(REQUEST_HEADERS[index - (index % 2)] ?? ''));
  return [...kept, ...headers.flatMap(({ name, value }) => [name, value])];
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

/** Names what undici's parser, undici's connection or the socket found wrong. */
function failHttp(exchange: Exchange, error: Error, ended: boolean): void {
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

function addressOf(target: HttpTarget): Address {
  const known = addresses.get(target);
  if (known !== undefined) return known;
  const url = new URL(target.url);
  const secure = url.protocol === 'https:';
  if (!secure && url.protocol !== 'http:') throw new Error(`url: found ${url.protocol}, expected http: or https:`);
  const made: Address = {
    host: parseHost(url.hostname),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    secure,
    origin: new URL(url.origin),
    path: url.pathname + url.search,
  };
  addresses.set(target, made);
  return made;
}
