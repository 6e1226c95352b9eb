import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { Exchange } from '../../src/probes/exchange.ts';
import { FAILURES, type ProbeResult, VOIDS } from '../../src/probes/outcome.ts';
import type { ProbeRequest, Target } from '../../src/probes/target.ts';
import { type Clock, systemClock } from '../../src/runtime/clock.ts';
import { type HostileServer, type Step, startHostileServer } from '../support/hostile-server.ts';
import { deliveryTarget } from './mail-scripts.ts';
import { expectNothingLeft, httpTarget, mailTarget, type Probing, startProbing } from './probing.ts';

const servers: HostileServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function hostile(...script: Step[]): Promise<number> {
  const server = await startHostileServer(script);
  servers.push(server);
  return server.port;
}

const everyKind = (port: number): Target[] => [
  httpTarget(port),
  httpTarget(port, { scheme: 'https' }),
  ...(['plain', 'starttls', 'tls'] as const).flatMap((security) => [
    mailTarget('smtp', port, security),
    mailTarget('imap', port, security),
    mailTarget('pop3', port, security),
  ]),
  deliveryTarget(port, port),
  { kind: 'tls', host: '127.0.0.1', port, minVersion: 'TLSv1.2' },
  ...(['smtp', 'imap', 'pop3'] as const).map(
    (starttls): Target => ({ kind: 'tls', host: '127.0.0.1', port, minVersion: 'TLSv1.2', starttls }),
  ),
  { kind: 'tcp', host: '127.0.0.1', port, tls: false, send: 'x', expect: 'y' },
  { kind: 'tcp', host: '127.0.0.1', port, tls: true, expect: 'y' },
];

function expectWellFormed(result: ProbeResult): void {
  if (result.outcome === 'fail') expect(FAILURES).toContain(result.error);
  if (result.outcome === 'void') expect(VOIDS).toContain(result.error);
  expect(Number.isInteger(result.sentAt)).toBe(true);
  for (const text of [result.evidence.seen, result.evidence.expected]) {
    expect(text ?? '').toMatch(/^[\x20-\x7e]{0,1000}$/);
  }
}

describe('stopping', () => {
  const stopped = { outcome: 'void', error: 'monitor_stopping' };

  async function started(probing: Probing, signal?: AbortSignal): Promise<Promise<ProbeResult>[]> {
    const port = await hostile('silence');
    const runs = everyKind(port).map((target) => probing.run({ target, timeoutMs: 10_000 }, signal));
    await new Promise((resolve) => setTimeout(resolve, 30));
    return runs;
  }

  it('by its signal ends a probe at once and leaves nothing behind', async () => {
    const probing = startProbing();
    const controller = new AbortController();
    const runs = await started(probing, controller.signal);
    controller.abort();
    for (const run of runs) expect(await run).toMatchObject(stopped);
    expect(await probing.run({ target: httpTarget(1), timeoutMs: 10_000 }, controller.signal)).toMatchObject(stopped);
    await expectNothingLeft(probing, servers);
  });

  it('by close ends every probe, and later ones at once', async () => {
    const probing = startProbing();
    const runs = await started(probing);
    await probing.close();
    for (const run of runs) expect(await run).toMatchObject(stopped);
    expect(await probing.run({ target: httpTarget(1), timeoutMs: 10_000 })).toMatchObject(stopped);
    await probing.close();
    await expectNothingLeft(probing, servers);
  });

  it('of one signal leaves the probes of others alone', async () => {
    const port = await hostile('silence');
    const probing = startProbing();
    const one = new AbortController();
    const other = new AbortController();
    const run = probing.run({ target: httpTarget(port), timeoutMs: 200 }, one.signal);
    other.abort();
    expect(await run).toMatchObject({ error: 'reply_timeout' });
    await expectNothingLeft(probing, servers);
  });
});

