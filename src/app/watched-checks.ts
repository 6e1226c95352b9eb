/** The configuration's checks as the monitor runs them, each going on from what the ledger last recorded of it. */
import { isDeepStrictEqual } from 'node:util';
import type { Configuration, ConfiguredCheck } from '../config/configuration.ts';
import type { DetectionPolicy } from '../domain/detection/detector.ts';
import { lastStateOf } from '../domain/detection/last-state.ts';
import type { Ledger } from '../domain/facts/ledger.ts';
import type { Instant, Millis } from '../domain/time/instant.ts';
import { type Phased, phaseSteps } from '../monitor/phases.ts';
import { isRunAlike, type WatchedCheck } from '../monitor/watched-check.ts';
import type { Steps } from '../runtime/slices.ts';

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
 * @param before what is watched so far: a check that goes on with its interval keeps its phase, and one that is run as before is the
 * very same.
 */
export function* watchedChecks(
  configuration: Configuration,
  ledger: Ledger,
  now: Instant,
  before: readonly WatchedCheck[] = [],
): Steps<readonly WatchedCheck[]> {
  const asOf = ledger.asOf(now);
  const running = new Map<string, WatchedCheck>();
  for (const check of before) {
    running.set(check.id, check);
    yield;
  }
  const phased: Phased[] = [];
  const kept = new Map<string, Millis>();
  for (const { checks } of configuration.services) {
    for (const { fact, group } of checks) {
      const { id, intervalMs } = fact;
      phased.push({ id, intervalMs, ...(group === undefined ? {} : { group }) });
      const known = running.get(id);
      if (known?.intervalMs === intervalMs) kept.set(id, known.phaseMs);
    }
    yield;
  }
  const phases = yield* phaseSteps(phased, kept);
  const watched: WatchedCheck[] = [];
  // Nearly all checks have one policy, and then one object: a hundred thousand of them are kept, on both sides.
  const policies = new Map<string, DetectionPolicy>();
  const policyOf = ({ maxGapMs, failures, successes }: DetectionPolicy): DetectionPolicy =>
    policies.getOrInsertComputed(`${maxGapMs} ${failures} ${successes}`, () => ({ maxGapMs, failures, successes }));
  for (const { fact, request, allow, group, fate } of checksOf(configuration)) {
    const check: WatchedCheck = {
      id: fact.id,
      intervalMs: fact.intervalMs,
      phaseMs: phases.get(fact.id) ?? 0,
      policy: policyOf(fact),
      request,
      allow,
      ...(group === undefined ? {} : { group }),
      ...(fate === undefined ? {} : { fate }),
    };
    const known = running.get(fact.id);
    if (known && isRunAlike(known, check)) watched.push(known);
    else {
      const last = lastStateOf(ledger, fact.id, configuration.vantage, asOf);
      const recorded = last && { state: last.state, since: last.since, through: last.observedAt };
      watched.push(recorded ? { ...check, recorded } : check);
    }
    yield;
  }
  return watched;
}

function* checksOf({ services }: Configuration): Generator<ConfiguredCheck> {
  for (const { checks } of services) yield* checks;
}

/**
 * The place of each check by its id.
 * @param before places of which those that stay are taken.
 */
export function* placesOf(
  configuration: Configuration,
  before: ReadonlyMap<string, CheckPlace> = new Map(),
): Steps<ReadonlyMap<string, CheckPlace>> {
  const places = new Map<string, CheckPlace>();
  for (const { fact, checks } of configuration.services) {
    for (const [component, { checks: ids }] of Object.entries(fact.components)) {
      for (const { fact: check, request, group } of checks) {
        if (!ids.includes(check.id)) continue;
        const place = {
          service: fact.id,
          component,
          kind: request.target.kind,
          server: group ?? `service ${fact.id}`,
        };
        const known = before.get(check.id);
        places.set(check.id, known && isDeepStrictEqual(known, place) ? known : place);
      }
    }
    yield;
  }
  return places;
}
