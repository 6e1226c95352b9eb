/** Against a real InfluxDB 1.x: what arrives, what an absence does, and what a full queue loses. */
import { createServer } from 'node:net';
import { InfluxDB } from 'influx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInfluxOutput, type InfluxOutput } from '../../../src/outputs/influx/influx-output.ts';
import type { SamplePoint } from '../../../src/outputs/influx/point.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { type Influxdb, startInfluxdb } from '../../support/servers/influxdb.ts';
import { installed } from '../../support/servers/program.ts';

const AT = Date.parse('2026-03-10T00:30:00.123+05:00');

function sample(sentAt: number, over: Partial<SamplePoint> = {}): SamplePoint {
  return {
    service: 's1',
    component: 'web',
    check: 's1-web',
    vantage: 'local',
    kind: 'http',
    outcome: 'ok',
    sentAt,
    durationMs: 12.345678,
    phases: { resolveMs: 0.25, connectMs: 1.5, firstByteMs: 9 },
    ...over,
  };
}

interface Seen {
  written: number;
  dropped: number;
  rejected: number;
  queued: number;
  readonly story: string[];
}

function output(port: number, database: string, maxQueue = 100_000): { influx: InfluxOutput; seen: Seen } {
  const seen: Seen = { written: 0, dropped: 0, rejected: 0, queued: 0, story: [] };
  const influx = createInfluxOutput({
    url: `http://127.0.0.1:${port}`,
    database,
    clock: systemClock,
    maxQueue,
    events: {
      written: (points) => {
        seen.written += points;
      },
      dropped: (points) => {
        seen.dropped += points;
      },
      rejected: (points) => {
        seen.rejected += points;
      },
      away: () => seen.story.push('away'),
      back: () => seen.story.push('back'),
      queued: (points) => {
        seen.queued = points;
      },
    },
  });
  return { influx, seen };
}

