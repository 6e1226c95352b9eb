/** Targets that do what they should not: each is found down by its own word, and the daemon does not suffer. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SECOND } from '../../src/domain/time/instant.ts';
import type { Failure } from '../../src/probes/outcome.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { type Certificates, makeCertificates } from '../support/certificates.ts';
import type { Daemon } from '../support/daemon.ts';
import { type CheckEntry, type DaemonConfig, writeDaemonConfig } from '../support/daemon-config.ts';
import { type HostileServer, type Step, startHostileServer } from '../support/hostile-server.ts';
import { readFacts } from '../support/journal-file.ts';
import { metric, startKepil } from './kepil.ts';

const ANSWER_WITHIN_MS = 100;
const MEGABYTE = 1024 * 1024;
/** A daemon of the sandbox alone takes about 200 MB; what these targets would send within a minute is gigabytes. */
const RSS_MAX = 384 * MEGABYTE;

interface HostileTarget {
  readonly script: (certificates: Certificates) => readonly Step[];
  readonly check: (port: number) => Omit<CheckEntry, 'id'>;
  readonly word: Failure;
}

const http = (port: number) => ({ http: `http://127.0.0.1:${port}/` });
const https = (port: number) => ({ http: `https://127.0.0.1:${port}/` });
const smtp = (port: number) => ({ smtp: `127.0.0.1:${port}`, security: 'plain' });

const TARGETS: Readonly<Record<string, HostileTarget>> = {
  silence: { script: () => ['silence'], check: http, word: 'reply_timeout' },
  'endless-body': {
    script: () => [{ hear: /\r\n\r\n/ }, { say: 'HTTP/1.1 200 OK\r\n\r\n' }, { flood: 'x'.repeat(65_536) }],
    check: (port) => ({ ...http(port), contains: 'Hello' }),
    word: 'http_body_too_large',
  },
  'endless-header': {
    script: () => [{ hear: /\r\n\r\n/ }, { say: 'HTTP/1.1 200 OK\r\nX: ' }, { flood: 'x'.repeat(65_536) }],
    check: http,
    word: 'http_headers_too_large',
  },
  'expired-certificate': { script: ({ expired }) => [{ tls: expired }, 'silence'], check: https, word: 'tls_expired' },
  'wrong-name': { script: ({ wrongName }) => [{ tls: wrongName }, 'silence'], check: https, word: 'tls_name_mismatch' },
  'huge-banner': {
    script: () => [{ say: `220 ${'x'.repeat(MEGABYTE)}\r\n` }, 'silence'],
    check: smtp,
    word: 'reply_too_large',
  },
  'busy-mail': { script: () => [{ say: '421 4.3.2 too busy\r\n' }, 'close'], check: smtp, word: 'smtp_code' },
};

describe('hostile targets', () => {
  const servers: HostileServer[] = [];
  let config: DaemonConfig;
  let daemon: Daemon;

  beforeAll(async () => {
    const certificates = await makeCertificates();
    const subscriptions = [];
    for (const [id, { script, check }] of Object.entries(TARGETS)) {
      const server = await startHostileServer(script(certificates));
      servers.push(server);
      subscriptions.push({ id, checks: [{ id: 'it', ...check(server.port) }] });
    }
    const defaults = { interval: '2s', timeout: '1s' };
    config = await writeDaemonConfig({ subscriptions, defaults, trust: [certificates.ca] });
    daemon = await startKepil(config);
  });
  afterAll(async () => {
    await daemon?.stop();
    await Promise.all(servers.map((server) => server.close()));
    await config?.[Symbol.asyncDispose]();
  });

  it('are each found down, by their own word', async () => {
    const found = await vi.waitFor(
      async () => {
        const edges = (await readFacts(config.journalPath, 'edge')).filter((edge) => edge.to === 'down');
        expect(edges).toHaveLength(servers.length);
        return edges;
      },
      { timeout: 20_000, interval: 200 },
    );
    const words = found.map(({ check, evidence }) => [check.split('/')[0], evidence?.error]);
    expect(Object.fromEntries(words)).toEqual(
      Object.fromEntries(Object.entries(TARGETS).map(([id, { word }]) => [id, word])),
    );
    for (const { evidence } of found) expect(JSON.stringify(evidence).length).toBeLessThan(2_000);
  });

  it('do not keep the daemon from answering', async () => {
    const waits: number[] = [];
    const until = systemClock.monotonicMs() + 5 * SECOND;
    while (systemClock.monotonicMs() < until) {
      const asked = systemClock.monotonicMs();
      expect((await fetch(`${config.url}/health/live`)).status).toBe(200);
      waits.push(systemClock.monotonicMs() - asked);
      await systemClock.sleep(50);
    }
    // The machine may be busy with other suites for a moment; the daemon may not be for longer.
    const slow = waits.filter((wait) => wait > ANSWER_WITHIN_MS);
    expect(slow.length / waits.length, slow.join(' ')).toBeLessThan(0.05);
  });

  it('do not fill its memory', async () => {
    expect(Number(await metric(config, 'process_resident_memory_bytes'))).toBeLessThan(RSS_MAX);
    expect(daemon.exitCode).toBeUndefined();
    expect(daemon.logs().filter(({ level }) => Number(level) >= 50)).toEqual([]);
    expect(daemon.strayOutput()).toBe('');
  });
});
