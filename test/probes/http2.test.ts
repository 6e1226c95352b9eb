/** HTTP/2: spoken where it is asked for and offered, and bounded against a server that means ill. */
import {
  createSecureServer,
  type Http2SecureServer,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { HttpTarget } from '../../src/probes/target.ts';
import { type Certificates, makeCertificates } from '../support/certificates.ts';
import { startNginx } from '../support/servers/nginx.ts';
import { programPath } from '../support/servers/program.ts';
import { expectNothingLeft, httpTarget, startProbing } from './probing.ts';

const probing = startProbing();
const closers: (() => Promise<void>)[] = [];
let certificates: Certificates;
beforeAll(async () => {
  certificates = await makeCertificates();
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  await expectNothingLeft(probing, []);
});
afterAll(() => probing.close());

async function probe(port: number, more: Partial<HttpTarget> & { path?: string } = {}, timeoutMs = 2_000) {
  const target = httpTarget(port, { scheme: 'https', http2: true, ...more });
  const startMs = performance.now();
  const result = await probing.run({ target, timeoutMs, trust: [certificates.ca] });
  expect(performance.now() - startMs).toBeLessThan(timeoutMs + 250);
  return { word: result.outcome === 'ok' ? 'ok' : result.error, ...result.evidence, phases: result.phases };
}

describe.skipIf(programPath('nginx') === undefined)('nginx', () => {
  it.each([
    ['TLSv1.2', true, true, 'HTTP/2'],
    ['TLSv1.3', true, true, 'HTTP/2'],
    ['TLSv1.2', true, false, undefined],
    ['TLSv1.3', true, false, undefined],
    ['TLSv1.2', false, true, undefined],
    ['TLSv1.3', false, true, undefined],
  ] as const)('over %s, HTTP/2 offered: %s, asked for: %s', async (tlsVersion, offered, http2, version) => {
    await using server = await startNginx({
      tls: certificates.valid,
      tlsVersion,
      http2: offered,
      pages: { '/': '<p>hello</p>', '/status.json': '{"db":"ok"}' },
    });
    const port = server.tlsPort ?? 0;
    const page = await probe(port, {
      http2,
      contains: 'hello',
      responseHeaders: [{ name: 'content-type', contains: 'html' }],
    });
    expect(page).toMatchObject({ word: 'ok', status: 200, tlsProtocol: tlsVersion });
    expect(page.httpVersion).toBe(version);
    expect(Object.keys(page.phases)).toEqual(['connectMs', 'tlsMs', 'firstByteMs', 'transferMs']);
    expect(await probe(port, { http2, path: '/status.json', json: { path: '/db', equals: 'ok' } })).toMatchObject({
      word: 'ok',
    });
    expect(await probe(port, { http2, path: '/none' })).toMatchObject({ word: 'http_status', status: 404 });
    expect(await probe(port, { http2, method: 'HEAD' })).toMatchObject({ word: 'ok', status: 200 });
    expect(await probe(port, { http2, method: 'POST', body: 'x' })).toMatchObject({ word: 'http_status', status: 405 });
  });
});

async function serve(answer: (stream: ServerHttp2Stream, path: string) => void): Promise<number> {
  const server: Http2SecureServer = createSecureServer({ ...certificates.valid, allowHTTP1: false });
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => {});
  });
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    answer(stream as ServerHttp2Stream, String(headers[':path']));
  });
  return listen(server, () => {
    for (const session of sessions) session.destroy();
  });
}

async function listen(
  server: Pick<Http2SecureServer, 'listen' | 'address' | 'close'>,
  stop: () => void,
): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        stop();
      }),
  );
  return (server.address() as AddressInfo).port;
}

