/** A check under way in a prober loop: what is known of it, and what it waits for. Changed in place by the loop. */
import { createDetectorState, type DetectorState, restoreDetectorState } from '../domain/detection/detector.ts';
import type { Evidence } from '../domain/facts/fact.ts';
import type { Instant } from '../domain/time/instant.ts';
import type { FateDating } from './fate-dating.ts';
import type { FateSample } from './fate-sample.ts';
import type { Block } from './interval-ring.ts';
import type { Server, Waiting } from './launch-gate.ts';
import type { WatchedCheck } from './watched-check.ts';

export interface RunningCheck {
  /** Replaced by a reload. */
  check: WatchedCheck;
  readonly state: DetectorState;
  server: Server;
  /** Of those in its group that are probed the same way; undefined for a check of its own. */
  sample: FateSample<RunningCheck> | undefined;
  /** Dates its edges by its neighbours' probes; undefined where its own alone do. */
  fate: FateDating | undefined;
  /** Its place in the ring of its interval. */
  block: Block | undefined;
  /** When the probe in flight was started; undefined while none is. */
  inFlightSince: Instant | undefined;
  /** A slot came while a probe was in flight: the next one follows it at once. */
  owed: boolean;
  /** What the first probe of the current contrary run showed. */
  contraryEvidence: Evidence | undefined;
  /** When the outage that is going on was first seen. */
  downSince: Instant | undefined;
  /** When it is to be probed besides its slots; infinite when it is not. */
  extraDue: Instant;
  /** What keeps a probe that is due from being sent. */
  waiting: Waiting | undefined;
  /** Taken out by a reload: what its probe in flight shows counts no more. */
  gone: boolean;
}

export function runningCheck(
  check: WatchedCheck,
  server: Server,
  sample: FateSample<RunningCheck> | undefined,
): RunningCheck {
  const { recorded } = check;
  return {
    check,
    state: recorded ? restoreDetectorState(recorded.state, recorded.through) : createDetectorState(),
    server,
    sample,
    fate: undefined,
    block: undefined,
    inFlightSince: undefined,
    owed: false,
    contraryEvidence: undefined,
    downSince: recorded?.state === 'down' ? (recorded.since ?? recorded.through) : undefined,
    extraDue: Number.POSITIVE_INFINITY,
    waiting: undefined,
    gone: false,
  };
}
