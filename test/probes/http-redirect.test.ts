/** Redirects that are followed: how far, to where, and with what. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { HttpTarget, Redirects } from '../../src/probes/target.ts';
import { expectNothingLeft, httpTarget, startProbing } from './probing.ts';

const probing = startProbing({
  lookup: async (name) => (name === 'inner.example' ? ['10.0.0.1'] : ['127.0.0.1']),
});
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  await expectNothingLeft(probing, []);
});
afterAll(() => probing.close());

interface Asked {
  readonly line: string;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

/** A server that notes what it is asked, answers `/end` with 200 and else what the script says. */
async function serve(answer: (path: string, port: number) => { status: number; location?: string | string[] }) {
  const asked: Asked[] = [];
  const listener: RequestListener = (request, reply) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      asked.push({ line: `${request.method} ${request.url}`, headers: request.headers, body });
      if (request.url === '/end') return void reply.end('the end');
      const { status, location } = answer(request.url ?? '', port);
      if (location !== undefined) reply.setHeader('location', location);
      reply.writeHead(status).end('moved');
    });
  };
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  closers.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return { port, asked };
}

const FAR: Redirects = { limit: 5, only: 'any' };

async function probe(port: number, more: Partial<HttpTarget> = {}, url = `http://127.0.0.1:${port}/`) {
  const result = await probing.run({ target: { ...httpTarget(port, more), url }, timeoutMs: 2_000 });
  return { word: result.outcome === 'ok' ? 'ok' : result.error, outcome: result.outcome, ...result.evidence };
}

