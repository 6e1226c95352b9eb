/** The provider's own page for blocked services, noticed in replies that fail. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { BlockPage, HttpTarget } from '../../src/probes/target.ts';
import { type Certificates, makeCertificates } from '../support/certificates.ts';
import { type Step, startHostileServer } from '../support/hostile-server.ts';
import { startNginx } from '../support/servers/nginx.ts';
import { installed } from '../support/servers/program.ts';
import { expectNothingLeft, httpTarget, startProbing } from './probing.ts';

const probing = startProbing({ lookup: async () => ['127.0.0.1'] });
const closers: (() => Promise<unknown>)[] = [];
let certificates: Certificates;
beforeAll(async () => {
  certificates = await makeCertificates();
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  await expectNothingLeft(probing, []);
});
afterAll(() => probing.close());

const only = (code: number) => [{ from: code, to: code }];
const PAGES: readonly BlockPage[] = [
  { status: only(403), text: 'This site is suspended' },
  { location: 'https://provider.example/suspended' },
  { status: [{ from: 500, to: 599 }], headers: [{ name: 'x-state', equals: 'blocked' }] },
  { text: 'бұғатталған' },
];
const PAGE = `<html><p>${'x'.repeat(20_000)}</p><h1>This site is suspended</h1>${'y'.repeat(50_000)}</html>`;

interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

async function serve(answer: (path: string) => Reply, http2 = false): Promise<number> {
  const listener = (request: IncomingMessage, reply: ServerResponse) => {
    const { status = 200, headers = {}, body = '' } = answer(request.url ?? '');
    reply.writeHead(status, headers);
    reply.end(body);
  };
  const server = http2
    ? createSecureServer(certificates.valid, listener as unknown as Parameters<typeof createSecureServer>[1])
    : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

async function probe(
  port: number,
  more: Partial<HttpTarget> & { scheme?: string; path?: string } = {},
  { blockPages = PAGES, timeoutMs = 2_000 }: { blockPages?: readonly BlockPage[] | null; timeoutMs?: number } = {},
) {
  const result = await probing.run({
    target: httpTarget(port, more),
    timeoutMs,
    trust: [certificates.ca],
    ...(blockPages === null ? {} : { blockPages }),
  });
  const { blockPage, status, seen } = result.evidence;
  return {
    word: result.outcome === 'ok' ? 'ok' : result.error,
    blockPage,
    status,
    seen,
    durationMs: result.durationMs,
    tookMs: result.shownAt - result.sentAt,
  };
}

const FAR = { limit: 5, only: 'any' } as const;
const missing = { contains: 'Our shop' };

describe('the page of a blocked service', () => {
  it.each<[string, Reply, Partial<HttpTarget>, string, number | undefined]>([
    ['is known by status and text', { status: 403, body: PAGE }, {}, 'http_status', 1],
    ['is not known by its status alone', { status: 403, body: 'forbidden' }, {}, 'http_status', undefined],
    ['is not known by its text under another status', { status: 404, body: PAGE }, {}, 'http_status', undefined],
    [
      'is known by where it redirects to',
      r('https://provider.example/suspended'),
      { status: only(200) },
      'http_status',
      2,
    ],
    ['… below it', r('https://provider.example/suspended/acme.kz?a=b'), { status: only(200) }, 'http_status', 2],
    ['… not beside it', r('https://provider.example/suspended-not'), { status: only(200) }, 'http_status', undefined],
    [
      '… not on another host',
      r('https://provider.example.kz/suspended'),
      { status: only(200) },
      'http_status',
      undefined,
    ],
    ['… nor over http', r('http://provider.example/suspended'), { status: only(200) }, 'http_status', undefined],
    ['… nor where there is no URL', r('https://['), { status: only(200) }, 'http_status', undefined],
    [
      'is known where the redirect may not be followed',
      r('https://provider.example/suspended'),
      { redirects: { limit: 3, only: 'same-site' } },
      'http_redirect',
      2,
    ],
    ['is known by a header', { status: 503, headers: { 'x-state': 'blocked' } }, {}, 'http_status', 3],
    ['… with that value', { status: 503, headers: { 'x-state': 'unblocked' } }, {}, 'http_status', undefined],
    ['is known where the wanted text is missing', { body: 'Сайт бұғатталған' }, missing, 'http_body_mismatch', 4],
    [
      '… where a header of the reply is',
      { body: 'бұғатталған' },
      { responseHeaders: [{ name: 'x-app' }] },
      'http_header_mismatch',
      4,
    ],
    ['… and where JSON is', { body: 'бұғатталған' }, { json: { path: '/a', equals: 1 } }, 'http_json_mismatch', 4],
    ['says nothing of a site that is up', { body: 'Our shop: бұғатталған' }, missing, 'ok', undefined],
    ['… nor of one whose text nobody asked about', { body: 'бұғатталған' }, {}, 'ok', undefined],
  ])('%s', async (_what, reply, target, word, blockPage) => {
    const port = await serve(() => reply);
    expect(await probe(port, target)).toMatchObject({ word, blockPage });
  });

  function r(location: string): Reply {
    return { status: 302, headers: { location } };
  }

  it('is known by a redirect that is followed, where what comes then is not what was wanted', async () => {
    const port = await serve((path) =>
      path === '/' ? { status: 302, headers: { location: '/suspended' } } : { body: 'pay your bill' },
    );
    const blockPages = [{ location: `http://127.0.0.1:${port}/suspended` }];
    expect(await probe(port, { ...missing, redirects: FAR }, { blockPages })).toMatchObject({
      word: 'http_body_mismatch',
      blockPage: 1,
    });
    expect(await probe(port, { contains: 'pay', redirects: FAR }, { blockPages })).toMatchObject({
      word: 'ok',
      blockPage: undefined,
    });
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('is known in a body that was compressed with %s', async (coding, compress) => {
    const port = await serve(() => ({
      status: 403,
      headers: { 'content-encoding': coding },
      body: compress(Buffer.from(PAGE)),
    }));
    expect(await probe(port)).toMatchObject({ word: 'http_status', blockPage: 1 });
    const other = await serve(() => ({ status: 403, headers: { 'content-encoding': coding }, body: PAGE }));
    expect(await probe(other)).toMatchObject({ word: 'http_status', blockPage: undefined });
  });

  it('is known over HTTP/2, plain, compressed, and where a text is missing', async () => {
    const port = await serve(
      (path) =>
        path === '/gzip'
          ? { status: 403, headers: { 'content-encoding': 'gzip' }, body: gzipSync(PAGE) }
          : { status: path === '/200' ? 200 : 403, body: `${PAGE} бұғатталған` },
      true,
    );
    const over = { scheme: 'https', http2: true } as const;
    expect(await probe(port, over)).toMatchObject({ word: 'http_status', blockPage: 1 });
    expect(await probe(port, { ...over, path: '/gzip' })).toMatchObject({ word: 'http_status', blockPage: 1 });
    // Beyond the 64 KiB that are looked at.
    expect(await probe(port, { ...over, ...missing, path: '/200' })).toMatchObject({ blockPage: undefined });
  });

  it('is looked for by nobody where none is configured', async () => {
    const port = await serve(() => ({ status: 403, body: PAGE }));
    expect(await probe(port, {}, { blockPages: null })).toMatchObject({
      word: 'http_status',
      blockPage: undefined,
    });
  });
});

describe('a reply that has failed', () => {
  const hostile = async (...script: readonly Step[]) => {
    const server = await startHostileServer([{ hear: /\r\n\r\n/ }, ...script]);
    closers.push(() => server.close());
    return server.port;
  };
  const HEAD = 'HTTP/1.1 403 Forbidden\r\ncontent-length: 100000\r\n\r\n';

  it.each<[string, Step[], number | undefined]>([
    ['falls silent', [{ say: `${HEAD}This site` }, 'silence'], undefined],
    ['drips', [{ say: HEAD }, { drip: 'x'.repeat(500), everyMs: 20 }], undefined],
    ['is cut off', [{ say: `${HEAD}This site` }, 'close'], undefined],
    ['is reset', [{ say: `${HEAD}This site` }, 'reset'], undefined],
    ['floods', [{ say: HEAD.replace('100000', '100000000') }, { flood: 'x'.repeat(16_384) }], undefined],
    ['shows the page and then falls silent', [{ say: `${HEAD}This site is suspended` }, 'silence'], 1],
    ['shows it in two parts', [{ say: `${HEAD}This site is sus` }, { drip: 'pended', everyMs: 5 }, 'silence'], 1],
  ])('and %s is the failure that it was, at the time at which it was', async (_what, script, blockPage) => {
    const port = await hostile(...script);
    const found = await probe(port, {}, { timeoutMs: 800 });
    expect(found).toMatchObject({ word: 'http_status', status: 403, seen: 'status 403', blockPage });
    // The deadline, or the two seconds for which a reply is read on, are no part of what the probe shows.
    expect(found.durationMs).toBeLessThan(500);
    expect(found.tookMs).toBeLessThan(500);
  });

  it('is read on for two seconds at most', async () => {
    const port = await hostile({ say: HEAD }, 'silence');
    const startMs = performance.now();
    expect(await probe(port, {}, { timeoutMs: 20_000 })).toMatchObject({ word: 'http_status' });
    expect(performance.now() - startMs).toBeLessThan(5_000);
  });
});

describe.skipIf(!installed('nginx'))('nginx', () => {
  it('with the provider’s page in place of the site is known over both versions of HTTP', async () => {
    await using server = await startNginx({
      tls: certificates.valid,
      http2: true,
      pages: { '/': '<h1>Сайт бұғатталған</h1>' },
    });
    for (const http2 of [true, false]) {
      expect(await probe(server.tlsPort ?? 0, { scheme: 'https', http2, ...missing })).toMatchObject({
        word: 'http_body_mismatch',
        blockPage: 4,
      });
    }
  });
});
