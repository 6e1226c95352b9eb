import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHostsFile } from '../../src/probes/hosts-file.ts';
import { createNameServers, type NameServers } from '../../src/probes/name-servers.ts';
import type { ProbeResult } from '../../src/probes/outcome.ts';
import type { Target } from '../../src/probes/target.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { startHostileServer } from '../support/hostile-server.ts';
import { type NameServer, startNameServer } from '../support/name-server.ts';
import { httpTarget, startProbing } from './probing.ts';

const directory = mkdtempSync(join(tmpdir(), 'kepil-hosts-'));
const hostsPath = join(directory, 'hosts');
let server: NameServer;
let names: NameServers;

beforeAll(async () => {
  writeFileSync(hostsPath, '# ours\n::1 here Here6\n127.0.0.1\there here4 # and here\nnonsense here9\n');
  server = await startNameServer({
    'both.example': ['192.0.2.1', '192.0.2.2', '2001:db8::1'],
    'six.example': ['2001:db8::6'],
    'empty.example': [],
    'inner.example': ['10.0.0.1'],
    'mixed.example': ['10.0.0.1', '127.0.0.1'],
    'broken.example': 'servfail',
    'silent.example': 'silence',
    'here.example': ['192.0.2.9'],
  });
  names = createNameServers({ clock: systemClock, servers: [server.address], hostsPath });
});
afterAll(async () => {
  names.close();
  await server.close();
  rmSync(directory, { recursive: true });
});

