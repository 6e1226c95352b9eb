/** Exclusions that the daemon proposes on evidence: beside a real web server, and beside real witnesses. */
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ExclusionProposedFact } from '../../src/domain/facts/fact.ts';
import { MINUTE, SECOND } from '../../src/domain/time/instant.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { Daemon } from '../support/daemon.ts';
import { type DaemonConfig, writeDaemonConfig } from '../support/daemon-config.ts';
import { readFacts } from '../support/journal-file.ts';
import { type BlackboxExporter, startBlackboxExporter } from '../support/servers/blackbox-exporter.ts';
import { type Nginx, startNginx } from '../support/servers/nginx.ts';
import { freePort } from '../support/servers/port.ts';
import { installed } from '../support/servers/program.ts';
import { awayFromMonthEnd, kepil, metric, startKepil } from './kepil.ts';

const PATIENCE = { timeout: 20_000, interval: 200 };
const CHECK = { id: 'home', interval: '1s', timeout: '800ms', maxGap: '30s' };

const proposalsOf = ({ journalPath }: DaemonConfig) => readFacts(journalPath, 'exclusion-proposed');
const statesBecome = (config: DaemonConfig, ...wanted: readonly string[]) =>
  vi.waitFor(async () => {
    const edges = await readFacts(config.journalPath, 'edge');
    expect(edges.map(({ to }) => to)).toEqual(wanted);
  }, PATIENCE);

describe.skipIf(!installed('nginx'))('a blocked site', () => {
  let nginx: Nginx;
  let config: DaemonConfig;
  let daemon: Daemon;
  const page = (text: string) => writeFile(join(nginx.folder, 'pages', 'index.html'), text);

  beforeAll(async () => {
    await awayFromMonthEnd();
    nginx = await startNginx();
    config = await writeDaemonConfig({
      subscriptions: [{ id: 's1', checks: [{ ...CHECK, http: `http://127.0.0.1:${nginx.port}/`, contains: 'ok' }] }],
      blocks: { provider: { addresses: ['127.0.0.0/8'] }, exclusions: { autoAccept: ['customer'] } },
    });
    daemon = await startKepil(config);
    await statesBecome(config, 'up');
  }, MINUTE);
  afterAll(async () => {
    await daemon?.stop();
    await nginx?.close();
    await config?.[Symbol.asyncDispose]();
  });

  it(
    'is known by the provider’s page from the reload on that says how it looks, and excluded by the rule at its end',
    async () => {
      const main = await readFile(config.path, 'utf8');
      const changed = main.replace(
        /^provider:$/m,
        'provider:\n  blockPages: [{ status: 200, text: "This site is suspended" }]',
      );
      expect(changed).not.toBe(main);
      await writeFile(config.path, changed);
      process.kill(daemon.pid, 'SIGHUP');
      await daemon.waitForLog(({ msg }) => msg === 'the configuration was reloaded', 15_000);

      await page('<h1>This site is suspended</h1>');
      await statesBecome(config, 'up', 'down');
      await vi.waitFor(async () => expect(await proposalsOf(config)).toHaveLength(1), PATIENCE);
      const shown = await kepil(config, 'exclude', 'proposed');
      expect(shown).toMatch(/^p1 +s1 .* customer +open$/m);
      expect(shown).toMatch(
        /^p1: the provider’s page for blocked services was shown; proposed while the outage lasted/m,
      );
      expect(shown).toMatch(
        / {2}s1\/web\/home {2}http_body_mismatch at 127\.0\.0\.1, page 1 of provider\.blockPages$/m,
      );
      expect(await readFacts(config.journalPath, 'exclusion')).toEqual([]);

      await page('ok\n');
      await statesBecome(config, 'up', 'down', 'up');
      await vi.waitFor(async () => expect(await readFacts(config.journalPath, 'exclusion')).toHaveLength(1), PATIENCE);
      const [exclusion] = await readFacts(config.journalPath, 'exclusion');
      expect(exclusion).toMatchObject({ id: 'p1', reason: 'customer', by: 'rule exclusions.autoAccept' });
      const [, , up] = await readFacts(config.journalPath, 'edge');
      const failed = up?.evidence?.failed as Record<string, unknown>;
      expect(failed).toMatchObject({ errors: ['http_body_mismatch'], addresses: ['127.0.0.1'] });
      expect(failed.blocked).toBe(failed.probes);
      expect(daemon.logs().filter(({ level }) => Number(level) >= 50)).toEqual([]);
    },
    2 * MINUTE,
  );
});

