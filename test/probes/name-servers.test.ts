import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNameServers, type NameServers } from '../../src/probes/name-servers.ts';
import type { ProbeResult } from '../../src/probes/outcome.ts';
import { createResolverHealth } from '../../src/probes/resolver-health.ts';
import type { DnsTarget, Target } from '../../src/probes/target.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { type NameServer, startNameServer } from '../support/name-server.ts';
import { type Named, startNamed } from '../support/servers/named.ts';
import { installed } from '../support/servers/program.ts';
import { startUnbound, type Unbound } from '../support/servers/unbound.ts';
import { startProbing } from './probing.ts';

const tcp = (host: string): Target => ({ kind: 'tcp', host, port: 1, tls: false });

async function probe(names: NameServers, target: Target, timeoutMs = 2_500): Promise<ProbeResult> {
  const probing = startProbing({ names });
  const result = await probing.run({ target, timeoutMs });
  await probing.close();
  return result;
}

const errorOf = (result: ProbeResult) => (result.outcome === 'ok' ? 'ok' : `${result.outcome} ${result.error}`);

describe.skipIf(!installed('unbound') || !installed('named'))('with unbound as the machine’s own, over BIND', () => {
  let root: Named;
  let resolver: Unbound;
  let names: NameServers;

  beforeAll(async () => {
    const long = Array.from({ length: 30 }, (_, k) => `long.example. TXT "${`${k} `.padEnd(200, 'x')}"`);
    root = await startNamed([
      'up.example. A 127.0.0.1',
      'six.example. AAAA ::1',
      'alias.example. CNAME up.example.',
      'empty.example. TXT "no address"',
      'mail.example. MX 10 mx1.example.',
      'mail.example. MX 20 mx2.example.',
      'policy.example. CAA 0 issue "ca.example"',
      '_sip._tcp.example. SRV 1 2 5060 up.example.',
      '1.2.3.11.in-addr.arpa. PTR up.example.',
      ...long,
    ]);
    resolver = await startUnbound(root.port, [
      'local-zone: "refused.example" refuse',
      'local-zone: "secret.example" deny',
    ]);
    names = createNameServers({ clock: systemClock, servers: [resolver.address], hostsPath: '/nonexistent' });
  });
  afterAll(async () => {
    names.close();
    await resolver.close();
    await root.close();
  });

  it.each([
    ['up.example', 'fail connect_refused'],
    ['alias.example', 'fail connect_refused'],
    ['six.example', 'fail connect_refused'],
    ['missing.example', 'fail dns_nxdomain'],
    ['empty.example', 'fail dns_failure'],
    ['broken.example', 'fail dns_servfail'],
    ['refused.example', 'fail dns_refused'],
    // unbound drops the question: the name is to blame, for the root is answered.
    ['secret.example', 'fail dns_timeout'],
  ])('a target at %s ends as %s', async (host, error) => {
    expect(errorOf(await probe(names, tcp(host), error === 'fail dns_timeout' ? 500 : 2_500))).toBe(error);
  });

  it.each<[string, Partial<DnsTarget>, string]>([
    ['up.example', { type: 'A', expect: { kind: 'exactly', answers: ['127.0.0.1'] } }, 'ok'],
    ['alias.example', { type: 'A', expect: { kind: 'exactly', answers: ['127.0.0.1'] } }, 'ok'],
    ['alias.example', { type: 'CNAME', expect: { kind: 'all', answers: ['up.example'] } }, 'ok'],
    ['six.example', { type: 'AAAA', expect: { kind: 'all', answers: ['::1'] } }, 'ok'],
    ['mail.example', { type: 'MX', expect: { kind: 'exactly', answers: ['10 mx1.example', '20 mx2.example'] } }, 'ok'],
    ['policy.example', { type: 'CAA', expect: { kind: 'all', answers: ['0 issue "ca.example"'] } }, 'ok'],
    ['_sip._tcp.example', { type: 'SRV', expect: { kind: 'all', answers: ['1 2 5060 up.example'] } }, 'ok'],
    ['1.2.3.11.in-addr.arpa', { type: 'PTR', expect: { kind: 'all', answers: ['up.example'] } }, 'ok'],
    ['', { type: 'NS', expect: { kind: 'all', answers: ['ns'] } }, 'ok'],
    ['', { type: 'SOA', expect: { kind: 'all', answers: ['ns hostmaster 1 60 60 3600 0'] } }, 'ok'],
    // Six kilobytes: over TCP.
    ['long.example', { type: 'TXT', expect: { kind: 'any', answers: ['29 '.padEnd(200, 'x')] } }, 'ok'],
    ['missing.example', { expect: { kind: 'nxdomain' } }, 'ok'],
    ['missing.example', {}, 'fail dns_nxdomain'],
    ['empty.example', {}, 'fail dns_mismatch'],
    ['broken.example', {}, 'fail dns_servfail'],
    ['refused.example', {}, 'fail dns_refused'],
    ['secret.example', {}, 'fail dns_timeout'],
    ['up.example', { dnssec: true }, 'fail dns_mismatch'],
  ])('a dns check of %j with %j is %s', async (name, more, error) => {
    const servers = [resolver.address];
    const target: DnsTarget = {
      kind: 'dns',
      name,
      type: 'A',
      servers,
      expect: { kind: 'some' },
      dnssec: false,
      ...more,
    };
    expect(errorOf(await probe(names, target, error === 'fail dns_timeout' ? 500 : 2_500))).toBe(error);
  });

  const ownDns: DnsTarget = { kind: 'dns', name: 'up.example', type: 'A', expect: { kind: 'some' }, dnssec: false };

  /** The first moments after a restart may still be lost: they are void, and then it is as expected. */
  const counts = (target: Target, error: string) =>
    expect.poll(async () => errorOf(await probe(names, target)), { timeout: 5_000 }).toBe(error);

  it('a dns check that names no server asks the machine’s own', async () => {
    expect(errorOf(await probe(names, ownDns))).toBe('ok');
    expect(errorOf(await probe(names, { ...ownDns, name: 'broken.example' }))).toBe('fail dns_servfail');
    expect(errorOf(await probe(names, { ...ownDns, name: 'secret.example' }, 500))).toBe('fail dns_timeout');
  });

  it('whatever is asked while unbound has lost its way to the root is void, and after that it counts again', async () => {
    await root.stop();
    await settled();
    for (const host of ['up.example', 'missing.example', 'broken.example']) {
      expect(errorOf(await probe(names, tcp(host)))).toBe('void resolver_unavailable');
    }
    expect(errorOf(await probe(names, ownDns))).toBe('void resolver_unavailable');
    await root.start();
    await counts(tcp('missing.example'), 'fail dns_nxdomain');
  });

  it('whatever is asked while unbound hangs, or is gone, is void', async () => {
    process.kill(resolver.pid ?? 0, 'SIGSTOP');
    await settled();
    expect(errorOf(await probe(names, tcp('up.example'), 400))).toBe('void resolver_unavailable');
    expect(errorOf(await probe(names, ownDns, 400))).toBe('void resolver_unavailable');
    process.kill(resolver.pid ?? 0, 'SIGCONT');
    await resolver.stop();
    await settled();
    const result = await probe(names, tcp('up.example'));
    expect(errorOf(result)).toBe('void resolver_unavailable');
    expect(result.evidence.seen).toBe('ECONNREFUSED for up.example: no name server could be reached');
    expect(errorOf(await probe(names, ownDns))).toBe('void resolver_unavailable');
    await resolver.start();
    await counts(tcp('up.example'), 'fail connect_refused');
  }, 20_000);
});