describe('a server that speaks HTTP/2', () => {
  it('gets one request with the headers, credentials and body of the check', async () => {
    const asked: unknown[] = [];
    const server = createSecureServer(certificates.valid, (request, reply) => {
      let body = '';
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      request.on('end', () => {
        asked.push({ method: request.method, url: request.url, headers: { ...request.headers }, body });
        reply.end('hello');
      });
    });
    const port = await listen(server, () => {});
    const headers = [{ name: 'x-a', value: 'b' }];
    expect(
      await probe(port, { method: 'POST', headers, body: 'hi', auth: { bearer: 't' }, path: '/a?b=c' }),
    ).toMatchObject({ word: 'ok' });
    expect(asked).toMatchObject([
      {
        method: 'POST',
        url: '/a?b=c',
        body: 'hi',
        headers: {
          ':authority': `127.0.0.1:${port}`,
          'x-a': 'b',
          authorization: 'Bearer t',
          'accept-encoding': 'identity',
        },
      },
    ]);
  });

  it('is followed from page to page, each on a connection of its own', async () => {
    const paths: string[] = [];
    const port = await serve((stream, path) => {
      paths.push(path);
      stream.respond(path === '/' ? { ':status': 302, location: '/next' } : { ':status': 200 });
      stream.end('hello');
    });
    const redirects = { limit: 1, only: 'same-site' } as const;
    expect(await probe(port, { redirects, contains: 'hello' })).toMatchObject({ word: 'ok', status: 200 });
    expect(paths).toEqual(['/', '/next']);
  });

  it.each([
    ['that are interim, then the reply', 3, 'ok'],
    ['that are interim without end', 100, 'http_protocol'],
  ])('may send headers %s', async (_what, times, word) => {
    const port = await serve((stream) => {
      for (let k = 0; k < times && !stream.destroyed; k += 1)
        stream.additionalHeaders({ ':status': 103, link: '</a>' });
      if (stream.destroyed) return;
      stream.respond({ ':status': 200 });
      stream.end('hello');
    });
    expect(await probe(port)).toMatchObject({ word });
  });

  it.each([
    ['never answers', () => {}, {}, 'reply_timeout'],
    ['answers and never ends', (stream) => stream.respond({ ':status': 200 }), {}, 'reply_timeout'],
    ['resets the stream', (stream) => stream.close(2), {}, 'connection_closed'],
    ['refuses the stream', (stream) => stream.close(7), {}, 'connection_closed'],
    ['calls a breach of the protocol', (stream) => stream.close(1), {}, 'http_protocol'],
    ['asks for HTTP/1.1', (stream) => stream.close(13), {}, 'connection_closed'],
    ['destroys the connection', (stream) => stream.session?.destroy(), {}, 'connection_closed'],
    [
      'resets the connection',
      (stream) => (stream.session?.socket as TLSSocket | undefined)?.destroy(),
      {},
      'connection_closed',
    ],
    ['goes away', (stream) => stream.session?.goaway(0, 0), {}, /^(connection_closed|reply_timeout)$/],
    ['goes away in anger', (stream) => stream.session?.goaway(11), {}, 'http_protocol'],
    [
      'sends too large a header',
      (stream) => {
        stream.respond({ ':status': 200, 'x-a': 'z'.repeat(50_000) });
        stream.end();
      },
      {},
      'http_headers_too_large',
    ],
    [
      'sends too many headers',
      (stream) => {
        const many = Object.fromEntries(Array.from({ length: 400 }, (_, k) => [`x-${k}`, 'y']));
        stream.respond({ ':status': 200, ...many });
        stream.end();
      },
      {},
      'http_protocol',
    ],
    [
      'sends a body without end',
      (stream) => {
        stream.respond({ ':status': 200 });
        const more = () => {
          while (!stream.destroyed && stream.write('z'.repeat(65_536)));
        };
        stream.on('drain', more);
        more();
      },
      { contains: 'text' },
      'http_body_too_large',
    ],
    [
      'sends fewer bytes than it said',
      (stream) => {
        stream.respond({ ':status': 200, 'content-length': '100' });
        stream.end('hello');
      },
      {},
      /^(http_protocol|connection_closed)$/,
    ],
    [
      'sends a bomb',
      (stream) => {
        stream.respond({ ':status': 200, 'content-encoding': 'gzip' });
        stream.end(gzipSync(Buffer.alloc(50_000_000)));
      },
      { contains: 'text' },
      'http_body_too_large',
    ],
  ] as [string, (stream: ServerHttp2Stream) => void, Partial<HttpTarget>, string | RegExp][])(
    'and %s',
    async (_what, answer, more, word) => {
      const port = await serve(answer);
      const found = await probe(port, more, word === 'reply_timeout' ? 400 : 2_000);
      expect(found.word).toMatch(word instanceof RegExp ? word : new RegExp(`^${word}$`));
    },
  );
});