describe('the deadline', () => {
  it('ends a probe of any kind in time', async () => {
    const port = await hostile('silence');
    const probing = startProbing();
    const startMs = performance.now();
    const results = await Promise.all(everyKind(port).map((target) => probing.run({ target, timeoutMs: 200 })));
    expect(performance.now() - startMs).toBeLessThan(450);
    const words = results.map((result) => result.outcome === 'fail' && result.error);
    expect(words.filter((word) => word === 'tls_timeout').length).toBe(6);
    expect(words.filter((word) => word === 'reply_timeout').length).toBe(12);
    await expectNothingLeft(probing, servers);
  });

  it.each([
    ['resolveMs', 'dns_timeout'],
    ['connectMs', 'connect_timeout'],
    ['tlsMs', 'tls_timeout'],
    ['firstByteMs', 'reply_timeout'],
    ['transferMs', 'reply_timeout'],
    ['deliveryMs', 'delivery_timeout'],
  ] as const)('in phase %s is called %s', (phase, word) => {
    const { exchange, results, expire } = exchangeOnPaper();
    exchange.enter(phase);
    expire(1_000);
    expect(results).toMatchObject([{ outcome: 'fail', error: word, durationMs: 1_000, phases: { [phase]: 1_000 } }]);
  });

  it('speaks of a second after what it waited for in vain was asked for; an answer speaks of when it came', () => {
    const silent = exchangeOnPaper(5_000);
    silent.pass(300);
    silent.exchange.enter('firstByteMs');
    silent.expire(5_000);
    expect(silent.results).toMatchObject([{ outcome: 'fail', durationMs: 5_000, shownAt: 1_700_000_001_300 }]);
    const refused = exchangeOnPaper();
    refused.exchange.enter('connectMs');
    refused.pass(300);
    refused.exchange.fail('connect_refused', 'ECONNREFUSED');
    expect(refused.results).toMatchObject([{ durationMs: 300, shownAt: 1_700_000_000_300 }]);
  });

  it('noticed late by a busy monitor says nothing of the target', () => {
    const { exchange, results, expire } = exchangeOnPaper();
    exchange.enter('connectMs');
    expire(1_251);
    expect(results).toMatchObject([
      { outcome: 'void', error: 'out_of_resources', evidence: { seen: expect.stringContaining('251 ms late') } },
    ]);
  });

  it('after the target has served changes nothing, and neither does a later error', () => {
    const { exchange, results, expire } = exchangeOnPaper();
    exchange.enter('transferMs');
    exchange.prove();
    expire(1_000);
    exchange.fail('connection_closed', 'late');
    expect(results).toMatchObject([{ outcome: 'ok', durationMs: 0 }]);
  });

  function exchangeOnPaper(timeoutMs = 1_000) {
    let nowMs = 0;
    let timer = () => {};
    const clock: Clock = {
      ...systemClock,
      now: () => 1_700_000_000_000.7,
      monotonicMs: () => nowMs,
      after: (_ms, callback) => {
        timer = callback;
        return () => {};
      },
    };
    const results: ProbeResult[] = [];
    const request: ProbeRequest = { target: httpTarget(1), timeoutMs };
    const exchange = new Exchange(clock, request, (result) => results.push(result));
    const expire = (atMs: number) => {
      nowMs = atMs;
      timer();
    };
    const pass = (atMs: number) => {
      nowMs = atMs;
    };
    return { exchange, results, expire, pass };
  }
});

describe('a fault of our own', () => {
  it('is void: a URL that cannot be, a port that cannot be, a host that is none', async () => {
    const probing = startProbing();
    const targets: [Target, string][] = [
      [{ ...httpTarget(1), url: 'ftp://127.0.0.1/' }, 'internal_error'],
      [{ ...httpTarget(1), url: 'rubbish' }, 'internal_error'],
      [mailTarget('smtp', 70_000), 'internal_error'],
      [{ ...mailTarget('imap', 143), host: 'a b' }, 'guard_refused'],
    ];
    for (const [target, error] of targets) {
      expect(await probing.run({ target, timeoutMs: 1_000 })).toMatchObject({ outcome: 'void', error });
    }
    await expectNothingLeft(probing, servers);
  });

  it('is void when the process has no descriptor left', () => {
    const script = fileURLToPath(new URL('../support/probe-without-descriptors.ts', import.meta.url));
    const printed = execFileSync('sh', ['-c', 'ulimit -n 64; exec "$0" "$1"', process.execPath, script], {
      encoding: 'utf8',
    });
    const { 'icmp later': later, ...errors } = JSON.parse(printed);
    expect(errors).toEqual({
      http: ['out_of_resources'],
      smtp: ['out_of_resources'],
      imap: ['out_of_resources'],
      dns: ['out_of_resources'],
      tls: ['out_of_resources'],
      tcp: ['out_of_resources'],
      icmp: ['out_of_resources'],
    });
    // The pings that did not start hold up no other.
    expect(later).not.toContain('out_of_resources');
  });
});

describe('random bytes', () => {
  const noise = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    fc.string({ maxLength: 100 }).map((text) => Buffer.from(`HTTP/1.1 200 OK\r\n${text}`)),
    fc
      .array(
        fc.constantFrom(
          'HTTP/1.1 ',
          '200',
          '101',
          '100 ',
          '\r\n',
          '\n',
          'Content-Length: ',
          'Transfer-Encoding: chunked',
          '5',
          ':',
          '0\r\n\r\n',
          'Connection: upgrade',
          '220 ',
          '220-',
          '250 STARTTLS',
          '* OK ',
          'k1 OK',
          '+OK ',
          '.\r\n',
          '\x16\x03\x01',
        ),
      )
      .map((parts) => Buffer.from(parts.join(''), 'latin1')),
  );
  const step: fc.Arbitrary<Step> = fc.oneof(
    noise.map((say) => ({ say })),
    fc.constantFrom<Step>('close', 'reset', 'silence', { hear: /\n/ }),
  );

  it('from a target end every kind of probe in time with a word of the list, and leave nothing behind', async () => {
    const probing = startProbing();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 4 }), async (script) => {
        const server = await startHostileServer(script);
        const startMs = performance.now();
        const targets = everyKind(server.port);
        const results = await Promise.all(targets.map((target) => probing.run({ target, timeoutMs: 40 })));
        expect(performance.now() - startMs).toBeLessThan(1_000);
        results.forEach(expectWellFormed);
        await server.close();
      }),
      { numRuns: 60 },
    );
    await expectNothingLeft(probing, servers);
  });
});
