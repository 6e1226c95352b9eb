/**
 * `/metrics`: one registry of its own, never the global one, and the text that Prometheus scrapes.
 *
 * Promises: (1) labels come from closed lists, from service, customer and component ids, and from currencies, nothing
 * from a target; (2) a scrape never holds the event loop for longer than a chunk takes; (3) seconds are exact to the
 * millisecond and money to the minor unit in the text.
 */
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { FleetFigures } from '../../domain/contract/fleet-figures.ts';
import { createDaemonMetrics, type DaemonMetrics, type DaemonMetricsOptions } from './daemon-metrics.ts';
import { printGauges } from './exposition.ts';
import { createOutageMetrics, type OutageMetrics } from './outage-metrics.ts';
import { createServiceMetrics } from './service-metrics.ts';

export interface MetricsOptions extends DaemonMetricsOptions {
  /** What is shown of the services. */
  readonly figures: FleetFigures;
  /** Whether `process_*` and `nodejs_*` are there too. */
  readonly processMetrics: boolean;
}

export interface Metrics extends DaemonMetrics, Omit<OutageMetrics, 'families'> {
  /** For metrics that other parts register; those by service are not in it. */
  readonly registry: Registry;
  readonly contentType: string;
  /** The whole text in chunks of UTF-8, for a response that is streamed. */
  chunks(): AsyncGenerator<Buffer>;
  /** The whole text. At 100 000 services that is some 200 MB: prefer `chunks`. */
  render(): Promise<string>;
}

/** Gauges of prom-client that are named like counters; `nodejs_active_handles` and its like say the same by type. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/** Makes the daemon's metrics; nothing is shared between two of them. */
export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  const daemon = createDaemonMetrics(registry, options);
  const outages = createOutageMetrics(registry);
  const services = createServiceMetrics(options.figures);
  if (options.processMetrics) {
    collectDefaultMetrics({ register: registry });
    for (const name of MISNAMED) registry.removeSingleMetric(name);
  }

  async function* chunks(): AsyncGenerator<Buffer> {
    yield Buffer.from(await registry.metrics());
    yield* printGauges([...services, ...outages.families]);
  }

  return {
    ...daemon,
    outageReached: outages.outageReached,
    outage: outages.outage,
    remove: outages.remove,
    registry,
    contentType: registry.contentType,
    chunks,
    async render() {
      return Buffer.concat(await Array.fromAsync(chunks())).toString();
    },
  };
}
