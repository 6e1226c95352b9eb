/**
 * The records of a prober loop: a check under way with what is known of it and what it waits for, and what it shares with
 * others. Changed in place by the loop, its rings and its gate.
 */
import { createDetectorState, type DetectorState, restoreDetectorState } from '../domain/detection/detector.ts';
import type { Evidence } from '../domain/facts/fact.ts';
import type { Instant } from '../domain/time/instant.ts';
import type { ExtraProbe } from './budget.ts';
import type { FailedRun } from './failed-run.ts';
import type { FateDating } from './fate-dating.ts';
import type { FateSample } from './fate-sample.ts';
import type { Fifo } from './fifo.ts';
import type { WaitingProbes, WatchedCheck } from './watched-check.ts';

/** Why a probe is sent, the most urgent first. */
export type Urgency = 'slot' | ExtraProbe;

/** A probe that is due and may not be sent yet. */
export interface Waiting {
  readonly running: RunningCheck;
  readonly urgency: Urgency;
  /** When it should have been sent: an extra probe when the budget let it. */
  due: Instant;
  paid: boolean;
  waitsFor: keyof WaitingProbes;
}

export type Line = Record<Urgency, Fifo<Waiting>>;

/** What is shared by the checks of one server. */
export interface Server {
  inFlight: number;
  /** Probes at once that slots and confirmations need when each lasts to its deadline. */
  need: number;
  line: Line | undefined;
}

/** Neighbours of a ring that are looked at together. */
export interface Block {
  readonly members: readonly RunningCheck[];
  /** Something happened to a member that may change what is covered, or when it has been silent for too long. */
  changed: boolean;
  /** Through when all members are covered; null while none is known or being probed. */
  through: Instant | null;
  /** Until when no member can have been silent for too long. */
  quietUntil: Instant;
}

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
  /** Its failed probes since it was last up; those of an outage as far as this thread saw it. */
  failed: FailedRun | undefined;
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
    failed: undefined,
    downSince: recorded?.state === 'down' ? (recorded.since ?? recorded.through) : undefined,
    extraDue: Number.POSITIVE_INFINITY,
    waiting: undefined,
    gone: false,
  };
}