/** A frame of HTTP/2 (RFC 9113, section 4.1). */
function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

const SETTINGS = frame(4, 0, 0);
const windowOf = (bytes: number) => {
  const payload = Buffer.alloc(6);
  payload.writeUInt16BE(4, 0);
  payload.writeUInt32BE(bytes, 2);
  return frame(4, 0, 0, payload);
};
/** `:status: 200` from the static table. */
const STATUS_200 = Buffer.of(0x88);

/** What follows once the client has sent its request: some bytes, and others again and again. */
async function serveFrames(once: Buffer, flood?: Buffer): Promise<number> {
  const sockets = new Set<TLSSocket>();
  const server = createTlsServer({ ...certificates.valid, ALPNProtocols: ['h2'] }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.write(once);
      const pour = () => {
        while (!socket.destroyed && socket.write(flood ?? Buffer.alloc(0)) && flood !== undefined);
      };
      if (flood !== undefined) {
        socket.on('drain', pour);
        pour();
      }
    });
    socket.on('data', () => {});
  });
  return listen(server as unknown as Http2SecureServer, () => {
    for (const socket of sockets) socket.destroy();
  });
}

describe('a server that misuses the frames of HTTP/2', () => {
  it.each([
    ['is silent after the handshake', Buffer.alloc(0), undefined, {}, 'reply_timeout'],
    ['sends SETTINGS and falls silent', SETTINGS, undefined, {}, 'reply_timeout'],
    ['speaks HTTP/1.1 after all', Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), undefined, {}, 'http_protocol'],
    ['sends nonsense', Buffer.alloc(64, 0xff), undefined, {}, 'http_protocol'],
    [
      'sends a frame that is too large',
      Buffer.concat([SETTINGS, frame(0, 0, 1, Buffer.alloc(20_000))]),
      undefined,
      {},
      'http_protocol',
    ],
    [
      'sends data before headers',
      Buffer.concat([SETTINGS, frame(0, 1, 1, Buffer.from('hello'))]),
      undefined,
      {},
      /http_protocol|connection_closed/,
    ],
    [
      'sends headers that cannot be decoded',
      Buffer.concat([SETTINGS, frame(1, 5, 1, Buffer.alloc(20, 0xff))]),
      undefined,
      {},
      'http_protocol',
    ],
    [
      'sends headers without a status',
      Buffer.concat([SETTINGS, frame(1, 5, 1, Buffer.of(0x82))]),
      undefined,
      {},
      /http_protocol|connection_closed/,
    ],
    [
      'answers a stream that nobody opened',
      Buffer.concat([SETTINGS, frame(1, 5, 7, STATUS_200)]),
      undefined,
      {},
      'http_protocol',
    ],
    [
      'pushes',
      Buffer.concat([SETTINGS, frame(4, 1, 0), frame(5, 4, 1, Buffer.concat([Buffer.of(0, 0, 0, 2), STATUS_200]))]),
      undefined,
      {},
      'http_protocol',
    ],
    [
      'goes on with headers without end',
      Buffer.concat([SETTINGS, frame(1, 0, 1, STATUS_200)]),
      frame(9, 0, 1, Buffer.alloc(1_000, 0x88)),
      {},
      /http_protocol|http_headers_too_large/,
    ],
    [
      'goes on with empty headers without end',
      Buffer.concat([SETTINGS, frame(1, 0, 1, STATUS_200)]),
      frame(9, 0, 1),
      {},
      /http_protocol|http_headers_too_large/,
    ],
    [
      'pings without end',
      SETTINGS,
      Buffer.concat(Array.from({ length: 100 }, () => frame(6, 0, 0, Buffer.alloc(8)))),
      {},
      /http_protocol|http_headers_too_large/,
    ],
    [
      'sends SETTINGS without end',
      SETTINGS,
      Buffer.concat(Array.from({ length: 100 }, () => windowOf(65_535))),
      {},
      /http_protocol|http_headers_too_large/,
    ],
    [
      'sends frames of no known type without end',
      SETTINGS,
      frame(0x77, 0, 0, Buffer.alloc(16_000)),
      {},
      // nghttp2's own patience or our bound of the wire, whichever ends first.
      /http_protocol|http_headers_too_large/,
    ],
    [
      'sends empty data without end',
      Buffer.concat([SETTINGS, frame(1, 4, 1, STATUS_200)]),
      Buffer.concat(Array.from({ length: 100 }, () => frame(0, 0, 1))),
      { contains: 'x' },
      /http_protocol|http_body_too_large/,
    ],
    [
      'widens windows without end',
      SETTINGS,
      Buffer.concat(Array.from({ length: 100 }, () => frame(8, 0, 0, Buffer.of(0, 0, 0, 1)))),
      {},
      /http_protocol|http_headers_too_large/,
    ],
    [
      'resets and resets',
      SETTINGS,
      Buffer.concat(Array.from({ length: 100 }, () => frame(3, 0, 1, Buffer.of(0, 0, 0, 8)))),
      {},
      /http_protocol|connection_closed/,
    ],
    ['opens no window for a body', windowOf(0), undefined, { method: 'POST', body: 'x' }, 'reply_timeout'],
    ['allows no stream', frame(4, 0, 0, Buffer.of(0, 3, 0, 0, 0, 0)), undefined, {}, 'reply_timeout'],
    [
      'sends no end of the trailers',
      Buffer.concat([SETTINGS, frame(1, 4, 1, STATUS_200)]),
      frame(9, 0, 1, Buffer.alloc(1_000, 0x88)),
      {},
      /http_protocol|http_headers_too_large/,
    ],
    [
      'resets the stream within the body',
      Buffer.concat([
        SETTINGS,
        frame(1, 4, 1, STATUS_200),
        frame(0, 0, 1, Buffer.from('hel')),
        frame(3, 0, 1, Buffer.of(0, 0, 0, 8)),
      ]),
      undefined,
      {},
      'connection_closed',
    ],
    [
      'ends with GOAWAY at once',
      Buffer.concat([SETTINGS, frame(7, 0, 0, Buffer.alloc(8))]),
      undefined,
      {},
      /connection_closed|http_protocol/,
    ],
  ] as [string, Buffer, Buffer | undefined, Partial<HttpTarget>, string | RegExp][])(
    '%s',
    async (_what, once, flood, more, word) => {
      const port = await serveFrames(once, flood);
      const before = process.memoryUsage().rss;
      const found = await probe(port, more, word === 'reply_timeout' ? 400 : 4_000);
      expect(found.word).toMatch(word instanceof RegExp ? word : new RegExp(`^${word}$`));
      expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
    },
  );

  it('leaves the next probe of another server untouched', async () => {
    const bad = await serveFrames(SETTINGS, frame(6, 0, 0, Buffer.alloc(8)));
    const good = await serve((stream) => {
      stream.respond({ ':status': 200 });
      stream.end('hello');
    });
    const [, found] = await Promise.all([probe(bad, {}, 500), probe(good, { contains: 'hello' })]);
    expect(found.word).toBe('ok');
  });
});
