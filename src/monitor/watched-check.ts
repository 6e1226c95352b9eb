/** A check as the monitor runs it, and what comes back of it. Plain data: it crosses to the worker threads and back. */
import { isDeepStrictEqual } from 'node:util';
import type { DetectionPolicy } from '../domain/detection/detector.ts';
import type { Evidence, Outcome, State } from '../domain/facts/fact.ts';
import type { Instant, Millis } from '../domain/time/instant.ts';
import type { Failure, PhaseTimes, VoidReason } from '../probes/outcome.ts';
import type { ProbeRequest } from '../probes/target.ts';

export interface WatchedCheck {
  readonly id: string;
  readonly intervalMs: Millis;
  readonly phaseMs: Millis;
  readonly policy: DetectionPolicy;
  readonly request: ProbeRequest;
  /** Address ranges that its target may lie in although they are private. */
  readonly allow: readonly string[];
  /** Checks of one group share the fate of one server. */
  readonly group?: string;
  /** Names those by whose probes its edges may be dated: the group's checks of one kind. Absent: by its own alone. */
  readonly fate?: string;
  /** What was last recorded of it, to go on from. */
  readonly recorded?: RecordedState;
}

/** A state that began by `since` and was observed at `through`. */
export interface RecordedState {
  readonly state: State;
  readonly through: Instant;
  readonly since?: Instant;
}

/** Whether a check is run as it was, whatever was recorded of it since. */
export function isRunAlike(before: WatchedCheck | undefined, after: WatchedCheck): boolean {
  if (before === undefined || before === after) return before === after;
  return isDeepStrictEqual({ ...before, recorded: undefined }, { ...after, recorded: undefined });
}

/** Bounds of what one thread probes at once and besides the slots. */
export interface ProbeLimits {
  /** Probes at once to one server. */
  readonly perServer: number;
  /** Probes at once to all servers. */
  readonly inFlight: number;
  /** Extra probes in the long run, as a part of those that the slots ask for: 1 is as many again. */
  readonly extra: number;
}

/** How slots wander about their grid (wander.ts). */
export interface Jitter {
  /** How far, as a part of the interval; 0 keeps them on the grid. */
  readonly part: number;
  readonly seed: number;
}

/** Probes that are due and not yet sent, by what they wait for: the budget, their server, or room among all probes. */
export interface WaitingProbes {
  readonly budget: number;
  readonly server: number;
  readonly room: number;
}

/** A target of known good standing outside the provider's network. */
export interface Canary {
  readonly request: ProbeRequest;
  readonly allow: readonly string[];
}

/** What tells a blind monitor from targets that are down. */
export interface CanarySettings {
  readonly canaries: readonly Canary[];
  /** How many of them must answer. */
  readonly need: number;
  readonly intervalMs: Millis;
}

/** A state edge found, with what the probe that showed it first said. */
export interface FoundEdge {
  readonly check: string;
  readonly to: State;
  readonly earliest: Instant;
  readonly latest: Instant;
  readonly evidence?: Evidence;
}

/** One probe, for metrics and time series. */
export interface Sample {
  readonly check: string;
  readonly sentAt: Instant;
  readonly outcome: Outcome;
  readonly error?: Failure | VoidReason;
  readonly durationMs: number;
  /** How much later than planned it was sent. */
  readonly latenessMs: number;
  readonly phases: PhaseTimes;
}

/** How far all checks of an interval are covered (see CoverageFact); null while none is known or being probed. */
export interface Coverage {
  readonly intervalMs: Millis;
  readonly through: Instant | null;
}

/** What a prober hands over: edges first, then coverage that presumes them. */
export interface Batch {
  readonly edges: readonly FoundEdge[];
  readonly coverage: readonly Coverage[];
  readonly samples: readonly Sample[];
  /** Checks at which a run of failures ended before it confirmed an outage, once for each run. */
  readonly blips: readonly string[];
  /** Probes sent and not yet finished. */
  readonly inFlight: number;
  readonly waiting: WaitingProbes;
  /** Slots passed over since the last batch, for the machine slept or the clock was set on by more than an interval. */
  readonly skipped: number;
}
