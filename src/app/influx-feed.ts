/** The InfluxDB output, wired to its settings, the log and the metrics. */
import type { InfluxSettings } from '../config/configuration.ts';
import { createInfluxOutput, type InfluxOutput } from '../outputs/influx/influx-output.ts';
import type { Metrics } from '../outputs/metrics/metrics.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/log.ts';

/** Points that wait while InfluxDB is away: some minutes of a large fleet, some tens of megabytes. */
const QUEUE_MOST = 200_000;

/** Opens the output. Whatever it cannot deliver is counted and said, and holds up nobody. */
export function openInflux(
  settings: InfluxSettings,
  { clock, log, metrics }: { clock: Clock; log: Logger; metrics: Pick<Metrics, 'influxPoints' | 'influxQueue'> },
): InfluxOutput {
  const { url, database, credentials } = settings;
  return createInfluxOutput({
    url,
    database,
    ...(credentials ? { username: credentials.username, password: credentials.password.reveal() } : {}),
    clock,
    maxQueue: QUEUE_MOST,
    events: {
      written: (points) => metrics.influxPoints('written', points),
      dropped: (points) => metrics.influxPoints('dropped', points),
      rejected: (points, reason) => {
        metrics.influxPoints('rejected', points);
        log.error({ points, reason }, 'InfluxDB refused points');
      },
      away: (reason) => log.warn({ reason }, 'InfluxDB is away'),
      back: () => log.info('InfluxDB is back'),
      queued: (points) => metrics.influxQueue(points),
    },
  });
}
