/** What a check of `http` can ask for: each option is sent, or judged, as the documents say. */
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { describeTarget, type HttpTarget } from '../../src/probes/target.ts';
import { expectNothingLeft, httpTarget, startProbing } from './probing.ts';

const probing = startProbing();
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  await expectNothingLeft(probing, []);
});
afterAll(() => probing.close());

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
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

/** What one probe of a page with these headers and this body ends with. */
async function judge(
  more: Partial<HttpTarget>,
  body: string | Buffer,
  headers: Record<string, string | string[]> = {},
) {
  const port = await serve((_request, reply) => reply.writeHead(200, headers).end(body));
  const result = await probing.run({ target: httpTarget(port, more), timeoutMs: 2_000 });
  return { word: result.outcome === 'ok' ? 'ok' : result.error, ...result.evidence };
}

describe('a text', () => {
  it.each([
    ['absent as it should be', { lacks: 'Fatal error' }, 'all is well', 'ok'],
    ['present and unwanted', { lacks: 'Fatal error' }, 'PHP Fatal error: x', 'http_body_mismatch'],
    ['present beside an unwanted one', { contains: 'PHP', lacks: 'Fatal' }, 'PHP Fatal', 'http_body_mismatch'],
    ['present without the unwanted one', { contains: 'PHP', lacks: 'Fatal' }, 'PHP 9', 'ok'],
    ['of the empty body', { lacks: 'x' }, '', 'ok'],
  ])('%s', async (_what, more, body, word) => {
    expect(await judge(more, body)).toMatchObject({ word });
  });

  it('that is unwanted is named with the beginning of the body', async () => {
    expect(await judge({ lacks: 'error' }, 'an error')).toMatchObject({
      seen: '8 bytes with "error", beginning "an error"',
      expected: 'a body without "error"',
    });
  });
});

