/** One outage, wherever it is read: journal, metrics, InfluxDB, statement of the verb and of the API, mail. To the millisecond. */
import { InfluxDB } from 'influx';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { EdgeFact } from '../../src/domain/facts/fact.ts';
import { formatMonth, monthInterval, monthOf, previousMonth } from '../../src/domain/time/contract-calendar.ts';
import { DAY, type Instant, MINUTE } from '../../src/domain/time/instant.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { Daemon } from '../support/daemon.ts';
import { type DaemonConfig, writeDaemonConfig } from '../support/daemon-config.ts';
import { readFacts, recordPast } from '../support/journal-file.ts';
import { startDovecot } from '../support/servers/dovecot.ts';
import { type Influxdb, startInfluxdb } from '../support/servers/influxdb.ts';
import { type Mailbox, waitForMail } from '../support/servers/mailbox.ts';
import { type Nginx, startNginx } from '../support/servers/nginx.ts';
import { startPostfix } from '../support/servers/postfix.ts';
import { installed, isRoot } from '../support/servers/program.ts';
import {
  awayFromMonthEnd,
  creditOf,
  kepil,
  metric,
  metricMs,
  OFFSET_MINUTES,
  servedStatementOf,
  startKepil,
  statementOf,
} from './kepil.ts';

const FEE = '98765432.10';
const PATIENCE = { timeout: 15_000, interval: 100 };

describe.skipIf(!installed('nginx'))('an outage that was just watched', () => {
  let nginx: Nginx;
  let config: DaemonConfig;
  let daemon: Daemon;
  let influxdb: Influxdb | undefined;
  let down: EdgeFact;
  let up: EdgeFact;
  let lengthMs: number;

  beforeAll(async () => {
    await awayFromMonthEnd();
    nginx = await startNginx();
    const http = `http://127.0.0.1:${nginx.port}/`;
    const check = { id: 'home', http, interval: '1s', timeout: '800ms', maxGap: '30s' };
    influxdb = installed('influxd') ? await startInfluxdb() : undefined;
    config = await writeDaemonConfig({
      subscriptions: [{ id: 's1', monthlyFee: FEE, checks: [check] }],
      ...(influxdb ? { influx: { url: `http://127.0.0.1:${influxdb.port}/`, database: 'kepil' } } : {}),
    });
    daemon = await startKepil(config);
    const edgesBecome = (...states: readonly EdgeFact['to'][]) =>
      vi.waitFor(async () => {
        const edges = await readFacts(config.journalPath, 'edge');
        expect(edges.map((edge) => edge.to)).toEqual(states);
        return edges;
      }, PATIENCE);
    await edgesBecome('up');
    await nginx.stop();
    await edgesBecome('up', 'down');
    await systemClock.sleep(1_500);
    await nginx.start();
    [, down, up] = (await edgesBecome('up', 'down', 'up')) as [EdgeFact, EdgeFact, EdgeFact];
    lengthMs = midpoint(up) - midpoint(down);
  }, 5 * MINUTE);
  afterAll(async () => {
    await daemon?.stop();
    await nginx?.close();
    await influxdb?.close();
    await config?.[Symbol.asyncDispose]();
  });

  it('has one length in the metrics', async () => {
    const lastEnd = 'kepil_outage_last_end_seconds{service="s1"}';
    await vi.waitFor(async () => expect(await metric(config, lastEnd)).toBeDefined(), PATIENCE);
    const series = async (name: string) => metricMs(await metric(config, name));
    expect(await series('kepil_outage_last_seconds{service="s1",class="unplanned"}')).toBe(lengthMs);
    expect(await series('kepil_outage_last_seconds{service="s1",class="planned"}')).toBe(0);
    expect(await series('kepil_service_month_seconds{service="s1",class="unplanned"}')).toBe(lengthMs);
    expect(await series('kepil_service_year_seconds{service="s1",class="unplanned"}')).toBe(lengthMs);
    expect(await series('kepil_outage_last_start_seconds{service="s1"}')).toBe(midpoint(down));
    expect(await series(lastEnd)).toBe(midpoint(up));
    expect(await metric(config, 'kepil_credit_accrued{service="s1",currency="KZT"}')).toBe(creditOf(FEE, lengthMs));
    expect(await metric(config, 'kepil_outages_total{class="unplanned"}')).toBe('1');
  });

  it.skipIf(!installed('influxd'))('has the same length in InfluxDB, as one point', async () => {
    const reader = new InfluxDB({ host: '127.0.0.1', port: influxdb!.port, database: 'kepil' });
    const points = await vi.waitFor(async () => {
      const rows = await reader.query<OutageRow>('select * from "outage"');
      expect(rows.map((row) => row.open)).toEqual([false]);
      return [...rows];
    }, PATIENCE);
    expect(points).toMatchObject([
      {
        service: 's1',
        customer: 's1',
        class: 'unplanned',
        durationMs: lengthMs,
        startMs: midpoint(down),
        endMs: midpoint(up),
      },
    ]);
    expect(points[0]?.time.getTime()).toBe(midpoint(down));
  });

  it('has the same length in the statements of the verb and of the API', async () => {
    const statements = await Promise.all([statementOf(config, 's1'), servedStatementOf(config, 's1')]);
    for (const { month, year, segments, credit } of statements) {
      expect(month.ms.unplanned).toBe(lengthMs);
      expect(year.ms.unplanned).toBe(lengthMs);
      expect(month.unplannedMinMs).toBe(up.earliest - down.latest);
      expect(month.unplannedMaxMs).toBe(up.latest - down.earliest);
      expect(segments.map(({ start, end }) => [Date.parse(start), Date.parse(end)])).toEqual([
        [midpoint(down), midpoint(up)],
      ]);
      expect(credit.accrued).toBe(creditOf(FEE, lengthMs));
    }
  });

  it('is in the log with that length', async () => {
    const line = await daemon.waitForLog((one) => one.msg === 'outage ended', 5_000);
    expect(line).toMatchObject({ service: 's1', durationMs: lengthMs });
  });
});

