import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { type ApiSources, createServer } from '../../src/api/server.ts';
import type { StatementSet } from '../../src/domain/contract/statement-result.ts';
import type { StatusView } from '../../src/report/status.ts';
import { at, eventfulStatement, OFFSET } from '../support/statements.ts';

const servers: ReturnType<typeof createServer>[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

const STATUS: StatusView = {
  version: '0.1.0',
  startedAt: 1,
  now: 2,
  offsetMinutes: OFFSET,
  services: [],
  journal: { entries: 7 },
  probes: { total: 0, failed: 0 },
};
const SET: StatementSet = {
  asOf: at('2026-04-01T00:00:00'),
  month: '2026-03',
  offsetMinutes: OFFSET,
  statements: [eventfulStatement()],
};

function api(parts: Partial<ApiSources> = {}) {
  const asked: (string | undefined)[][] = [];
  const metrics = {
    contentType: 'text/plain; version=0.0.4',
    render: async () => 'kepil_up 1\n',
    chunks: async function* () {
      yield 'kepil_up 1\n';
    },
  };
  const server = createServer({
    metrics,
    unready: () => [],
    status: () => STATUS,
    statements: (month, service) => {
      asked.push([month, service]);
      return service === undefined || service === 's1' ? SET : { ...SET, statements: [] };
    },
    probe: { clients: [], names: [], answer: async () => ({ status: 200, text: 'probe_success 1\n' }) },
    ...parts,
  });
  servers.push(server);
  const get = (url: string, options: { ip?: string; host?: string; encoding?: string } = {}) =>
    server.inject({
      method: 'GET',
      url,
      remoteAddress: options.ip ?? '127.0.0.1',
      headers: {
        host: options.host ?? '127.0.0.1:9300',
        ...(options.encoding && { 'accept-encoding': options.encoding }),
      },
    });
  return { get, asked, server };
}

describe('health and metrics', () => {
  it('is live, and ready while nothing is amiss', async () => {
    const { get } = api();
    expect((await get('/health/live')).json()).toEqual({ status: 'live' });
    const ready = await get('/health/ready');
    expect([ready.statusCode, ready.json()]).toEqual([200, { ready: true, reasons: [] }]);
  });

  it('is not ready with its reasons, and live all the same', async () => {
    const { get } = api({ unready: () => ['journal: no room'] });
    const ready = await get('/health/ready');
    expect([ready.statusCode, ready.json()]).toEqual([503, { ready: false, reasons: ['journal: no room'] }]);
    expect((await get('/health/live')).statusCode).toBe(200);
  });

  it('answers with the metrics in their own content type, to any peer', async () => {
    const answer = await api().get('/metrics', { ip: '10.0.0.9', host: 'kepil.example.kz' });
    expect([answer.statusCode, answer.headers['content-type'], answer.body]).toEqual([
      200,
      'text/plain; version=0.0.4',
      'kepil_up 1\n',
    ]);
  });

  it.each([
    ['10.0.0.9', 'gzip', true],
    ['10.0.0.9', 'br;q=1, GZIP ; q=0.5', true],
    ['10.0.0.9', 'gzip;q=0', false],
    ['10.0.0.9', 'gzip; q=0.000, identity', false],
    ['10.0.0.9', 'gzippo, identity', false],
    ['10.0.0.9', undefined, false],
    ['127.0.0.1', 'gzip', false],
  ] as const)('packs the metrics for a peer at %s that accepts %s: %s', async (ip, encoding, isPacked) => {
    const { headers, rawPayload } = await api().get('/metrics', { ip, ...(encoding && { encoding }) });
    expect([headers['content-encoding'], headers.vary]).toEqual([isPacked ? 'gzip' : undefined, 'accept-encoding']);
    expect(String(isPacked ? gunzipSync(rawPayload) : rawPayload)).toBe('kepil_up 1\n');
  });
});

describe('who may ask', () => {
  it.each(['10.0.0.9', '192.168.1.1', '::ffff:10.0.0.9', '2a00::1', '::'])('refuses a peer at %s', async (ip) => {
    for (const path of ['/api/v1/status', '/api/v1/statements']) {
      const answer = await api().get(path, { ip });
      expect([answer.statusCode, answer.json().error]).toEqual([403, 'forbidden']);
    }
  });

  it.each(['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1'])('answers a peer at %s', async (ip) => {
    expect((await api().get('/api/v1/status', { ip })).statusCode).toBe(200);
  });

  it.each([
    'evil.example',
    'evil.example:9300',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '127.0.0.1@evil.example',
    '[::2]:9300',
    '10.0.0.9',
  ])('refuses a browser that was led here under the name %s', async (host) => {
    const answer = await api().get('/api/v1/status', { host });
    expect([answer.statusCode, answer.json().error]).toEqual([421, 'misdirected']);
  });

  it.each(['127.0.0.1', '127.0.0.1:9300', 'localhost', 'localhost:9300', '[::1]:9300', '[::1]'])(
    'answers under the name %s',
    async (host) => {
      expect((await api().get('/api/v1/status', { host })).statusCode).toBe(200);
    },
  );

  it('does not believe a header that names another peer', async () => {
    const { server } = api();
    const answer = await server.inject({
      url: '/api/v1/status',
      remoteAddress: '10.0.0.9',
      headers: { host: 'localhost', 'x-forwarded-for': '127.0.0.1', 'x-forwarded-host': 'localhost' },
    });
    expect(answer.statusCode).toBe(403);
  });
});

describe('views', () => {
  it('gives the status as it is', async () => {
    expect((await api().get('/api/v1/status')).json()).toEqual(STATUS);
  });

  it('gives statements in the shape of a replay', async () => {
    const { get, asked } = api();
    const body = (await get('/api/v1/statements?month=2026-03&service=s1')).json();
    expect(asked).toEqual([['2026-03', 's1']]);
    expect(body).toMatchObject({ asOf: '2026-04-01T00:00:00+05:00', month: '2026-03' });
    expect(Object.keys(body.services[0])).toEqual([
      'service',
      'customer',
      'month',
      'year',
      'segments',
      'credit',
      'tickets',
    ]);
  });

  it('leaves out what is not asked', async () => {
    const { get, asked } = api();
    expect((await get('/api/v1/statements')).statusCode).toBe(200);
    expect(asked).toEqual([[undefined, undefined]]);
  });

  it.each([
    'month=',
    'month=2026-13',
    'month=2026-3',
    'month=march',
    'month=2026-03&month=2026-04',
    'month[]=2026-03',
    'month=2026-03%00',
    'month=%F0%9F%92%A9',
  ])('answers 400 or nothing special to ?%s', async (query) => {
    const { get, asked } = api();
    const answer = await get(`/api/v1/statements?${query}`);
    if (query.startsWith('month[]')) {
      expect(asked).toEqual([[undefined, undefined]]);
      return;
    }
    expect([answer.statusCode, answer.json().field]).toEqual([400, 'month']);
    expect(answer.body.length).toBeLessThan(400);
    expect(asked).toEqual([]);
  });

  it('repeats no long text', async () => {
    const answer = await api().get(`/api/v1/statements?month=${'9'.repeat(5_000)}`);
    expect(answer.statusCode).toBe(400);
    expect(answer.body.length).toBeLessThan(400);
  });

  it.each(['s9', '', '__proto__', 'constructor', '%00', '..%2f..'])(
    'answers 404 to the unknown service "%s"',
    async (service) => {
      const answer = await api().get(`/api/v1/statements?service=${service}`);
      expect([answer.statusCode, answer.json().field]).toEqual([404, 'service']);
    },
  );

  it('answers 400 to two services', async () => {
    const { get, asked } = api();
    const answer = await get('/api/v1/statements?service=s1&service=s2');
    expect([answer.statusCode, answer.json().field]).toEqual([400, 'service']);
    expect(asked).toEqual([]);
  });

  it.each([
    ['GET', '/api/v1/other'],
    ['GET', '/'],
    ['POST', '/api/v1/status'],
    ['DELETE', '/api/v1/statements'],
  ] as const)('has nothing at %s %s', async (method, url) => {
    const answer = await api().server.inject({ method, url, headers: { host: 'localhost' } });
    expect(answer.statusCode).toBe(404);
  });
});
