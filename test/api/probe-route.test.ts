import { afterEach, describe, expect, it } from 'vitest';
import type { ProbeAnswer, ProbeQuestion } from '../../src/api/probe-route.ts';
import { createServer } from '../../src/api/server.ts';

const servers: ReturnType<typeof createServer>[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

interface Parts {
  readonly clients?: readonly string[];
  readonly names?: readonly string[];
  readonly answer?: (question: ProbeQuestion) => Promise<ProbeAnswer>;
}

function api({ clients = [], names = [], answer }: Parts = {}) {
  const asked: ProbeQuestion[] = [];
  const nobody = () => {
    throw new Error('nobody asks');
  };
  const server = createServer({
    metrics: { contentType: 'text/plain', chunks: async function* () {} },
    unready: () => [],
    status: nobody,
    statements: nobody,
    probe: {
      clients,
      names,
      answer: async (question) => {
        asked.push(question);
        return answer === undefined ? { status: 200, text: 'probe_success 1\n' } : await answer(question);
      },
    },
  });
  servers.push(server);
  const get = (url: string, { ip = '127.0.0.1', ...headers }: Readonly<Record<string, string>> = {}) =>
    server.inject({ url, remoteAddress: ip, headers: { host: '127.0.0.1:9300', ...headers } });
  return { get, asked };
}

const URL = '/probe?target=https%3A%2F%2Fexample.kz%2F&module=http_2xx';

describe('/probe', () => {
  it('asks for what the scrape asks for, and answers as metrics', async () => {
    const { get, asked } = api();
    const answer = await get(URL, { 'x-prometheus-scrape-timeout-seconds': '9.5' });
    expect([answer.statusCode, answer.headers['content-type'], answer.body]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
      'probe_success 1\n',
    ]);
    expect(asked).toEqual([{ target: 'https://example.kz/', module: 'http_2xx', debug: false, scrapeTimeout: '9.5' }]);
  });

  it.each([
    ['/probe?target=a&target=b', 'Parameter target is there more than once'],
    ['/probe?target=a&hostname=b', 'Unknown parameter: expected target, module, debug'],
    ['/probe?target=a&%1b%5b2J=b', 'Unknown parameter: expected target, module, debug'],
  ])('answers 400 to %s, and probes nothing', async (url, message) => {
    const { get, asked } = api();
    const answer = await get(url);
    expect([answer.statusCode, answer.body.trim(), asked]).toEqual([400, message, []]);
  });

  it('runs 64 at a time and sends the next away', async () => {
    const { promise, resolve } = Promise.withResolvers<ProbeAnswer>();
    const { get, asked } = api({ answer: () => promise });
    const running = Array.from({ length: 64 }, () => get(URL));
    while (asked.length < 64) await new Promise((next) => setImmediate(next));
    const refused = await get(URL);
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([503, '1']);
    resolve({ status: 200, text: '' });
    expect((await Promise.all(running)).map(({ statusCode }) => statusCode)).toEqual(Array(64).fill(200));
    expect((await get(URL)).statusCode).toBe(200);
  });

  it('has room again after probes that were lost', async () => {
    const { get } = api({ answer: () => Promise.reject(new Error('lost')) });
    for (let asked = 0; asked < 70; asked += 1) expect((await get(URL)).statusCode).toBe(503);
  });
});

describe('who may ask for a probe', () => {
  it.each([
    ['10.0.0.9', {}],
    ['::ffff:10.0.0.9', {}],
    ['2a00::1', {}],
    ['10.0.0.9', { 'x-forwarded-for': '127.0.0.1' }],
  ])('refuses a peer at %s unless a setting lets it in', async (ip, headers) => {
    const { get, asked } = api();
    const answer = await get(URL, { ip, ...headers });
    expect([answer.statusCode, asked]).toEqual([403, []]);
  });

  it.each([
    ['10.0.0.5', 'kepil.example.kz:9300', 200],
    ['::ffff:10.0.0.5', 'KEPIL.example.kz', 200],
    ['2001:db8::7', 'kepil.example.kz', 200],
    ['10.0.0.6', 'kepil.example.kz', 403],
    ['2001:db9::7', 'kepil.example.kz', 403],
    ['10.0.0.5', 'evil.example', 421],
  ])('lets in %s under the name %s: %d', async (ip, host, status) => {
    const { get } = api({ clients: ['10.0.0.5/32', '2001:db8::/32'], names: ['kepil.example.kz'] });
    expect((await get(URL, { ip, host })).statusCode).toBe(status);
  });

  it('does not let them into /api/v1', async () => {
    const { get } = api({ clients: ['10.0.0.5/32'], names: ['kepil.example.kz'] });
    expect((await get('/api/v1/status', { ip: '10.0.0.5' })).statusCode).toBe(403);
  });

  it.each([
    { host: 'evil.example' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example' },
  ])('refuses a page in a browser on this machine: %j', async (headers: Record<string, string>) => {
    const { get, asked } = api();
    expect((await get(URL, headers)).statusCode).toBeGreaterThanOrEqual(403);
    expect(asked).toEqual([]);
  });

  it('answers a person who types it into a browser on this machine', async () => {
    expect((await api().get(URL, { 'sec-fetch-site': 'none' })).statusCode).toBe(200);
  });
});
