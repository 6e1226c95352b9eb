/** What keeps the fleet's dashboard whole: rules on its form, and each query held against the metrics that exist. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { InfluxDB } from 'influx';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createInfluxOutput } from '../../src/outputs/influx/influx-output.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { emptyMetrics, MARCH_10, sampleMetrics } from '../outputs/metrics/sample-metrics.ts';
import { type Dashboard, dashboardQueries, type Panel, panelsOf } from '../support/dashboard-queries.ts';
import { startInfluxdb } from '../support/servers/influxdb.ts';
import { installed, programPath } from '../support/servers/program.ts';
import { startPrometheus } from '../support/servers/prometheus.ts';

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'dashboards');
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
const promtool = programPath('promtool');

function dashboard(file: string): Dashboard {
  return JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Dashboard;
}

/** Label names by series name, from the text that Prometheus scrapes. */
async function knownSeries(): Promise<Map<string, Set<string>>> {
  const process = emptyMetrics(true);
  const golden = readFileSync(join(ROOT, 'test/golden/metrics.txt'), 'utf8');
  const known = new Map<string, Set<string>>();
  for (const line of `${await process.registry.metrics()}\n${golden}`.split('\n')) {
    const sample = /^(\w+)(?:\{(.*)\})? /.exec(line);
    if (!sample?.[1]) continue;
    const labels = known.get(sample[1]) ?? new Set(['job', 'instance']);
    for (const [, label] of (sample[2] ?? '').matchAll(/(\w+)="/g)) labels.add(label!);
    known.set(sample[1], labels);
  }
  return known;
}

describe.each(files)('%s', (file) => {
  const board = dashboard(file);
  const panels = panelsOf(board);
  const queries = dashboardQueries(board);
  const variables = new Set(board.templating.list.map((one) => `\${${one.name}}`));

  it('says of every panel what it is, what it means and in which unit', () => {
    for (const { title, description, fieldConfig, type } of panels) {
      expect(title, JSON.stringify({ type })).toMatch(/\S/);
      expect(description, title).toMatch(/\.$/);
      expect(fieldConfig?.defaults.unit, title).toMatch(/\S/);
    }
    const titles = panels.map((panel) => panel.title);
    expect(new Set(titles).size).toBe(titles.length);
  });

  it('takes every data source from a variable', () => {
    for (const panel of panels) {
      expect(panel.targets?.length, panel.title).toBeGreaterThan(0);
      for (const source of [panel.datasource, ...(panel.targets ?? []).map((target) => target.datasource)]) {
        expect(variables, panel.title).toContain(source?.uid);
      }
    }
    for (const { name, builtIn, datasource } of board.annotations.list) {
      if (builtIn !== 1) expect(variables, name).toContain(datasource.uid);
    }
  });

  it('lays panels side by side, none over another, none over the edge', () => {
    const overlap = (a: Panel['gridPos'], b: Panel['gridPos']) =>
      a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
    for (const [i, { gridPos, title, id }] of board.panels.entries()) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (const other of board.panels.slice(i + 1)) {
        expect(overlap(gridPos, other.gridPos), `${title} over ${other.title}`).toBe(false);
        expect(id).not.toBe(other.id);
      }
    }
  });

  it('asks only for metrics that exist, by labels that they have', async () => {
    const known = await knownSeries();
    const variableQueries = board.templating.list
      .filter((one) => one.type === 'query')
      .map((one) => ({ panel: `$${one.name}`, query: JSON.stringify(one.query), datasource: 'prometheus' as const }));
    for (const { panel, query, datasource } of [...queries, ...variableQueries]) {
      if (datasource !== 'prometheus') continue;
      const names = [...query.matchAll(/\b(?:kepil|process|nodejs)_\w+/g)].map(([name]) => name);
      expect(names.length, panel).toBeGreaterThan(0);
      for (const name of names) expect([...known.keys()], panel).toContain(name);
      for (const [, name, matchers] of query.matchAll(/\b(\w+)\{([^}]*)\}/g)) {
        for (const [, label] of (matchers ?? '').matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)) {
          expect([...(known.get(name!) ?? [])], `${panel}: ${name}`).toContain(label);
        }
      }
    }
  });

  it.skipIf(promtool === undefined)('asks Prometheus in its own language', async () => {
    const rules = queries
      .filter((one) => one.datasource === 'prometheus')
      .map(({ query }, i) => ({ record: `query:${i}`, expr: query }));
    const folder = await mkdtemp(join(tmpdir(), 'kepil-rules-'));
    const rulesFile = join(folder, 'rules.yaml');
    await writeFile(rulesFile, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
    const { status, stderr } = spawnSync(promtool!, ['check', 'rules', rulesFile], { encoding: 'utf8' });
    await rm(folder, { recursive: true });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  it.skipIf(!installed('influxd'))('gets an answer from InfluxDB to every question', async () => {
    await using server = await startInfluxdb();
    const nothing = () => undefined;
    const output = createInfluxOutput({
      url: `http://127.0.0.1:${server.port}`,
      database: 'kepil',
      clock: systemClock,
      maxQueue: 100,
      events: { written: nothing, dropped: nothing, rejected: nothing, away: nothing, back: nothing, queued: nothing },
    });
    const start = systemClock.now() - 60_000;
    const phases = { resolveMs: 1, connectMs: 1, tlsMs: 1, firstByteMs: 1, transferMs: 1 };
    const probe = { service: 's1', component: 'web', check: 'k1', vantage: 'local', kind: 'http', durationMs: 5 };
    output.sample({ ...probe, outcome: 'ok', sentAt: start, phases });
    output.outage({
      service: 's1',
      customer: 'c1',
      class: 'unplanned',
      start,
      end: start + 59_123,
      durationMs: 59_123,
    });
    output.outage({ service: 's1', customer: 'c1', class: 'planned', start, durationMs: 7 });
    await output.close(5_000);
    const reader = new InfluxDB({ host: '127.0.0.1', port: server.port, database: 'kepil' });
    for (const { panel, query, datasource } of queries) {
      if (datasource !== 'influx') continue;
      const answer = await reader.queryRaw(query);
      expect(answer.results[0].error, panel).toBeUndefined();
      expect(answer.results[0].series?.[0].values.length, panel).toBeGreaterThan(0);
    }
  });
});

describe.skipIf(!installed('prometheus'))('a real Prometheus', () => {
  it('has an answer to every question of every dashboard, exact to the millisecond', async () => {
    const metrics = sampleMetrics(true);
    const exporter = createServer((_request, response) => {
      metrics.probe({
        service: 's1',
        component: 'web',
        kind: 'http',
        outcome: 'fail',
        error: 'http_status',
        durationMs: 9,
      });
      response.setHeader('content-type', metrics.contentType);
      Readable.from(metrics.chunks()).pipe(response);
    }).listen(0, '127.0.0.1');
    await once(exporter, 'listening');
    const target = `127.0.0.1:${(exporter.address() as AddressInfo).port}`;
    await using prometheus = await startPrometheus({ scrape: [{ job: 'kepil', target }], scrapeInterval: '1s' });
    await expect
      .poll(() => prometheus.query('count_over_time(kepil_info[1m]) >= 3'), { timeout: 20_000, interval: 200 })
      .toHaveLength(1);
    const unanswered: string[] = [];
    for (const file of files) {
      for (const { panel, query, datasource } of dashboardQueries(dashboard(file))) {
        if (datasource === 'prometheus' && (await prometheus.query(query)).length === 0) unanswered.push(panel);
      }
    }
    expect(unanswered).toEqual([]);
    const last = await prometheus.query('kepil_outage_last_seconds{service="s1", class="unplanned"}');
    expect(last.map((one) => one.value)).toEqual([59.123]);
    const start = await prometheus.query('kepil_outage_last_start_seconds{service="s1"}');
    expect(start.map((one) => Math.round(one.value * 1_000))).toEqual([MARCH_10]);
    exporter.closeAllConnections();
    exporter.close();
  });
});

describe('provisioning', () => {
  it('makes the data sources that the dashboards start with', () => {
    const { datasources } = parse(readFileSync(join(FOLDER, 'provisioning/datasources/kepil.yaml'), 'utf8')) as {
      datasources: { uid: string; type: string }[];
    };
    expect(datasources).toMatchObject([
      { uid: 'kepil-prometheus', type: 'prometheus' },
      { uid: 'kepil-influx', type: 'influxdb' },
    ]);
    for (const file of files) {
      const chosen = dashboard(file)
        .templating.list.filter((one) => one.type === 'datasource')
        .map((one) => (one as unknown as { current: { value: string } }).current.value);
      expect(datasources.map((one) => one.uid)).toEqual(expect.arrayContaining(chosen));
    }
  });
});
