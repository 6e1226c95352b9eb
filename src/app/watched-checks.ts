/** The configuration's checks as the monitor runs them, each going on from what the ledger last recorded of it. */
import type { Configuration } from '../config/configuration.ts';
import { lastStateOf } from '../domain/detection/last-state.ts';
import type { Ledger } from '../domain/facts/ledger.ts';
import type { Instant } from '../domain/time/instant.ts';
import { assignPhases } from '../monitor/phases.ts';
import type { WatchedCheck } from '../monitor/watched-check.ts';

/** Where a check belongs; what samples are labelled with. */
export interface CheckPlace {
  readonly service: string;
  readonly component: string;
  readonly kind: string;
  /** The server that it is on; its service where none is named. */
  readonly server: string;
}

/**
 * All checks of the configuration, their phases spread evenly. What was recorded at an instant that the clock, set back
 * since, has yet to reach counts too: forgetting it, a check would go on from a state that the journal has long left, and
 * no edge would ever say so.
 * @param before what is watched so far: a check that goes on with its interval keeps its phase.
 */
export function watchedChecks(
  configuration: Configuration,
  ledger: Ledger,
  now: Instant,
  before: readonly WatchedCheck[] = [],
): readonly WatchedCheck[] {
  const asOf = ledger.asOf(now);
  const configured = configuration.services.flatMap((service) => service.checks);
  const intervals = new Map(configured.map(({ fact }) => [fact.id, fact.intervalMs]));
  const kept = before.filter(({ id, intervalMs }) => intervals.get(id) === intervalMs);
  const phases = assignPhases(
    configured.map(({ fact, group }) => ({
      id: fact.id,
      intervalMs: fact.intervalMs,
      ...(group === undefined ? {} : { group }),
    })),
    new Map(kept.map(({ id, phaseMs }) => [id, phaseMs])),
  );
  return configured.map(({ fact, request, allow, group, fate }): WatchedCheck => {
    const last = lastStateOf(ledger, fact.id, configuration.vantage, asOf);
    return {
      id: fact.id,
      intervalMs: fact.intervalMs,
      phaseMs: phases.get(fact.id) ?? 0,
      policy: { maxGapMs: fact.maxGapMs, failures: fact.failures, successes: fact.successes },
      request,
      allow,
      ...(group === undefined ? {} : { group }),
      ...(fate === undefined ? {} : { fate }),
      ...(last ? { recorded: { state: last.state, since: last.since, through: last.observedAt } } : {}),
    };
  });
}

/** The place of each check by its id. */
export function placesOf(configuration: Configuration): ReadonlyMap<string, CheckPlace> {
  return new Map(
    configuration.services.flatMap(({ fact, checks }) =>
      Object.entries(fact.components).flatMap(([component, { checks: ids }]) =>
        checks
          .filter((check) => ids.includes(check.fact.id))
          .map(
            (check) =>
              [
                check.fact.id,
                {
                  service: fact.id,
                  component,
                  kind: check.request.target.kind,
                  server: check.group ?? `service ${fact.id}`,
                },
              ] as const,
          ),
      ),
    ),
  );
}