describe('the lookup', () => {
  it('takes IPv4 addresses, and asks for IPv6 only when there are none', async () => {
    expect(await names.lookup('both.example')).toEqual(expect.arrayContaining(['192.0.2.1', '192.0.2.2']));
    expect(await names.lookup('six.example')).toEqual(['2001:db8::6']);
    expect(server.asked.filter((question) => /both|six/.test(question))).toEqual([
      'A both.example',
      'A six.example',
      'AAAA six.example',
    ]);
  });

  it('asks anew each time, whatever the time to live', async () => {
    await names.lookup('here.example');
    await names.lookup('here.example');
    expect(server.asked.filter((question) => question === 'A here.example').length).toBe(2);
  });

  it('knows the names of the hosts file without asking', async () => {
    expect(await names.lookup('here')).toEqual(['127.0.0.1', '::1']);
    expect(await names.lookup('here4')).toEqual(['127.0.0.1']);
    expect(await names.lookup('here6')).toEqual(['::1']);
    expect(server.asked).not.toContain('A here');
    await expect(names.lookup('here9')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });

  it('gives up what is asked when it is closed', async () => {
    const closing = createNameServers({ clock: systemClock, servers: [server.address], hostsPath });
    const asked = expect(closing.lookup('silent.example')).rejects.toMatchObject({ code: 'ECANCELLED' });
    closing.close();
    await asked;
  });
});

it('reads the hosts file again when it changed, and goes on without one', () => {
  const path = join(directory, 'changing');
  let nowMs = 0;
  const hosts = createHostsFile(path, { ...systemClock, monotonicMs: () => nowMs });
  expect(hosts.find('a')).toBeUndefined();
  writeFileSync(path, '192.0.2.1 a\n');
  utimesSync(path, 1, 1);
  expect(hosts.find('a')).toBeUndefined();
  nowMs += 5_000;
  expect(hosts.find('a')).toEqual(['192.0.2.1']);
  writeFileSync(path, '192.0.2.2 a\n');
  utimesSync(path, 2, 2);
  nowMs += 5_000;
  expect(hosts.find('a')).toEqual(['192.0.2.2']);
  rmSync(path);
  nowMs += 5_000;
  expect(hosts.find('a')).toBeUndefined();
});

it('goes on without a hosts file that cannot be read', () => {
  // A folder can be looked at and not read, by root neither.
  const hosts = createHostsFile(directory, systemClock);
  expect(hosts.find('a')).toBeUndefined();
  expect(hosts.find('a')).toBeUndefined();
});

describe('a probe of a name', () => {
  const run = async (name: string, timeoutMs = 1_000): Promise<ProbeResult> => {
    const probing = startProbing({ names, allow: ['127.0.0.0/8'] });
    const result = await probing.run({ target: { ...httpTarget(0), url: `http://${name}:1/` }, timeoutMs });
    await probing.close();
    expect(probing.timers).toBe(0);
    return result;
  };

  it.each([
    ['missing.example', 'fail', 'dns_nxdomain'],
    ['empty.example', 'fail', 'dns_failure'],
    ['broken.example', 'fail', 'dns_servfail'],
    ['silent.example', 'fail', 'dns_timeout'],
    ['inner.example', 'void', 'guard_refused'],
    ['mixed.example', 'fail', 'connect_refused'],
    ['here', 'fail', 'connect_refused'],
  ])('%s is %s %s', async (name, outcome, error) => {
    expect(await run(name, name === 'silent.example' ? 300 : 1_000)).toMatchObject({ outcome, error });
  });

  it('says of a refusal which address was refused and why', async () => {
    expect((await run('inner.example')).evidence).toEqual({
      address: '10.0.0.1',
      seen: '10.0.0.1 is private, and no allowed range holds it',
    });
  });

  it('waits no longer than its deadline for a lookup that never ends', async () => {
    const probing = startProbing({ lookup: () => new Promise(() => {}) });
    const target = { ...httpTarget(0), url: 'http://some.example/' };
    expect(await probing.run({ target, timeoutMs: 50 })).toMatchObject({ error: 'dns_timeout' });
  });

  it('takes shortages of our own, and what is no address, for no evidence', async () => {
    const target = { ...httpTarget(0), url: 'http://some.example/' };
    const shortage = Object.assign(new Error('no memory'), { code: 'ENOMEM' });
    for (const [lookup, error] of [
      [() => Promise.reject(shortage), 'out_of_resources'],
      [async () => ['rubbish\r\n'], 'guard_refused'],
    ] as const) {
      const probing = startProbing({ lookup });
      expect(await probing.run({ target, timeoutMs: 500 })).toMatchObject({ outcome: 'void', error });
    }
  });
});

describe('a name that is rebound', () => {
  it('is dialled at the very address that was judged, and looked up once a probe', async () => {
    const inner = await startHostileServer(
      [{ hear: /\r\n\r\n/ }, { say: 'HTTP/1.1 200 OK\r\n\r\n' }, 'close'],
      '127.0.0.2',
    );
    const answers = [['127.0.0.2'], ['10.0.0.1'], ['::ffff:127.0.0.2'], ['127.0.0.2']];
    let lookups = 0;
    const lookup = async () => answers[lookups++] ?? [];
    const probing = startProbing({ lookup, allow: ['127.0.0.2/32'] });
    const target = { ...httpTarget(0), url: `http://rebound.example:${inner.port}/` };
    const outcomes: string[] = [];
    for (let k = 0; k < 2; k += 1) outcomes.push((await probing.run({ target, timeoutMs: 1_000 })).outcome);
    expect(outcomes).toEqual(['ok', 'void']);
    expect(lookups).toBe(2);
    expect(inner.heard.length).toBe(1);
    expect(inner.heard[0]).toContain(`host: rebound.example:${inner.port}`);
    await inner.close();
  });

  it('never reaches loopback through a name, an IPv6 form or an odd spelling', async () => {
    const inner = await startHostileServer(['close']);
    const forms = [
      '127.0.0.1',
      '0x7f000001',
      '2130706433',
      '017700000001',
      '127.1',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '[::]',
      '0',
      'x.example',
    ];
    const probing = startProbing({ lookup: async () => ['127.0.0.1', '::1', '::ffff:7f00:1'], allow: [] });
    for (const host of forms) {
      const web = { ...httpTarget(0), url: `http://${host}:${inner.port}/` };
      const mail = { kind: 'smtp', host, port: inner.port, security: 'plain' } as const;
      const { port } = inner;
      const others: Target[] = [
        { kind: 'tls', host, port, minVersion: 'TLSv1.2' },
        { kind: 'tls', host, port, minVersion: 'TLSv1.2', starttls: 'smtp' },
        { kind: 'tcp', host, port, tls: false },
        { kind: 'tcp', host, port, tls: true },
        { kind: 'icmp', host },
      ];
      for (const target of [web, mail, { ...mail, kind: 'imap' } as const, ...others]) {
        const result = await probing.run({ target, timeoutMs: 1_000 });
        expect(result, host).toMatchObject({ outcome: 'void', error: 'guard_refused' });
        expect(result.evidence.seen).toMatch(/ is .*, and no allowed range holds it$/);
      }
    }
    expect(inner.heard).toEqual([]);
    await inner.close();
  });
});