/** Serves whoever comes from inside; whoever comes from outside is left without an answer while the path is broken. */
async function startSite(): Promise<{
  readonly server: Server;
  readonly port: number;
  breakPath(isBroken: boolean): void;
}> {
  let isBroken = false;
  const server = createServer((request, reply) => {
    if (!isBroken || request.headers['x-inside'] === 'yes') reply.end('ok');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    server,
    port: (server.address() as AddressInfo).port,
    breakPath: (is) => {
      isBroken = is;
    },
  };
}

const MODULES = {
  inside: { prober: 'http', timeout: '3s', http: { preferred_ip_protocol: 'ip4', headers: { 'X-Inside': 'yes' } } },
};
const hasBlackbox = installed('prometheus-blackbox-exporter');

describe('a site that nobody reaches from here, with a witness inside', () => {
  let site: Awaited<ReturnType<typeof startSite>>;
  let blackbox: BlackboxExporter | undefined;
  const configs = new Map<string, DaemonConfig>();
  const daemons: Daemon[] = [];
  const watched = new Map<string, Daemon>();
  let proposals: Map<string, readonly ExclusionProposedFact[]>;

  const configOf = (name: string): DaemonConfig => {
    const config = configs.get(name);
    if (!config) throw new Error(`no daemon ${name}`);
    return config;
  };

  beforeAll(async () => {
    await awayFromMonthEnd();
    site = await startSite();
    const inner = await writeDaemonConfig({ blocks: { modules: MODULES } });
    configs.set('the witness itself', inner);
    daemons.push(await startKepil(inner));
    const places: [name: string, url: string][] = [
      ['kepil', `${inner.url}/probe`],
      ['nobody', `http://127.0.0.1:${await freePort()}/probe`],
    ];
    if (hasBlackbox) {
      blackbox = await startBlackboxExporter(JSON.stringify({ modules: MODULES }), '');
      places.push(['blackbox', `http://127.0.0.1:${blackbox.port}/probe`]);
    }
    for (const [name, url] of places) {
      const config = await writeDaemonConfig({
        subscriptions: [{ id: 's1', checks: [{ ...CHECK, http: `http://127.0.0.1:${site.port}/` }] }],
        blocks: { provider: { witness: { url, timeout: '5s', modules: { http: 'inside' } } } },
      });
      configs.set(name, config);
      const daemon = await startKepil(config);
      daemons.push(daemon);
      watched.set(name, daemon);
    }
    const ours = () => places.map(([name]) => configOf(name));
    await Promise.all(ours().map((config) => statesBecome(config, 'up')));
    site.breakPath(true);
    await Promise.all(ours().map((config) => statesBecome(config, 'up', 'down')));
    // Two answers, a minute apart, and then some failures after the second.
    await systemClock.sleep(MINUTE + 8 * SECOND);
    site.breakPath(false);
    await Promise.all(ours().map((config) => statesBecome(config, 'up', 'down', 'up')));
    await vi.waitFor(async () => expect(await proposalsOf(configOf('kepil'))).toHaveLength(1), PATIENCE);
    await systemClock.sleep(3 * SECOND);
    proposals = new Map();
    for (const [name] of places) proposals.set(name, await proposalsOf(configOf(name)));
  }, 5 * MINUTE);
  afterAll(async () => {
    await Promise.all(daemons.map((daemon) => daemon.stop()));
    await blackbox?.close();
    site?.server.closeAllConnections();
    site?.server.close();
    for (const config of configs.values()) await config[Symbol.asyncDispose]();
  });

  const expectProposed = async (name: string) => {
    const config = configOf(name);
    expect(proposals.get(name)).toMatchObject([
      { id: 'p1', service: 's1', reason: 'network', evidence: { rule: 'path-broken', count: 2 } },
    ]);
    const [evidence] = proposals.get(name)?.map((proposal) => proposal.evidence) ?? [];
    expect(evidence?.probes).toMatchObject([{ check: 's1/web/home', address: '127.0.0.1', error: 'reply_timeout' }]);
    expect(evidence?.answers).toMatchObject([{ check: 's1/web/home', success: true }, { success: true }]);
    expect(Number(await metric(config, 'kepil_witness_answers_total{answer="up"}'))).toBeGreaterThanOrEqual(2);
    const shown = await kepil(config, 'exclude', 'proposed');
    expect(shown).toMatch(/^p1: from inside the provider’s network it was up; 127\.0\.0\.1:\d+ said so 2 times$/m);
    expect(await readFacts(config.journalPath, 'exclusion')).toEqual([]);
    await kepil(config, 'exclude', 'accept', 'p1', '--by', 'saule');
    expect(await readFacts(config.journalPath, 'exclusion')).toMatchObject([
      { id: 'p1', reason: 'network', by: 'saule' },
    ]);
  };

  it('that is another Kepil is proposed for exclusion, which a person accepts', () => expectProposed('kepil'));

  it.skipIf(!hasBlackbox)('that is the blackbox exporter likewise', () => expectProposed('blackbox'));

  it('that cannot be asked is not, and the log and the metrics say why', async () => {
    expect(proposals.get('nobody')).toEqual([]);
    const config = configOf('nobody');
    expect(Number(await metric(config, 'kepil_witness_answers_total{answer="none"}'))).toBeGreaterThanOrEqual(1);
    const lines = watched
      .get('nobody')
      ?.logs()
      .filter(({ msg }) => msg === 'the witness could not be asked');
    expect(lines).toHaveLength(1);
  });
});
