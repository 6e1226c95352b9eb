/** The configuration's checks as the monitor runs them, each going on from what the ledger last recorded of it. */
import type { Configuration } from '../config/configuration.ts';
import { lastStateOf } from '../domain/detection/last-state.ts';
import type { Ledger } from '../domain/facts/ledger.ts';
import type { Instant, Millis } from '../domain/time/instant.ts';
import { phaseOf } from '../monitor/schedule.ts';
import type { WatchedCheck } from '../monitor/watched-check.ts';

/** Where a check belongs; what samples are labelled with. */
export interface CheckPlace {
  readonly service: string;
  readonly component: string;
  readonly kind: string;
}

/**
 * All checks of the configuration. Their phases are spread evenly within each interval. What was recorded at an instant
 * that the clock, set back since, has yet to reach counts too: forgetting it, a check would go on from a state that the
 * journal has long left, and no edge would ever say so.
 */
export function watchedChecks(configuration: Configuration, ledger: Ledger, now: Instant): readonly WatchedCheck[] {
  const asOf = ledger.asOf(now);
  const ordinals = new Map<Millis, number>();
  return configuration.services.flatMap((service) =>
    service.checks.map(({ fact, request, allow, group, fate }): WatchedCheck => {
      const ordinal = ordinals.get(fact.intervalMs) ?? 0;
      ordinals.set(fact.intervalMs, ordinal + 1);
      const recorded = lastStateOf(ledger, fact.id, configuration.vantage, asOf);
      return {
        id: fact.id,
        intervalMs: fact.intervalMs,
        phaseMs: phaseOf(ordinal, fact.intervalMs),
        policy: { maxGapMs: fact.maxGapMs, failures: fact.failures, successes: fact.successes },
        request,
        allow,
        ...(group === undefined ? {} : { group }),
        ...(fate === undefined ? {} : { fate }),
        ...(recorded ? { recorded } : {}),
      };
    }),
  );
}

/** The place of each check by its id. */
export function placesOf(configuration: Configuration): ReadonlyMap<string, CheckPlace> {
  return new Map(
    configuration.services.flatMap(({ fact, checks }) =>
      Object.entries(fact.components).flatMap(([component, { checks: ids }]) =>
        checks
          .filter((check) => ids.includes(check.fact.id))
          .map((check) => [check.fact.id, { service: fact.id, component, kind: check.request.target.kind }] as const),
      ),
    ),
  );
}

/** The server of each check by its id: the service's where none is named. */
export function serversOf(configuration: Configuration): (check: string) => string {
  const servers = new Map(
    configuration.services.flatMap(({ fact, checks }) =>
      checks.map((check) => [check.fact.id, check.group ?? `service ${fact.id}`] as const),
    ),
  );
  return (check) => servers.get(check) ?? check;
}
