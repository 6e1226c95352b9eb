/** A real web server goes away for a measured time: what the journal, the statement and the credit say of it. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { EdgeFact } from '../../src/domain/facts/fact.ts';
import { type Instant, MINUTE, type Millis, SECOND } from '../../src/domain/time/instant.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { Daemon } from '../support/daemon.ts';
import { type DaemonConfig, writeDaemonConfig } from '../support/daemon-config.ts';
import { readFacts } from '../support/journal-file.ts';
import { type Nginx, startNginx } from '../support/servers/nginx.ts';
import { installed } from '../support/servers/program.ts';
import { awayFromMonthEnd, creditOf, type PrintedStatement, startKepil, statementOf } from './kepil.ts';

const INTERVAL: Millis = SECOND;
const OUTAGE_AT_LEAST: Millis = 8 * SECOND;
/** So much that each millisecond is worth more than a tiyn, and a rounding done twice would show. */
const FEE = '987654321.97';

/** Something that happened after `after` and before `before`, by the same clock that the daemon reads. */
interface Moment {
  readonly after: Instant;
  readonly before: Instant;
}

async function timed(act: () => Promise<void>): Promise<Moment> {
  const after = systemClock.now();
  await act();
  return { after, before: systemClock.now() };
}

/** Probes are sent at whole seconds; between them no probe is cut in two by what we do. */
async function betweenProbes(): Promise<void> {
  const late = systemClock.now() % INTERVAL;
  await systemClock.sleep((1.3 * INTERVAL - late) % INTERVAL);
}

describe.skipIf(!installed('nginx'))('an outage of a real web server', () => {
  let nginx: Nginx;
  let config: DaemonConfig;
  let daemon: Daemon;
  let stopped: Moment;
  let started: Moment;
  let edges: readonly EdgeFact[];
  let statement: PrintedStatement;

  const edgesTo = async (to: EdgeFact['to']) =>
    (await readFacts(config.journalPath, 'edge')).filter((edge) => edge.to === to);

  beforeAll(async () => {
    await awayFromMonthEnd();
    nginx = await startNginx();
    config = await writeDaemonConfig({
      subscriptions: [
        {
          id: 's1',
          monthlyFee: FEE,
          checks: [
            {
              id: 'home',
              http: `http://127.0.0.1:${nginx.port}/`,
              interval: '1s',
              timeout: '800ms',
              maxGap: '30s',
            },
          ],
        },
      ],
    });
    daemon = await startKepil(config);
    await vi.waitFor(async () => expect(await edgesTo('up')).toHaveLength(1), { timeout: 10_000, interval: 200 });
    await betweenProbes();
    stopped = await timed(() => nginx.stop());
    await systemClock.sleep(OUTAGE_AT_LEAST);
    await betweenProbes();
    started = await timed(() => nginx.start());
    await vi.waitFor(async () => expect(await edgesTo('up')).toHaveLength(2), { timeout: 10_000, interval: 200 });
    edges = await readFacts(config.journalPath, 'edge');
    statement = await statementOf(config, 's1');
  }, 5 * MINUTE);
  afterAll(async () => {
    await daemon?.stop();
    await nginx?.close();
    await config?.[Symbol.asyncDispose]();
  });

  it('is journalled as its two edges and nothing else', () => {
    expect(edges.map((edge) => edge.to)).toEqual(['up', 'down', 'up']);
    expect(edges[1]?.evidence).toMatchObject({ error: 'connect_refused', address: '127.0.0.1' });
    expect(edges[2]?.evidence).toMatchObject({ status: 200 });
  });

  it('has edges whose bounds hold the true instants', () => {
    const [, down, up] = edges;
    expect(down!.earliest).toBeLessThan(stopped.before);
    expect(down!.latest).toBeGreaterThan(stopped.after);
    expect(up!.earliest).toBeLessThan(started.before);
    expect(up!.latest).toBeGreaterThan(started.after);
  });

  it('has edges between neighbouring probes: the last before and the first after', () => {
    for (const { earliest, latest } of edges.slice(1)) expect(latest - earliest).toBeLessThan(1.6 * INTERVAL);
    for (const { latest, evidence } of edges) expect(evidence).toMatchObject({ shownAt: latest });
  });

  it('begins and ends, at the midpoints, within one probe interval of the true instants', () => {
    expect(statement.segments).toHaveLength(1);
    const [segment] = statement.segments;
    const start = Date.parse(segment!.start);
    const end = Date.parse(segment!.end);
    expect(start).toBe(midpoint(edges[1]!));
    expect(end).toBe(midpoint(edges[2]!));
    expect(Math.max(stopped.after - start, start - stopped.before)).toBeLessThanOrEqual(INTERVAL);
    expect(Math.max(started.after - end, end - started.before)).toBeLessThanOrEqual(INTERVAL);
  });

  it('is one unplanned outage of the month, with the bounds of its total', () => {
    const [, down, up] = edges;
    const { month, segments } = statement;
    expect(month.outages).toBe(1);
    expect(segments.map((segment) => segment.class)).toEqual(['unplanned']);
    expect(month.ms.unplanned).toBe(midpoint(up!) - midpoint(down!));
    expect(month.ms).toMatchObject({ planned: 0, excluded: 0, outside: 0 });
    expect(month.unplannedMinMs).toBe(up!.earliest - down!.latest);
    expect(month.unplannedMaxMs).toBe(up!.latest - down!.earliest);
    const trueMs = started.before - stopped.after;
    expect(month.unplannedMinMs).toBeLessThanOrEqual(trueMs);
    expect(month.unplannedMaxMs).toBeGreaterThanOrEqual(started.after - stopped.before);
  });

  it('is owed for to the tiyn', () => {
    const { accrued, cap } = statement.credit;
    expect(accrued).toBe(creditOf(FEE, statement.month.ms.unplanned));
    expect(Number(accrued)).toBeGreaterThan(20_000);
    expect(cap).toBe(FEE);
  });
});

function midpoint({ earliest, latest }: EdgeFact): Instant {
  return Math.floor((earliest + latest) / 2);
}