describe('a redirect', () => {
  it('is a reply like any other where none is to be followed', async () => {
    const { port, asked } = await serve(() => ({ status: 302, location: '/end' }));
    expect(await probe(port)).toMatchObject({ word: 'ok', status: 302 });
    expect(await probe(port, { redirects: { limit: 0, only: 'any' } })).toMatchObject({ word: 'ok', status: 302 });
    expect(asked.map(({ line }) => line)).toEqual(['GET /', 'GET /']);
  });

  it.each([
    ['/end', '/end'],
    ['end', '/end'],
    ['./a/../end#part', '/end'],
    ['?x=1', '/?x=1'],
  ])('to %s is followed to %s and judged there', async (location, path) => {
    const { port, asked } = await serve((at) => (at === '/' ? { status: 302, location } : { status: 200 }));
    const found = await probe(port, { redirects: FAR });
    expect(found).toMatchObject({ word: 'ok', status: 200, url: `http://127.0.0.1:${port}${path}` });
    expect(asked.map(({ line }) => line)).toEqual(['GET /', `GET ${path}`]);
  });

  it('is followed as often as allowed and not once more', async () => {
    const { port, asked } = await serve((at) => ({ status: 302, location: at.length > 3 ? '/end' : `${at}x` }));
    expect(await probe(port, { redirects: { limit: 4, only: 'same-site' } })).toMatchObject({ word: 'ok' });
    expect(asked.length).toBe(5);
    expect(await probe(port, { redirects: { limit: 3, only: 'same-site' } })).toMatchObject({
      word: 'http_redirect',
      status: 302,
      seen: `redirect 4: http://127.0.0.1:${port}/end`,
      expected: 'at most 3 redirects',
    });
    expect(asked.length).toBe(9);
  });

  it.each([300, 304, 305, 306])('is not what status %i is', async (status) => {
    const { port } = await serve(() => ({ status, location: '/end' }));
    expect(await probe(port, { redirects: FAR })).toMatchObject({ word: 'ok', status });
  });

  it.each([
    ['a loop', '/', 'redirected in a loop'],
    ['another scheme', 'ftp://127.0.0.1/', 'redirected to another scheme: ftp:'],
    ['a file', 'file:///etc/passwd', 'redirected to another scheme: file:'],
    ['a script', 'javascript:alert(1)', 'redirected to another scheme: javascript:'],
    ['data', 'data:text/plain,hello', 'redirected to another scheme: data:'],
    ['a URL with credentials', 'http://root:hunter2@127.0.0.1/', 'redirected to a URL with credentials'],
    ['no URL', 'http://[', 'status 302 with Location: http://['],
    ['too long a URL', `/${'x'.repeat(5_000)}`, 'status 302 with Location: /xxx'],
    ['nowhere', undefined, 'status 302 with no Location'],
    ['private space', 'http://10.0.0.1/', '10.0.0.1 is private'],
    ['private space by a name', 'http://inner.example/', '10.0.0.1 is private'],
    ['private space in another notation', 'http://0xa000001/', '10.0.0.1 is private'],
    ['private space within IPv6', 'http://[::ffff:10.0.0.1]/', 'it reaches 10.0.0.1) is private'],
    ['metadata', 'http://169.254.169.254/latest/', 'a metadata service'],
    ['no host at all', 'http://a..b/', 'neither a name nor an address'],
  ])('to %s ends with http_redirect', async (_what, location, seen) => {
    const { port, asked } = await serve(() => ({ status: 302, ...(location === undefined ? {} : { location }) }));
    const found = await probe(port, { redirects: FAR });
    expect(found).toMatchObject({ outcome: 'fail', word: 'http_redirect', seen: expect.stringContaining(seen) });
    expect(found.seen).toMatch(/^[\x20-\x7e]{1,400}$/);
    expect(asked.length).toBe(1);
  });

  it('to two places at once ends with http_redirect', async () => {
    const { port } = await serve(() => ({ status: 302, location: ['/end', '/end2'] }));
    // Node's server sends two lines.
    expect(await probe(port, { redirects: FAR })).toMatchObject({
      word: 'http_redirect',
      seen: 'status 302 with several Location',
    });
  });

  it('in a longer loop is noticed when it closes', async () => {
    const { port, asked } = await serve((at) => ({ status: 307, location: at === '/b' ? '/' : '/b' }));
    expect(await probe(port, { redirects: FAR })).toMatchObject({ word: 'http_redirect' });
    expect(asked.length).toBe(2);
  });

  it('ends within the deadline of the whole, however many hops there are', async () => {
    const { port } = await serve((at) => ({ status: 302, location: `${at}x` }));
    const server = await serve(() => ({ status: 302, location: `http://127.0.0.1:${port}/` }));
    const result = await probing.run({
      target: httpTarget(server.port, { redirects: { limit: 10, only: 'any' } }),
      timeoutMs: 2_000,
    });
    expect(result).toMatchObject({ error: 'http_redirect' });
    const sum = Object.values(result.phases).reduce((total, ms) => total + ms, 0);
    expect(sum).toBeLessThanOrEqual(result.durationMs);
  });
});

describe('the scope of redirects', () => {
  it.each([
    ['same-site', 'http://shop.example:PORT/end', 'ok'],
    ['same-site', 'http://www.shop.example:PORT/end', 'ok'],
    ['same-site', 'http://SHOP.example:PORT/end', 'ok'],
    ['same-site', 'http://other.example:PORT/end', 'http_redirect'],
    ['same-site', 'http://a.shop.example:PORT/end', 'http_redirect'],
    ['same-site', 'http://shop.example.evil.example:PORT/end', 'http_redirect'],
    ['same-site', 'http://shop.example@evil.example:PORT/end', 'http_redirect'],
    ['https', 'http://shop.example:PORT/end', 'http_redirect'],
    ['https', 'https://shop.example:PORT/end', 'tls_handshake'],
    ['any', 'http://other.example:PORT/end', 'ok'],
    ['any', '//other.example:PORT/end', 'ok'],
  ] as const)('%s holds for %s: %s', async (only, location, word) => {
    const { port, asked } = await serve((_at, here) => ({
      status: 301,
      location: location.replace('PORT', `${here}`),
    }));
    const found = await probe(port, { redirects: { limit: 5, only } }, `http://shop.example:${port}/`);
    expect(found.word).toBe(word);
    expect(asked.length).toBe(word === 'ok' ? 2 : 1);
  });
});