describe.skipIf(!installed('influxd'))('points to a real InfluxDB', () => {
  let server: Influxdb;
  beforeAll(async () => {
    server = await startInfluxdb();
  });
  afterAll(async () => {
    await server.close();
  });

  /** Rows with the time in whole milliseconds. */
  async function rows(database: string, query: string): Promise<Record<string, unknown>[]> {
    const reader = new InfluxDB({ host: '127.0.0.1', port: server.port, database });
    const answer = await reader.queryRaw(query, { precision: 'ms', database });
    const series = answer.results[0].series ?? [];
    return series.flatMap(({ columns, values }: { columns: string[]; values: unknown[][] }) =>
      values.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]]))),
    );
  }

  it('makes the database and writes samples to the millisecond', async () => {
    const { influx, seen } = output(server.port, 'arrive');
    influx.sample(sample(AT));
    influx.sample(sample(AT + 1, { outcome: 'fail', error: 'http_status' }));
    await influx.flush();
    expect(seen).toMatchObject({ written: 2, dropped: 0, rejected: 0, queued: 0, story: [] });
    const found = await rows('arrive', 'SELECT * FROM probe');
    expect(found).toMatchObject([
      { time: AT, service: 's1', outcome: 'ok', error: null, durationMs: 12.345678, resolveMs: 0.25 },
      { time: AT + 1, outcome: 'fail', error: 'http_status' },
    ]);
    await influx.close(1_000);
  });

  it('sends a small batch by itself after a second', async () => {
    const { influx, seen } = output(server.port, 'by_itself');
    influx.sample(sample(AT));
    await expect.poll(() => seen.written, { timeout: 5_000 }).toBe(1);
    await influx.close(1_000);
  });

  it('lets an outage grow and end in place, times exact', async () => {
    const { influx } = output(server.port, 'outages');
    const part = { service: 's1', customer: 'c1', class: 'unplanned', start: AT } as const;
    influx.outage({ ...part, durationMs: 1_001 });
    await influx.flush();
    influx.outage({ ...part, durationMs: 59_123, end: AT + 59_123 });
    influx.outage({ ...part, class: 'planned', durationMs: 7 });
    await influx.flush();
    const found = await rows('outages', `SELECT * FROM outage WHERE class = 'unplanned'`);
    expect(found).toEqual([
      {
        time: AT,
        service: 's1',
        customer: 'c1',
        class: 'unplanned',
        durationMs: 59_123,
        startMs: AT,
        endMs: AT + 59_123,
        open: false,
      },
    ]);
    await influx.close(1_000);
  });

  it('keeps hostile tag values inside their tags', async () => {
    const { influx, seen } = output(server.port, 'hostile');
    const hostile = [
      'a b,c=d',
      'quote" and \\ inside',
      'ends with \\',
      'line\nprobe,service=forged durationMs=1 1',
      'кепіл ✓',
      "it\\'s",
      '\ud800',
      'comma \\, escaped',
    ];
    for (const [i, service] of hostile.entries()) influx.sample(sample(AT + i, { service, vantage: 'v' }));
    await influx.flush();
    expect(seen).toMatchObject({ written: hostile.length, rejected: 0 });
    const found = await rows('hostile', 'SELECT service, vantage, durationMs FROM probe');
    expect(found.map((row) => row.service)).toEqual([
      'a b,c=d',
      'quote" and \\ inside',
      'ends with \uFFFD',
      'line\uFFFDprobe,service=forged durationMs=1 1',
      'кепіл ✓',
      // The client doubles the first backslash before a quote; nothing gets out of the tag.
      "it\\\\'s",
      '\uFFFD',
      'comma \\, escaped',
    ]);
    expect(new Set(found.map((row) => row.vantage))).toEqual(new Set(['v']));
    await influx.close(1_000);
  });

  it('loses only the point that the server will never take', async () => {
    const { influx, seen } = output(server.port, 'rejects');
    influx.sample(sample(AT));
    influx.sample(sample(AT + 1, { durationMs: Number.NaN }));
    influx.sample(sample(AT + 2));
    await influx.flush();
    expect(seen).toMatchObject({ written: 2, rejected: 1, queued: 0 });
    expect(await rows('rejects', 'SELECT durationMs FROM probe')).toHaveLength(2);
    await influx.close(1_000);
  });

  it('writes everything in order once the server is back', async () => {
    const { influx, seen } = output(server.port, 'back');
    influx.sample(sample(AT));
    await influx.flush();
    await server.stop();
    for (let i = 1; i <= 12_000; i += 1) influx.sample(sample(AT + i));
    // The same point over and over: only in order does the last one win.
    const part = { service: 's1', customer: 'c1', class: 'unplanned', start: AT } as const;
    for (let i = 1; i <= 100; i += 1) influx.outage({ ...part, durationMs: i });
    await expect.poll(() => seen.story).toEqual(['away']);
    expect(seen).toMatchObject({ written: 1, queued: 12_100 });
    await server.start();
    await influx.flush();
    expect(seen).toMatchObject({ written: 12_101, dropped: 0, rejected: 0, queued: 0, story: ['away', 'back'] });
    expect(await rows('back', 'SELECT count(durationMs) FROM probe')).toMatchObject([{ count: 12_001 }]);
    expect(await rows('back', 'SELECT durationMs FROM outage')).toMatchObject([{ durationMs: 100 }]);
    await influx.close(1_000);
  });

  it('drops the oldest points of a full queue and counts them', async () => {
    const { influx, seen } = output(server.port, 'bounded', 10);
    await server.stop();
    for (let i = 0; i < 25; i += 1) influx.sample(sample(AT + i));
    expect(seen).toMatchObject({ dropped: 15, queued: 10 });
    await server.start();
    await influx.flush();
    expect(seen).toMatchObject({ written: 10, dropped: 15, queued: 0 });
    const times = (await rows('bounded', 'SELECT durationMs FROM probe')).map((row) => row.time);
    expect(times).toEqual(Array.from({ length: 10 }, (_, i) => AT + 15 + i));
    await influx.close(1_000);
  });

  it('writes what waits when it is closed, and takes nothing more', async () => {
    const { influx, seen } = output(server.port, 'closing');
    influx.sample(sample(AT));
    await influx.close(2_000);
    influx.sample(sample(AT + 1));
    expect(seen).toMatchObject({ written: 1, dropped: 1, queued: 0 });
  });
});

describe('a server that is no help', () => {
  it('closes within the deadline when nobody answers, and counts what is lost', async () => {
    const silent = createServer((socket) => socket.resume()).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const address = silent.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const { influx, seen } = output(port, 'nobody');
    influx.sample(sample(AT));
    influx.sample(sample(AT + 1));
    const flushed = influx.flush();
    const from = systemClock.monotonicMs();
    await influx.close(200);
    await flushed;
    expect(systemClock.monotonicMs() - from).toBeLessThan(1_500);
    expect(seen).toMatchObject({ written: 0, dropped: 2, queued: 0 });
    await new Promise((resolve) => silent.close(resolve));
  });
});
