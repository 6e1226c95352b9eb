import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Certificates, type Identity, makeCertificates } from '../support/certificates.ts';
import { type HostileServer, type Step, startHostileServer } from '../support/hostile-server.ts';
import { expectNothingLeft, httpTarget, startProbing } from './probing.ts';

const probing = startProbing();
const closers: (() => Promise<void>)[] = [];
const hostiles: HostileServer[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  await expectNothingLeft(probing, hostiles.splice(0));
});
afterAll(() => probing.close());

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const serve = (listener: RequestListener) => listen(createHttpServer(listener));
const serveTls = (identity: Identity) => listen(createHttpsServer(identity, (_request, reply) => reply.end('hello')));

async function hostile(...script: Step[]): Promise<HostileServer> {
  const server = await startHostileServer(script);
  hostiles.push(server);
  return server;
}

const REQUEST = { hear: /\r\n\r\n/ };
const ok = (body: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

describe('a decent server', () => {
  it('is up, with the time of each phase and the address that was dialled', async () => {
    const port = await serve((_request, reply) => reply.end('hello'));
    const before = Date.now();
    const result = await probing.run({ target: httpTarget(port), timeoutMs: 2_000 });
    expect(result).toMatchObject({ outcome: 'ok', evidence: { address: '127.0.0.1', status: 200 } });
    expect(Number.isInteger(result.sentAt)).toBe(true);
    expect(result.sentAt).toBeGreaterThanOrEqual(before);
    expect(Object.keys(result.phases)).toEqual(['connectMs', 'firstByteMs', 'transferMs']);
    const sum = Object.values(result.phases).reduce((total, ms) => total + ms, 0);
    expect(sum).toBeGreaterThan(0);
    expect(sum).toBeLessThanOrEqual(result.durationMs);
  });

  it('gets one GET of the path and query on a connection that is not kept', async () => {
    const server = await hostile(REQUEST, { say: ok('') }, 'silence');
    await probing.run({ target: httpTarget(server.port, { path: '/a?b=c#d' }), timeoutMs: 2_000 });
    await probing.run({ target: httpTarget(server.port), timeoutMs: 2_000 });
    expect(server.heard.length).toBe(2);
    expect(server.heard[0]).toMatch(/^GET \/a\?b=c HTTP\/1\.1\r\n/);
    expect(server.heard[0]).toContain(`host: 127.0.0.1:${server.port}\r\n`);
    expect(server.heard[0]).toMatch(/user-agent: Kepil\/\d+\.\d+\.\d+\r\n/);
    expect(server.heard[0]).toContain('connection: close\r\n');
    expect(server.heard[0]).toContain('accept-encoding: identity\r\n');
  });

  it.each([
    [200, 'ok'],
    [204, 'ok'],
    [302, 'ok'],
    [399, 'ok'],
    [400, 'http_status'],
    [500, 'http_status'],
    [503, 'http_status'],
  ])('that answers %i is %s by default', async (status, word) => {
    const port = await serve((_request, reply) => reply.writeHead(status, { location: 'http://10.0.0.1/' }).end());
    const result = await probing.run({ target: httpTarget(port), timeoutMs: 2_000 });
    expect(result.evidence.status).toBe(status);
    expect(result.outcome === 'ok' ? 'ok' : result.error).toBe(word);
  });

  it('is judged by the accepted statuses of its target', async () => {
    const port = await serve((_request, reply) => reply.writeHead(401).end());
    const status = [
      { from: 200, to: 204 },
      { from: 401, to: 401 },
    ];
    const run = (accepted: typeof status) =>
      probing.run({ target: httpTarget(port, { status: accepted }), timeoutMs: 2_000 });
    expect(await run(status)).toMatchObject({ outcome: 'ok' });
    expect(await run([{ from: 200, to: 204 }])).toMatchObject({
      error: 'http_status',
      evidence: { status: 401, seen: 'status 401', expected: 'status 200-204' },
    });
  });

  it('must hold the text that is asked for, in whatever pieces it comes', async () => {
    const text = 'сәлем, world';
    const bytes = Buffer.from(`<p>${text}</p>`);
    const port = await serve((_request, reply) => {
      reply.flushHeaders();
      const next = (index: number): void => {
        if (index === bytes.length) reply.end();
        else reply.write(bytes.subarray(index, index + 1), () => next(index + 1));
      };
      next(0);
    });
    const run = (contains: string) => probing.run({ target: httpTarget(port, { contains }), timeoutMs: 2_000 });
    expect(await run(text)).toMatchObject({ outcome: 'ok' });
    expect(await run('good bye')).toMatchObject({
      outcome: 'fail',
      error: 'http_body_mismatch',
      evidence: { expected: 'a body with "good bye"', seen: expect.stringMatching(/^24 bytes .*"<p>\\xd1/) },
    });
  });

  it('that compresses unasked is told from one that holds the text', async () => {
    const port = await serve((_request, reply) => reply.end(gzipSync('hello')));
    const target = httpTarget(port, { contains: 'hello' });
    expect(await probing.run({ target, timeoutMs: 2_000 })).toMatchObject({ error: 'http_body_mismatch' });
  });

  it('may send interim replies and end its body by closing', async () => {
    const server = await hostile(
      REQUEST,
      { say: 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n\r\nhello' },
      'close',
    );
    const target = httpTarget(server.port, { contains: 'hello' });
    expect(await probing.run({ target, timeoutMs: 2_000 })).toMatchObject({ outcome: 'ok', evidence: { status: 200 } });
  });

  it('may be larger than what we read, unless the text is not in that part', async () => {
    const port = await serve((_request, reply) => reply.end(`begin${'x'.repeat(3 * 1024 * 1024)}end`));
    const run = (contains?: string) =>
      probing.run({ target: httpTarget(port, contains === undefined ? {} : { contains }), timeoutMs: 5_000 });
    expect(await run()).toMatchObject({ outcome: 'ok' });
    expect(await run('begin')).toMatchObject({ outcome: 'ok' });
    expect(await run('end')).toMatchObject({
      error: 'http_body_too_large',
      evidence: { seen: expect.stringContaining('1048576 bytes without it') },
    });
  });

  it('is reached by a name of the hosts file and over IPv6', async () => {
    const port = await serve((_request, reply) => reply.end('hello'));
    const target = { ...httpTarget(port), url: `http://localhost:${port}/` };
    const result = await probing.run({ target, timeoutMs: 2_000 });
    expect(result).toMatchObject({ outcome: 'ok', evidence: { address: '127.0.0.1' } });
    expect(result.phases.resolveMs).toBeGreaterThanOrEqual(0);

    const six = await startHostileServer([REQUEST, { say: ok('hello') }, 'silence'], '::1');
    hostiles.push(six);
    const overSix = await probing.run({
      target: { ...httpTarget(0), url: `http://[::1]:${six.port}/` },
      timeoutMs: 2_000,
    });
    expect(overSix).toMatchObject({ outcome: 'ok', evidence: { address: '::1' } });
    expect(six.heard[0]).toContain(`host: [::1]:${six.port}\r\n`);
  });
});

describe('a hostile server', () => {
  const timeoutMs = 300;
  const cases: readonly [string, string, readonly Step[], string | undefined][] = [
    ['is silent after the connection', 'reply_timeout', ['silence'], undefined],
    ['is silent within the status line', 'reply_timeout', [REQUEST, { say: 'HTTP/1.1 20' }, 'silence'], undefined],
    [
      'is silent within the headers',
      'reply_timeout',
      [REQUEST, { say: 'HTTP/1.1 200 OK\r\nA: b\r\n' }, 'silence'],
      undefined,
    ],
    ['is silent within the body', 'reply_timeout', [REQUEST, { say: ok('hello').slice(0, -2) }, 'silence'], undefined],
    ['drips one byte at a time', 'reply_timeout', [REQUEST, { drip: ok('x'.repeat(500)), everyMs: 5 }], undefined],
    ['resets before the reply', 'connection_closed', [REQUEST, 'reset'], undefined],
    ['closes before the reply', 'connection_closed', [REQUEST, 'close'], undefined],
    [
      'closes within the headers',
      'connection_closed',
      [REQUEST, { say: 'HTTP/1.1 200 OK\r\nA: b' }, 'close'],
      undefined,
    ],
    ['closes within the body', 'connection_closed', [REQUEST, { say: ok('hello').slice(0, -2) }, 'close'], undefined],
    [
      'closes within a chunked body',
      'connection_closed',
      [REQUEST, { say: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel' }, 'close'],
      undefined,
    ],
    ['does not speak HTTP', 'http_protocol', [REQUEST, { say: 'SSH-2.0-OpenSSH\r\n' }, 'silence'], undefined],
    ['speaks before it is asked', 'http_protocol', [{ say: '220 mail.example ESMTP\r\n' }, 'silence'], undefined],
    [
      'breaks chunked framing',
      'http_protocol',
      [REQUEST, { say: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnot hex\r\n' }, 'silence'],
      undefined,
    ],
    [
      'names two lengths',
      'http_protocol',
      [REQUEST, { say: 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab' }, 'silence'],
      undefined,
    ],
    [
      'switches protocols unasked',
      'http_protocol',
      [REQUEST, { say: 'HTTP/1.1 101 Go\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n' }, 'silence'],
      undefined,
    ],
    [
      'sends interim replies without end',
      'http_protocol',
      [REQUEST, { flood: 'HTTP/1.1 103 Early Hints\r\n\r\n' }],
      undefined,
    ],
    [
      'sends headers without end',
      'http_headers_too_large',
      [REQUEST, { say: 'HTTP/1.1 200 OK\r\n' }, { flood: `X-Y: ${'z'.repeat(1000)}\r\n` }],
      undefined,
    ],
    [
      'sends one header without end',
      'http_headers_too_large',
      [REQUEST, { say: 'HTTP/1.1 200 OK\r\nX: ' }, { flood: 'z'.repeat(1000) }],
      undefined,
    ],
    [
      'sends a reason without end',
      'http_headers_too_large',
      [REQUEST, { say: 'HTTP/1.1 200 ' }, { flood: 'z'.repeat(65536) }],
      undefined,
    ],
    [
      'sends a body without end',
      'http_body_too_large',
      [REQUEST, { say: 'HTTP/1.1 200 OK\r\n\r\n' }, { flood: 'z'.repeat(65536) }],
      'text',
    ],
    [
      'sends a body without end, which nobody needs',
      'ok',
      [REQUEST, { say: 'HTTP/1.1 200 OK\r\n\r\n' }, { flood: 'z'.repeat(65536) }],
      undefined,
    ],
  ];
  it.each(cases)('that %s ends with %s', async (_what, word, script, contains) => {
    const server = await hostile(...script);
    const startMs = performance.now();
    const target = httpTarget(server.port, contains === undefined ? {} : { contains });
    // A flood ends at its bound, and is given the time to get there on a busy machine.
    const limitMs = script.some((step) => typeof step === 'object' && 'flood' in step) ? 5_000 : timeoutMs;
    const result = await probing.run({ target, timeoutMs: limitMs });
    expect(result.outcome === 'ok' ? 'ok' : result.error).toBe(word);
    expect(performance.now() - startMs).toBeLessThan(limitMs + 250);
    if (word === 'reply_timeout') expect(result.durationMs).toBeGreaterThan(timeoutMs - 5);
  });

  it('cannot put anything but printable text into evidence', async () => {
    const server = await hostile(REQUEST, { say: 'HTTP/1.1 200 OK\r\n\r\n\x1b[2J<script>\u202e' }, 'close');
    const target = httpTarget(server.port, { contains: '\x07' });
    const { evidence } = await probing.run({ target, timeoutMs });
    expect(evidence.seen).toMatch(/^[\x20-\x7e]+$/);
    expect(evidence.expected).toBe('a body with "\\x07"');
  });
});

describe('a connection', () => {
  it('that is reset at once is told as such, before or after it counts as made', async () => {
    const server = await hostile('reset');
    const result = await probing.run({ target: httpTarget(server.port), timeoutMs: 1_000 });
    expect(result.outcome === 'fail' && result.error).toMatch(/^(connect_reset|connection_closed)$/);
  });

  it('that is refused is told from one that nobody answers', async () => {
    const server = await hostile('silence');
    await server.close();
    const result = await probing.run({ target: httpTarget(server.port), timeoutMs: 1_000 });
    expect(result).toMatchObject({ outcome: 'fail', error: 'connect_refused', evidence: { seen: 'ECONNREFUSED' } });
  });
});

describe('TLS', () => {
  let certificates: Certificates;
  beforeAll(async () => {
    certificates = await makeCertificates();
  });

  it('of a trusted authority is up, with the certificate as evidence', async () => {
    const port = await serveTls(certificates.valid);
    const target = httpTarget(port, { scheme: 'https', contains: 'hello' });
    const result = await probing.run({ target, timeoutMs: 2_000, trust: [certificates.ca] });
    expect(result).toMatchObject({
      outcome: 'ok',
      evidence: {
        tlsProtocol: 'TLSv1.3',
        certificate: {
          subject: 'CN=kepil test',
          issuer: 'CN=Kepil test authority',
          names: ['localhost', '127.0.0.1', '0:0:0:0:0:0:0:1'],
          notBefore: Date.UTC(2020, 0, 1),
          notAfter: Date.UTC(2099, 11, 31, 23, 59, 59),
          fingerprint256: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
        },
      },
    });
    expect(Object.keys(result.phases)).toEqual(['connectMs', 'tlsMs', 'firstByteMs', 'transferMs']);
  });

  it.each([
    ['expired', 'tls_expired', 'the certificate of CN=kepil test ended at 2021-01-01T00:00:00.000Z'],
    ['notYetValid', 'tls_not_yet_valid', 'the certificate of CN=kepil test begins at 2098-01-01T00:00:00.000Z'],
    ['wrongName', 'tls_name_mismatch', 'a certificate for elsewhere.example'],
    ['selfSigned', 'tls_self_signed', 'the certificate is not believed: DEPTH_ZERO_SELF_SIGNED_CERT'],
  ] as const)('with a certificate that is %s fails as %s, and nothing is asked', async (name, word, seen) => {
    let requests = 0;
    const port = await listen(
      createHttpsServer(certificates[name], (_request, reply) => {
        requests += 1;
        reply.end();
      }),
    );
    const target = { ...httpTarget(port), url: `https://localhost:${port}/` };
    const result = await probing.run({ target, timeoutMs: 2_000, trust: [certificates.ca] });
    expect(result).toMatchObject({ outcome: 'fail', error: word, evidence: { seen } });
    expect(result.evidence.certificate?.notAfter).toBeGreaterThan(0);
    expect(requests).toBe(0);
  });

  it('of an authority that nobody trusts fails as untrusted', async () => {
    const port = await serveTls(certificates.valid);
    const target = httpTarget(port, { scheme: 'https' });
    expect(await probing.run({ target, timeoutMs: 2_000 })).toMatchObject({ error: 'tls_untrusted' });
  });

  it('trusts what one request brings for that request only', async () => {
    const port = await serveTls(certificates.valid);
    const target = httpTarget(port, { scheme: 'https' });
    expect(await probing.run({ target, timeoutMs: 2_000, trust: [certificates.ca] })).toMatchObject({ outcome: 'ok' });
    expect(await probing.run({ target, timeoutMs: 2_000 })).toMatchObject({ error: 'tls_untrusted' });
  });

  it.each([
    ['silence', ['silence'], 'tls_timeout'],
    ['plain text', [{ say: 'HTTP/1.1 400 Bad Request\r\n\r\n' }, 'silence'], 'tls_handshake'],
    ['a close', ['close'], 'tls_handshake'],
    ['a reset', [{ hear: /./s }, 'reset'], 'tls_handshake'],
    ['half a record', [{ hear: /./s }, { say: '\x16\x03\x03\x00\x7a\x02' }, 'silence'], 'tls_timeout'],
  ] as [string, Step[], string][])('answered by %2$s ends with its own word: %3$s', async (_what, script, word) => {
    const server = await hostile(...script);
    const target = httpTarget(server.port, { scheme: 'https' });
    expect(await probing.run({ target, timeoutMs: 300 })).toMatchObject({ outcome: 'fail', error: word });
  });

  it('with private authorities that are no certificates says nothing of the target', async () => {
    const port = await serveTls(certificates.valid);
    const target = httpTarget(port, { scheme: 'https' });
    const trust = ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'];
    expect(await probing.run({ target, timeoutMs: 1_000, trust })).toMatchObject({ error: 'internal_error' });
  });
});