describe('what goes along with a redirect', () => {
  it.each([
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'POST', 'GET'],
    [307, 'POST', 'POST'],
    [308, 'POST', 'POST'],
    [301, 'PUT', 'PUT'],
    [303, 'PUT', 'GET'],
    [303, 'DELETE', 'GET'],
    [301, 'HEAD', 'HEAD'],
    [303, 'HEAD', 'HEAD'],
  ] as const)('%i makes of %s a %s, with its body or without', async (status, method, then) => {
    const { port, asked } = await serve(() => ({ status, location: '/end' }));
    const body = method === 'HEAD' || method === 'DELETE' ? {} : { body: 'hello' };
    const headers = [
      { name: 'content-type', value: 'text/plain' },
      { name: 'x-kept', value: 'yes' },
    ];
    expect(await probe(port, { redirects: FAR, method, headers, ...body })).toMatchObject({ word: 'ok' });
    expect(asked[1]?.line).toBe(`${then} /end`);
    expect(asked[1]?.headers['x-kept']).toBe('yes');
    const keeps = then === method && 'body' in body;
    expect(asked[1]?.body).toBe(keeps ? 'hello' : '');
    if (!keeps && 'body' in body) expect(asked[1]?.headers).not.toHaveProperty('content-type');
  });

  const secret: Partial<HttpTarget> = {
    redirects: FAR,
    headers: [
      { name: 'cookie', value: 'a=b' },
      { name: 'x-api-key', value: 'k' },
      { name: 'user-agent', value: 'me' },
    ],
    auth: { username: 'ops', password: 'hunter2' },
  };

  it('stays on the way within its origin', async () => {
    const { port, asked } = await serve(() => ({ status: 302, location: '/end' }));
    expect(await probe(port, secret)).toMatchObject({ word: 'ok' });
    expect(asked[1]?.headers).toMatchObject({
      cookie: 'a=b',
      'x-api-key': 'k',
      authorization: `Basic ${Buffer.from('ops:hunter2').toString('base64')}`,
    });
  });

  it('is gone for good once another origin was asked', async () => {
    let first = 0;
    const other = await serve(() => ({ status: 302, location: `http://127.0.0.1:${first}/end` }));
    const { port, asked } = await serve(() => ({ status: 302, location: `http://127.0.0.1:${other.port}/` }));
    first = port;
    expect(await probe(port, secret)).toMatchObject({ word: 'ok' });
    for (const { headers } of [...other.asked, ...asked.slice(1)]) {
      expect(headers).not.toHaveProperty('authorization');
      expect(headers).not.toHaveProperty('cookie');
      expect(headers).not.toHaveProperty('x-api-key');
      expect(headers['user-agent']).toMatch(/^Kepil/);
    }
    expect([other.asked.length, asked.length]).toEqual([1, 2]);
  });

  it('is gone for another name of the same address, too', async () => {
    const { port, asked } = await serve((_at, here) => ({
      status: 302,
      location: `http://www.shop.example:${here}/end`,
    }));
    expect(await probe(port, secret, `http://shop.example:${port}/`)).toMatchObject({ word: 'ok' });
    expect(asked[1]?.headers).not.toHaveProperty('authorization');
  });

  it('is never a body for another origin', async () => {
    const other = await serve(() => ({ status: 200 }));
    const { port } = await serve(() => ({ status: 307, location: `http://127.0.0.1:${other.port}/end` }));
    expect(await probe(port, { redirects: FAR, method: 'POST', body: 'password=1' })).toMatchObject({
      word: 'http_redirect',
      seen: expect.stringContaining('with a body that is not for it'),
    });
    expect(other.asked).toEqual([]);
  });
});

describe('the family of addresses', () => {
  it('holds for each hop', async () => {
    const { port } = await serve(() => ({ status: 302, location: 'http://127.0.0.1/end' }));
    const six = startProbing({ lookup: async () => ['::1'] });
    const result = await six.run({ target: httpTarget(port, { redirects: FAR }), timeoutMs: 1_000, ip: 6 });
    expect(result).toMatchObject({ error: 'dns_failure', evidence: { seen: 'no IPv6 address' } });
    await six.close();
  });
});
