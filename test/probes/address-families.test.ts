/** Which of a host's addresses are dialled: an option of every kind of target. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { createNameServers } from '../../src/probes/name-servers.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { type HostileServer, type Step, startHostileServer } from '../support/hostile-server.ts';
import { startNameServer } from '../support/name-server.ts';
import { expectNothingLeft, httpTarget, mailTarget, startProbing } from './probing.ts';

const probing = startProbing({
  lookup: async (_name, family) =>
    ['127.0.0.1', '::1'].filter((address) => !family || address.includes(':') === (family === 6)),
});
const hostiles: HostileServer[] = [];
afterEach(() => expectNothingLeft(probing, hostiles.splice(0)));
afterAll(() => probing.close());

const GOOD: readonly Step[] = [
  { hear: /\r\n\r\n/ },
  { say: 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n' },
  'silence',
];
const BAD: readonly Step[] = [{ hear: /\r\n\r\n/ }, { say: 'HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n' }, 'silence'];

/** A host that answers on one port, by each family as its script says; null: by that one not at all. */
async function host(four: readonly Step[] | null, six: readonly Step[] | null) {
  for (;;) {
    const servers: HostileServer[] = [];
    const first = await startHostileServer(four ?? six ?? [], four === null ? '::1' : '127.0.0.1');
    servers.push(first);
    try {
      if (four !== null && six !== null) servers.push(await startHostileServer(six, '::1', first.port));
    } catch {
      await first.close();
      continue;
    }
    hostiles.push(...servers);
    return { port: first.port, servers };
  }
}

const target = (port: number) => ({ ...httpTarget(0), url: `http://both.example:${port}/` });

describe('a host of both families', () => {
  it.each([
    [undefined, '127.0.0.1'],
    ['any', '127.0.0.1'],
    [4, '127.0.0.1'],
    [6, '::1'],
  ] as const)('is dialled, with ip: %s, at %s', async (ip, address) => {
    const { port } = await host(GOOD, GOOD);
    const request = { target: target(port), timeoutMs: 1_000, ...(ip === undefined ? {} : { ip }) };
    expect(await probing.run(request)).toMatchObject({ outcome: 'ok', evidence: { address } });
  });

  it('is up, with both, when both serve, and its times are sums', async () => {
    const { port, servers } = await host(GOOD, GOOD);
    const result = await probing.run({ target: target(port), timeoutMs: 1_000, ip: 'both' });
    expect(result).toMatchObject({ outcome: 'ok' });
    expect(servers.map(({ heard }) => heard.length)).toEqual([1, 1]);
    const sum = Object.values(result.phases).reduce((total, ms) => total + ms, 0);
    expect(sum).toBeLessThanOrEqual(result.durationMs);
  });

  it.each([
    ['IPv4', BAD, GOOD, 'http_status', 'over IPv4: status 503', '127.0.0.1'],
    ['IPv6', GOOD, BAD, 'http_status', 'over IPv6 (IPv4 was good): status 503', '::1'],
    ['IPv4, on which nobody listens,', null, GOOD, 'connect_refused', 'over IPv4: ECONNREFUSED', '127.0.0.1'],
    ['IPv6, on which nobody listens,', GOOD, null, 'connect_refused', 'over IPv6 (IPv4 was good): ECONNREFUSED', '::1'],
  ] as const)(
    'is down, with both, when %s does not serve, and the evidence says which',
    async (_what, four, six, error, seen, address) => {
      const { port } = await host(four, six);
      const result = await probing.run({ target: target(port), timeoutMs: 1_000, ip: 'both' });
      expect(result).toMatchObject({ outcome: 'fail', error, evidence: { seen, address } });
    },
  );

  it('has one deadline for both', async () => {
    const slow: readonly Step[] = [
      { hear: /\r\n\r\n/ },
      { drip: 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', everyMs: 5 },
      'silence',
    ];
    const { port } = await host(slow, [{ hear: /\r\n\r\n/ }, 'silence']);
    const startMs = performance.now();
    const result = await probing.run({ target: target(port), timeoutMs: 800, ip: 'both' });
    expect(result).toMatchObject({ error: 'reply_timeout', evidence: { address: '::1' } });
    expect(performance.now() - startMs).toBeLessThan(1_050);
    expect(result.durationMs).toBeLessThan(850);
  });

  it.each(['smtp', 'imap'] as const)('is found for %s, too', async (kind) => {
    const { port } = await host(null, [{ say: 'nonsense\r\n' }, 'silence']);
    const request = { target: { ...mailTarget(kind, port), host: 'both.example' }, timeoutMs: 1_000 };
    expect(await probing.run({ ...request, ip: 6 })).toMatchObject({
      error: `${kind}_protocol`,
      evidence: { address: '::1' },
    });
    expect(await probing.run({ ...request, ip: 4 })).toMatchObject({
      error: 'connect_refused',
      evidence: { address: '127.0.0.1' },
    });
  });

  it('whose one family may not be dialled is void', async () => {
    const strict = startProbing({ lookup: async (_name, family) => (family === 6 ? ['fd00::1'] : ['127.0.0.1']) });
    const { port } = await host(GOOD, null);
    const result = await strict.run({ target: target(port), timeoutMs: 1_000, ip: 'both' });
    expect(result).toMatchObject({ outcome: 'void', error: 'guard_refused', evidence: { address: 'fd00::1' } });
    await strict.close();
  });
});

describe('a host of one family', () => {
  it.each([
    ['http://127.0.0.1/', 6],
    ['http://[::1]/', 4],
  ] as const)('%s has no address of IPv%i', async (url, ip) => {
    const result = await probing.run({ target: { ...httpTarget(0), url }, timeoutMs: 1_000, ip });
    expect(result).toMatchObject({ outcome: 'fail', error: 'dns_failure', evidence: { seen: `no IPv${ip} address` } });
  });

  it('is asked for in the hosts file and of the name servers by that family alone', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'kepil-hosts-'));
    const hostsPath = join(directory, 'hosts');
    writeFileSync(hostsPath, '127.0.0.1 here\n');
    await using server = await startNameServer({
      'both.example': ['192.0.2.1', '2001:db8::1'],
      'four.example': ['192.0.2.4'],
    }).then((started) => ({ ...started, [Symbol.asyncDispose]: () => started.close() }));
    const names = createNameServers({ clock: systemClock, servers: [server.address], hostsPath });
    expect(await names.lookup('both.example', 6)).toEqual(['2001:db8::1']);
    expect(await names.lookup('both.example', 4)).toEqual(['192.0.2.1']);
    await expect(names.lookup('four.example', 6)).rejects.toMatchObject({ code: 'ENODATA' });
    expect(server.asked).toEqual(['AAAA both.example', 'A both.example', 'AAAA four.example']);
    const local = startProbing({ lookup: names.lookup });
    const result = await local.run({ target: { ...httpTarget(0), url: 'http://here:9/' }, timeoutMs: 1_000, ip: 6 });
    expect(result).toMatchObject({ error: 'dns_failure', evidence: { seen: 'no IPv6 address' } });
    await local.close();
    names.close();
    rmSync(directory, { recursive: true });
  });
});
