/**
 * Outages: a counter by class, and the latest outage of each service to the millisecond.
 *
 * An outage that has time in several classes counts once in each, when it first has. A part that a later decision moves to
 * another class (an exclusion approved, say) stays counted in the first and is counted in the second as well. The
 * statement, not the counter, says what holds now.
 */
import { Counter, type Registry } from 'prom-client';
import type { DowntimeClass } from '../../domain/contract/statement-result.ts';
import type { Instant, Millis } from '../../domain/time/instant.ts';
import { escapeLabel, type Family, type Sample, secondsText } from './exposition.ts';

const CLASSES: readonly DowntimeClass[] = ['planned', 'excluded', 'unplanned'];

export interface LastOutage {
  /** The same for the outage's whole life, unique over all services. */
  readonly id: string;
  readonly service: string;
  readonly start: Instant;
  /** Absent while it lasts. */
  readonly end?: Instant;
  /** Milliseconds of it by class so far. */
  readonly ms: Readonly<Record<DowntimeClass, Millis>>;
}

export interface OutageMetrics {
  /** An outage has time in a class in which it had none before. */
  outageReached(outageClass: DowntimeClass): void;
  /**
   * An outage began, grew, ended or was classed anew: shows it as its service's latest unless a later one is shown already.
   */
  outage(outage: LastOutage): void;
  /** Stops showing the outages of a service that is no longer there. */
  remove(service: string): void;
  readonly families: readonly Family[];
}

/** Registers the counter; the series by service are `families`, for `printGauges`. */
export function createOutageMetrics(registry: Registry): OutageMetrics {
  const counter = new Counter({
    name: 'kepil_outages_total',
    help: 'Outages confirmed since the daemon started, by class; one with time in several classes counts in each.',
    labelNames: ['class'],
    registers: [registry],
  });
  for (const name of CLASSES) counter.inc({ class: name }, 0);
  const last = new Map<string, LastOutage>();

  function* lengths(): Iterable<Sample> {
    for (const { service, ms } of last.values()) {
      const label = escapeLabel(service);
      for (const name of CLASSES) {
        yield { labels: `{service="${label}",class="${name}"}`, value: secondsText(ms[name]) };
      }
    }
  }
  function* instants(of: (outage: LastOutage) => Instant | undefined): Iterable<Sample> {
    for (const outage of last.values()) {
      const at = of(outage);
      if (at !== undefined) {
        yield { labels: `{service="${escapeLabel(outage.service)}"}`, value: secondsText(at) };
      }
    }
  }

  return {
    outageReached: (outageClass) => counter.inc({ class: outageClass }),
    outage(outage) {
      const shown = last.get(outage.service);
      if (!shown || shown.id === outage.id || shown.start <= outage.start) last.set(outage.service, outage);
    },
    remove(service) {
      last.delete(service);
    },
    families: [
      {
        name: 'kepil_outage_last_seconds',
        help: "Length so far of the service's latest outage, by class.",
        samples: lengths,
      },
      {
        name: 'kepil_outage_last_start_seconds',
        help: "When the service's latest outage began, in seconds since the epoch.",
        samples: () => instants((outage) => outage.start),
      },
      {
        name: 'kepil_outage_last_end_seconds',
        help: "When the service's latest outage ended, in seconds since the epoch; absent while it lasts.",
        samples: () => instants((outage) => outage.end),
      },
    ],
  };
}