const canMail = installed('postfix') && installed('dovecot') && isRoot();

describe.skipIf(!canMail)('an outage over the end of a month', () => {
  it('is divided there, and every reader finds the parts of the same whole', async () => {
    await awayFromMonthEnd();
    const box: Mailbox = { address: 's1@example.test', password: 'secret' };
    await using postfix = await startPostfix({ mailboxes: [box] });
    await using dovecot = await startDovecot({ mailboxes: [box], maildirs: postfix.maildirs });
    await using config = await writeDaemonConfig({
      relay: `smtp://127.0.0.1:${postfix.port}?tls=off`,
      subscriptions: [
        {
          id: 's1',
          locale: 'en',
          monthlyFee: FEE,
          checks: [{ id: 'home', http: 'http://127.0.0.1:9/', interval: '1h', maxGap: '3h' }],
        },
      ],
    });
    const over = previousMonth(monthOf(systemClock.now(), OFFSET_MINUTES));
    const { end: monthEnd } = monthInterval(over, OFFSET_MINUTES);
    const beforeMs = 40 * MINUTE + 12_345;
    const afterMs = 13_457;
    await recordPast({
      config,
      from: monthEnd - 3 * DAY,
      edges: [
        { check: 's1/web/home', to: 'down', earliest: monthEnd - beforeMs - 301, latest: monthEnd - beforeMs + 301 },
        { check: 's1/web/home', to: 'up', earliest: monthEnd + afterMs - 77, latest: monthEnd + afterMs + 77 },
      ],
      through: monthEnd + 30_000,
    });
    const month = formatMonth(over);
    await kepil(config, 'close', month);
    await using _daemon = await startKepil(config);

    const edges = await readFacts(config.journalPath, 'edge');
    const [, down, up] = edges as [EdgeFact, EdgeFact, EdgeFact];
    expect(midpoint(up) - midpoint(down)).toBe(beforeMs + afterMs);
    const last = await metric(config, 'kepil_outage_last_seconds{service="s1",class="unplanned"}');
    expect(metricMs(last)).toBe(beforeMs + afterMs);
    const thisMonth = await metric(config, 'kepil_service_month_seconds{service="s1",class="unplanned"}');
    expect(metricMs(thisMonth)).toBe(afterMs);
    const served = [await statementOf(config, 's1', month), await servedStatementOf(config, 's1', month)];
    for (const statement of served) {
      expect(statement.month.ms.unplanned).toBe(beforeMs);
      expect(statement.month.unplannedMinMs).toBe(beforeMs - 301);
      expect(statement.month.unplannedMaxMs).toBe(beforeMs + 301);
      expect(statement.credit.accrued).toBe(creditOf(FEE, beforeMs));
    }
    expect((await servedStatementOf(config, 's1')).month.ms.unplanned).toBe(afterMs);

    const [mail] = await waitForMail(dovecot, box);
    const grouped = (value: string) => value.replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ',');
    for (const part of [mail!.parsed.text, mail!.parsed.html]) {
      const words = `${part}`.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
      expect(words).toContain('40 min 12.345 s');
      expect(words).toContain(`${grouped(String(beforeMs))} ms`);
      expect(words).toContain(`₸${grouped(creditOf(FEE, beforeMs))}`);
    }
  });
});

interface OutageRow {
  readonly time: Date;
  readonly open: boolean;
}

function midpoint({ earliest, latest }: EdgeFact): Instant {
  return Math.floor((earliest + latest) / 2);
}
