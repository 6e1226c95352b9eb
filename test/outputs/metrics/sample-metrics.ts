/** A full set of metrics from fixed inputs, as the golden file shows it. */
import { type ComputedService, FleetFigures } from '../../../src/domain/contract/fleet-figures.ts';
import type { ClassTotals, Statement } from '../../../src/domain/contract/statement-result.ts';
import { DAY, HOUR, SECOND } from '../../../src/domain/time/instant.ts';
import { createMetrics, type Metrics } from '../../../src/outputs/metrics/metrics.ts';
import { FAILURES, VOIDS } from '../../../src/probes/outcome.ts';

export const MARCH_10 = Date.parse('2026-03-10T00:30:00.123+05:00');

const NONE: ClassTotals = { up: 0, planned: 0, excluded: 0, unplanned: 0, unknown: 0, outside: 0 };

export interface StatementOptions {
  readonly service: string;
  readonly month?: Partial<ClassTotals>;
  readonly year?: Partial<ClassTotals>;
  readonly promise?: Statement['year']['promise'];
  readonly remainingMs?: number;
  readonly accruedMinor?: bigint;
}

/** A statement with the numbers that matter here. */
export function statement(options: StatementOptions): Statement {
  const money = (minor: bigint) => ({ minor, currency: 'KZT' });
  const period = { start: 0, end: 31 * DAY };
  return {
    service: options.service,
    customer: 'c1',
    month: { period, ms: { ...NONE, ...options.month }, unplannedMinMs: 0, unplannedMaxMs: 0, outages: 1 },
    year: {
      period,
      ms: { ...NONE, ...options.year },
      allowanceMs: 63_072_000,
      remainingMs: options.remainingMs ?? 63_072_000,
      promise: options.promise ?? 'kept',
    },
    segments: [],
    credit: {
      currency: 'KZT',
      accrued: money(options.accruedMinor ?? 0n),
      claimed: money(0n),
      cap: money(450_000n),
    },
    tickets: [],
  };
}

/** A service as it is shown with a statement: up, unless said otherwise. */
export function shown(of: Statement, more: Partial<ComputedService> = {}): ComputedService {
  return { service: of.service, customer: of.customer, state: 'up', components: { web: 'up' }, statement: of, ...more };
}

/** Metrics by default without those of the process, which no two runs share. */
export function emptyMetrics(processMetrics = false, figures = new FleetFigures()): Metrics {
  return createMetrics({
    figures,
    version: '0.1.0',
    startedAt: MARCH_10 - DAY,
    errorWords: [...FAILURES, ...VOIDS],
    processMetrics,
  });
}

/** Every metric with at least one sample. */
export function sampleMetrics(processMetrics = false, figures = new FleetFigures()): Metrics {
  const metrics = emptyMetrics(processMetrics, figures);
  const base = { service: 's1', component: 'web' };
  metrics.probe({ ...base, kind: 'http', outcome: 'ok', durationMs: 42 });
  metrics.probe({ ...base, kind: 'http', outcome: 'fail', error: 'http_status', durationMs: 250 });
  metrics.probe({
    ...base,
    component: 'mail',
    kind: 'smtp',
    outcome: 'fail',
    error: 'connect_timeout',
    durationMs: 10_000,
  });
  metrics.probe({ ...base, kind: 'http', outcome: 'void', error: 'monitor_stopping', durationMs: 1 });
  metrics.probesInFlight(3);
  metrics.scheduleLateness(2);
  metrics.blip('http');
  metrics.journalEntries(1_234);
  metrics.journalAppend(0.25);
  metrics.mail('notice', 'accepted');
  metrics.mail('statement', 'deferred');
  metrics.mail('incident', 'refused');
  metrics.mailPending(1);
  metrics.influxPoints('written', 4_000);
  metrics.influxPoints('dropped', 7);
  metrics.influxQueue(12);
  metrics.configReload(true, MARCH_10 - DAY);
  const s1 = statement({
    service: 's1',
    month: { up: 9 * DAY, planned: HOUR, excluded: 1, unplanned: 59_123, unknown: 30 * SECOND },
    year: { up: 68 * DAY, planned: 2 * HOUR, excluded: 1, unplanned: 64_000_001, unknown: 0, outside: 5 },
    promise: 'broken',
    remainingMs: -928_001,
    accruedMinor: 31_245n,
  });
  const s2 = statement({ service: 's2', month: { outside: DAY }, year: { outside: DAY } });
  const s3 = statement({ service: 's3 "quoted" \\ path', month: { up: DAY }, year: { up: DAY }, accruedMinor: 5n });
  figures.set(shown(s1, { customer: 'c1', state: 'down', components: { web: 'down', mail: 'up' } }));
  figures.set(shown(s2, { customer: 'c2', state: 'unknown', components: { web: 'unknown' } }));
  figures.set(shown(s3, { customer: 'c3' }));
  metrics.outage({
    id: 'o1',
    service: 's1',
    start: MARCH_10,
    end: MARCH_10 + HOUR + 59_124,
    ms: { planned: HOUR, excluded: 1, unplanned: 59_123 },
  });
  for (const reached of ['planned', 'excluded', 'unplanned', 'unplanned'] as const) metrics.outageReached(reached);
  metrics.outage({ id: 'o2', service: 's2', start: MARCH_10, ms: { planned: 0, excluded: 0, unplanned: 1_001 } });
  return metrics;
}