describe('a compressed body that nobody asked for', () => {
  const text = 'сәлем, world';
  it.each([
    ['gzip', gzipSync(text)],
    ['x-gzip', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['br', brotliCompressSync(text)],
    ['GZip', gzipSync(text)],
  ])('in %s is judged by its text', async (coding, body) => {
    const headers = { 'content-encoding': coding };
    expect(await judge({ contains: text }, body, headers)).toMatchObject({ word: 'ok' });
    expect(await judge({ contains: 'bye' }, body, headers)).toMatchObject({ word: 'http_body_mismatch' });
    expect(await judge({ lacks: 'world' }, body, headers)).toMatchObject({ word: 'http_body_mismatch' });
  });

  it.each([
    ['compress', gzipSync(text)],
    ['gzip, br', gzipSync(text)],
    ['gzip', Buffer.from(text)],
    ['constructor', Buffer.from(text)],
  ])('in %s that cannot be decoded is a mismatch that says so', async (coding, body) => {
    expect(await judge({ contains: text }, body, { 'content-encoding': coding })).toMatchObject({
      word: 'http_body_mismatch',
      seen: expect.stringContaining(`content-encoding ${coding}, which was not asked for`),
    });
  });

  it('is nobody’s concern when nothing of the body is asked', async () => {
    expect(await judge({}, 'nonsense', { 'content-encoding': 'gzip' })).toMatchObject({ word: 'ok' });
  });
});

describe('a JSON value', () => {
  const body = JSON.stringify({
    status: { db: 'ok', n: 1, on: true, none: null },
    list: [{ 'a/b': 1, 'm~n': 2 }],
    '': 7,
  });
  it.each([
    ['/status/db', 'ok', 'ok'],
    ['/status/db', 'down', 'http_json_mismatch'],
    ['/status/n', 1, 'ok'],
    ['/status/n', '1', 'http_json_mismatch'],
    ['/status/on', true, 'ok'],
    ['/status/none', null, 'ok'],
    ['/status/missing', null, 'http_json_mismatch'],
    ['/list/0/a~1b', 1, 'ok'],
    ['/list/0/m~0n', 2, 'ok'],
    ['/list/00/a~1b', 1, 'http_json_mismatch'],
    ['/list/-', 1, 'http_json_mismatch'],
    ['/list/length', 1, 'http_json_mismatch'],
    ['/status/db/0', 'o', 'http_json_mismatch'],
    ['/__proto__/constructor', null, 'http_json_mismatch'],
    ['/', 7, 'ok'],
    ['', 'x', 'http_json_mismatch'],
  ] as const)('at %j equal to %j: %s', async (path, equals, word) => {
    expect(await judge({ json: { path, equals } }, body)).toMatchObject({ word });
  });

  it.each([
    ['no JSON', 'hello', 'http_json_mismatch', /^not JSON: 5 bytes, beginning "hello"$/],
    ['an empty body', '', 'http_json_mismatch', /^not JSON: 0 bytes/],
    ['a byte order mark', '\ufeff{"a":1}', 'ok', undefined],
    ['many levels', '['.repeat(100_000), 'http_json_mismatch', /^nested more than 64 levels/],
    ['brackets within a text', JSON.stringify({ a: 1, b: '['.repeat(1_000), c: '\\"[' }), 'ok', undefined],
    ['more than its bound', `{"a":1,"b":"${'x'.repeat(300_000)}"}`, 'http_body_too_large', /262144 bytes of JSON/],
    ['more than what is read', `{"a":1,"b":"${'x'.repeat(2_000_000)}"}`, 'http_body_too_large', /of JSON/],
  ])('in %s', async (_what, text, word, seen) => {
    const found = await judge({ json: { path: '/a', equals: 1 } }, text);
    expect(found.word).toBe(word);
    if (seen !== undefined) expect(found.seen).toMatch(seen);
  });

  it('that differs is shown beside the one that was expected', async () => {
    expect(await judge({ json: { path: '/status/db', equals: 'up' } }, body)).toMatchObject({
      seen: '"ok" at /status/db',
      expected: '"up" at /status/db',
    });
  });
});

describe('a header of the reply', () => {
  const headers = { 'Content-Type': 'text/html; charset=utf-8', 'Set-Cookie': ['a=1', 'b=2'] };
  it.each([
    ['present', { name: 'content-type' }, 'ok'],
    ['missing', { name: 'x-cache' }, 'http_header_mismatch'],
    ['equal', { name: 'content-type', equals: 'text/html; charset=utf-8' }, 'ok'],
    ['equal but for its case', { name: 'content-type', equals: 'TEXT/HTML; charset=utf-8' }, 'http_header_mismatch'],
    ['with a text in it', { name: 'content-type', contains: 'html' }, 'ok'],
    ['without the text', { name: 'content-type', contains: 'json' }, 'http_header_mismatch'],
    ['one of several', { name: 'set-cookie', equals: 'b=2' }, 'ok'],
    ['named like a part of every object', { name: 'constructor' }, 'http_header_mismatch'],
  ])('%s', async (_what, rule, word) => {
    expect(await judge({ responseHeaders: [rule] }, 'x', headers)).toMatchObject({ word });
  });

  it('is named with what was seen and expected', async () => {
    const rule = { name: 'content-type', contains: 'json' };
    expect(await judge({ responseHeaders: [rule] }, 'x', headers)).toMatchObject({
      seen: 'content-type: text/html; charset=utf-8',
      expected: 'content-type with json in it',
    });
    expect(await judge({ responseHeaders: [{ name: 'x-cache' }] }, 'x')).toMatchObject({
      seen: 'no x-cache',
      expected: 'x-cache present',
    });
  });
});

describe('the request', () => {
  async function heard(more: Partial<HttpTarget>): Promise<IncomingMessage & { body: string }> {
    return new Promise((resolve, reject) => {
      serve((request, reply) => {
        let body = '';
        request.on('data', (chunk: Buffer) => {
          body += chunk.toString('utf8');
        });
        request.on('end', () => {
          reply.end();
          resolve(Object.assign(request, { body }));
        });
      }).then(async (port) => {
        const result = await probing.run({ target: httpTarget(port, more), timeoutMs: 2_000 });
        if (result.outcome !== 'ok') reject(new Error(JSON.stringify(result)));
      }, reject);
    });
  }

  it.each(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const)('is one of %s', async (method) => {
    expect((await heard({ method })).method).toBe(method);
  });

  it('carries headers in place of, and besides, our own', async () => {
    const { headers } = await heard({
      headers: [
        { name: 'user-agent', value: 'me' },
        { name: 'x-a', value: 'b c' },
      ],
    });
    expect(headers).toMatchObject({ 'user-agent': 'me', 'x-a': 'b c', accept: '*/*', 'accept-encoding': 'identity' });
  });

  it('carries a body as UTF-8', async () => {
    const request = await heard({
      method: 'POST',
      body: '{"сәлем":1}',
      headers: [{ name: 'content-type', value: 'application/json' }],
    });
    expect(request.body).toBe('{"сәлем":1}');
    expect(request.headers).toMatchObject({ 'content-type': 'application/json', 'content-length': '16' });
  });

  it('carries credentials', async () => {
    const basic = await heard({ auth: { username: 'Аян', password: 'p:w' } });
    expect(basic.headers.authorization).toBe(`Basic ${Buffer.from('Аян:p:w').toString('base64')}`);
    const bearer = await heard({ auth: { bearer: 'abc.def' } });
    expect(bearer.headers.authorization).toBe('Bearer abc.def');
  });

  it.each([
    ['a line end in a value', { headers: [{ name: 'x-a', value: 'b\r\nx-c: d' }] }],
    ['a NUL in a value', { headers: [{ name: 'x-a', value: 'b\0' }] }],
    ['a line end in a name', { headers: [{ name: 'x-a: b\r\nx', value: 'c' }] }],
    ['a blank in a name', { headers: [{ name: 'x a', value: 'c' }] }],
    ['a letter beyond ASCII', { headers: [{ name: 'x-a', value: 'ә' }] }],
    ['a line end in a token', { auth: { bearer: 'a\r\nx: y' } }],
    ['an odd method', { method: 'GET / HTTP/1.1\r\nx: y' as 'GET' }],
    ['credentials in the URL', { url: 'http://u:p@127.0.0.1/' }],
    ['the scheme file', { url: 'file:///etc/passwd' }],
    ['the scheme ftp', { url: 'ftp://127.0.0.1/' }],
    ['a path that is no JSON pointer', { json: { path: 'a', equals: 1 } }],
  ] as [string, Partial<HttpTarget>][])(
    'is not sent with %s, which says nothing of the target',
    async (_what, more) => {
      let requests = 0;
      const port = await serve((_request, reply) => {
        requests += 1;
        reply.end();
      });
      const result = await probing.run({ target: httpTarget(port, more), timeoutMs: 1_000 });
      expect(result).toMatchObject({ outcome: 'void', error: 'internal_error' });
      expect(requests).toBe(0);
    },
  );
});

describe('what was given in confidence', () => {
  it('is not in the line that names the target', () => {
    const more = {
      auth: { username: 'ops', password: 'hunter2' },
      headers: [{ name: 'cookie', value: 'a=hunter2' }],
      body: 'hunter2',
    };
    expect(describeTarget(httpTarget(80, { method: 'POST', ...more }))).toBe('http://127.0.0.1:80/');
  });

  const secrets = { auth: { username: 'ops', password: 'hunter2hunter2' } } as const;
  const encoded = Buffer.from('ops:hunter2hunter2').toString('base64');
  it.each([
    ['a text that is looked for', { ...secrets, contains: 'bye' }],
    ['JSON', { ...secrets, json: { path: '/echo', equals: 1 } }],
    ['a header', { ...secrets, responseHeaders: [{ name: 'x-echo', equals: 'y' }] }],
    ['a cookie', { headers: [{ name: 'cookie', value: 'session=hunter2hunter2' }], contains: 'bye' }],
    ['a token', { auth: { bearer: 'hunter2hunter2' }, contains: 'bye' }],
    ['a redirect', { ...secrets, status: [], redirects: { limit: 1, only: 'same-site' } }],
  ] as [string, Partial<HttpTarget>][])(
    'is not in the evidence of %s when the target sends it back',
    async (_what, more) => {
      const port = await serve((request, reply) => {
        const echo = `${request.headers.authorization} ${request.headers.cookie} hunter2hunter2`;
        const headers = { 'x-echo': echo, ...(more.redirects ? { location: `http://other.example/?${echo}` } : {}) };
        // So that the end of what is quoted cuts it off within.
        const padded = `${echo}${' '.repeat(Math.max(0, 112 - echo.length))}hunter2hunter2`;
        reply.writeHead(more.redirects ? 302 : 200, headers).end(more.json ? JSON.stringify({ echo }) : padded);
      });
      const result = await probing.run({ target: httpTarget(port, more), timeoutMs: 2_000 });
      expect(result.outcome).toBe('fail');
      const text = JSON.stringify(result);
      expect(text).toContain('(withheld: it holds what was given in confidence)');
      expect(text).not.toContain('hunter2');
      expect(text).not.toContain(encoded.slice(0, 12));
    },
  );

  it.each([
    ['in other case', (secret: string) => secret.toUpperCase()],
    ['percent-encoded', encodeURIComponent],
    ['in Base64', (secret: string) => Buffer.from(secret).toString('base64')],
    ['in hexadecimal', (secret: string) => Buffer.from(secret).toString('hex')],
    ['broken up', (secret: string) => [...secret].join('-\n')],
  ])('is not in evidence %s either', async (_what, encode) => {
    const password = 'päss/hunter2';
    const port = await serve((_request, reply) => reply.end(encode(password)));
    const target = httpTarget(port, { auth: { username: 'ops', password }, contains: 'bye' });
    const { evidence } = await probing.run({ target, timeoutMs: 2_000 });
    expect(evidence.seen).toContain('withheld');
  });

  it('does not hide words that are no secret: a scheme, a short value of a cookie', async () => {
    const headers = [
      { name: 'authorization', value: 'Bearer hunter2hunter2' },
      { name: 'cookie', value: 'lang=kz; theme=dark' },
    ];
    const port = await serve((_request, reply) => reply.end('a bearer of dark letters in kz'));
    const result = await probing.run({ target: httpTarget(port, { headers, contains: 'bye' }), timeoutMs: 2_000 });
    expect(result.evidence.seen).toContain('a bearer of dark letters in kz');
  });
});