/** Longer than a verdict holds. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1_050));
}

describe('many lookups', () => {
  let server: NameServer;
  beforeAll(async () => {
    server = await startNameServer({ 'one.example': ['192.0.2.1'], 'slow.example': 'silence' });
  });
  afterAll(() => server.close());

  it('of one name at one moment are one question, and of any later moment another', async () => {
    const names = createNameServers({ clock: systemClock, servers: [server.address], hostsPath: '/nonexistent' });
    const answers = await Promise.all(Array.from({ length: 50 }, () => names.lookup('one.example')));
    expect(answers.every((answer) => answer[0] === '192.0.2.1')).toBe(true);
    await names.lookup('one.example');
    expect(server.asked.filter((question) => question === 'A one.example').length).toBe(2);
    names.close();
  });

  it('are bounded in number: beyond that the shortage is ours', async () => {
    let nowMs = 0;
    const clock = { ...systemClock, monotonicMs: () => nowMs, after: () => () => {} };
    const names = createNameServers({ clock, servers: [server.address], hostsPath: '/nonexistent', openMax: 100 });
    const open: Promise<unknown>[] = [];
    for (let k = 0; k < 100; k += 1) open.push(names.lookup(`n${k}.slow.example`).catch(() => {}));
    nowMs += 1;
    await expect(names.lookup('one.example')).rejects.toMatchObject({ code: 'ENOBUFS' });
    names.close();
    await Promise.all(open);
  });
});

describe('the doubt in our own name servers', () => {
  function doubting() {
    let nowMs = 0;
    let asked = 0;
    let settle: { resolve: () => void; reject: (error: Error) => void } = { resolve: () => {}, reject: () => {} };
    const health = createResolverHealth({ ...systemClock, monotonicMs: () => nowMs }, () => {
      asked += 1;
      return new Promise<void>((resolve, reject) => {
        settle = { resolve, reject };
      });
    });
    return {
      health,
      at: (ms: number) => {
        nowMs = ms;
      },
      answer: () => settle.resolve(),
      fail: (code: string) => settle.reject(Object.assign(new Error(code), { code })),
      get asked() {
        return asked;
      },
    };
  }

  it('asks once a second at most, however many probes ask', async () => {
    const doubt = doubting();
    const first = [doubt.health.ask(), doubt.health.ask()];
    doubt.answer();
    expect(await Promise.all(first)).toEqual(['works', 'works']);
    doubt.at(999);
    expect(await doubt.health.ask()).toBe('works');
    expect(doubt.asked).toBe(1);
    doubt.at(1_000);
    const second = doubt.health.ask();
    expect(doubt.asked).toBe(2);
    doubt.at(3_000);
    void doubt.health.ask();
    expect(doubt.asked).toBe(2);
    doubt.fail('ESERVFAIL');
    expect(await second).toBe('dead');
  });

  it.each([
    ['ENODATA', 'works'],
    ['ENOTFOUND', 'works'],
    ['EREFUSED', 'refuses'],
    ['ESERVFAIL', 'dead'],
    ['ETIMEOUT', 'dead'],
    ['ECONNREFUSED', 'dead'],
  ])('takes %s for a server that %s', async (code, verdict) => {
    const doubt = doubting();
    const asked = doubt.health.ask();
    doubt.fail(code);
    expect(await asked).toBe(verdict);
  });

  it('remembers a bad moment for the lookups that were open in it, and for no later one', async () => {
    const doubt = doubting();
    expect(doubt.health.since(0)).toBe('unasked');
    doubt.at(10);
    const asked = doubt.health.ask();
    expect(doubt.health.since(0)).toBe('pending');
    doubt.at(20);
    doubt.fail('ETIMEOUT');
    await asked;
    doubt.at(1_100);
    const again = doubt.health.ask();
    doubt.answer();
    await again;
    expect([doubt.health.since(20), doubt.health.since(21), doubt.health.since(1_101)]).toEqual([
      'dead',
      'works',
      'unasked',
    ]);
  });
});
