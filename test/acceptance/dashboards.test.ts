/** Every question of the shipped dashboards, asked of a real Prometheus and InfluxDB that a real daemon feeds. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InfluxDB } from 'influx';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { MINUTE } from '../../src/domain/time/instant.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { Daemon } from '../support/daemon.ts';
import { type DaemonConfig, writeDaemonConfig } from '../support/daemon-config.ts';
import { type Dashboard, dashboardQueries } from '../support/dashboard-queries.ts';
import { appendFacts, readFacts } from '../support/journal-file.ts';
import { type Influxdb, startInfluxdb } from '../support/servers/influxdb.ts';
import { freePort } from '../support/servers/port.ts';
import { installed } from '../support/servers/program.ts';
import { type Prometheus, startPrometheus } from '../support/servers/prometheus.ts';
import { awayFromMonthEnd, startKepil } from './kepil.ts';

const FOLDER = join(import.meta.dirname, '../../dashboards');
const PATIENCE = { timeout: 30_000, interval: 250 };
const FEE = { amount: '12000.00', currency: 'KZT' };

const queries = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .flatMap((name) => dashboardQueries(JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as Dashboard));

/** What each customer's site and mail do; the rest of the hour they are as the last step says. */
const SCRIPTS = {
  recovered: { web: 'up 5s, down 8s, up 1h', mail: 'up 1h' },
  down: { web: 'up 5s, error 1h', mail: 'up 1h' },
  excluded: { web: 'up 1h', mail: 'up 5s, silent 8s, up 1h' },
};

describe.skipIf(!installed('prometheus') || !installed('influxd'))('the dashboards over a daemon', () => {
  let influxdb: Influxdb;
  let config: DaemonConfig;
  let daemon: Daemon;
  let prometheus: Prometheus;

  beforeAll(async () => {
    await awayFromMonthEnd();
    influxdb = await startInfluxdb();
    const customers = [];
    for (const [id, { web, mail }] of Object.entries(SCRIPTS)) {
      const [port, smtpPort, imapPort] = [await freePort(), await freePort(), await freePort()];
      customers.push({
        id,
        name: `Customer ${id}`,
        email: `${id}@example.test`,
        locale: 'en',
        monthlyFee: FEE,
        web: { port, script: web },
        mail: { smtpPort, imapPort, script: mail },
      });
    }
    config = await writeDaemonConfig({
      sandbox: { customers },
      influx: { url: `http://127.0.0.1:${influxdb.port}/`, database: 'kepil' },
    });
    daemon = await startKepil(config);
    const target = new URL(config.url).host;
    prometheus = await startPrometheus({ scrape: [{ job: 'kepil', target }], scrapeInterval: '1s' });
    await vi.waitFor(async () => {
      const edges = await readFacts(config.journalPath, 'edge');
      const fallen = edges.filter((edge) => edge.to === 'down').map((edge) => edge.check.split('/')[0]);
      expect(new Set(fallen)).toEqual(new Set(Object.keys(SCRIPTS)));
    }, PATIENCE);
    const at = systemClock.now();
    const span = { start: at - MINUTE, end: at + MINUTE };
    const decision = { id: 'x1', service: 'excluded', reason: 'network', by: 'a test', at } as const;
    await appendFacts(config.journalPath, [{ type: 'exclusion', ...decision, ...span }]);
    await daemon.waitForLog((line) => line.msg === 'outage ended' && line.service === 'recovered', 30_000);
  }, 6 * MINUTE);
  afterAll(async () => {
    await prometheus?.close();
    await daemon?.stop();
    await influxdb?.close();
    await config?.[Symbol.asyncDispose]();
  });

  it.each(queries.filter((one) => one.datasource === 'prometheus'))(
    'show $panel from Prometheus: $query',
    async ({ query }) => {
      await vi.waitFor(async () => {
        const values = (await prometheus.query(query)).map((sample) => sample.value);
        expect(values.filter((value) => !Number.isNaN(value)).length).toBeGreaterThan(0);
      }, PATIENCE);
    },
  );

  it.each(queries.filter((one) => one.datasource === 'influx'))(
    'show $panel from InfluxDB: $query',
    async ({ query }) => {
      const reader = new InfluxDB({ host: '127.0.0.1', port: influxdb.port, database: 'kepil' });
      await vi.waitFor(async () => {
        const [answer] = (await reader.queryRaw(query)).results;
        expect(answer.error).toBeUndefined();
        expect(answer.series?.[0].values.length).toBeGreaterThan(0);
      }, PATIENCE);
    },
  );
});
