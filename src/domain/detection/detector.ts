/**
 * One check seen from one vantage point: observations in the order they were sent become edges (REPLAY.md, How the
 * states are computed, rules 1–3). The same code reads a replay file and runs live in a worker.
 *
 * 1. A gap longer than `maxGapMs` ends the stretch: `unknown` from the last observation before it.
 * 2. A run of `failures` fails confirms `down`, a run of `successes` oks confirms recovery; a shorter run changes nothing.
 * 3. Every edge carries its bounds; where within them it is placed is decided later, by the check's boundary.
 */
import type { Outcome, State } from '../facts/fact.ts';
import type { Instant, Millis } from '../time/instant.ts';

/** What of a check's definition detection needs. */
export interface DetectionPolicy {
  readonly maxGapMs: Millis;
  readonly failures: number;
  readonly successes: number;
}

/** A change of state that happened after `earliest` and not after `latest`. */
export interface Edge {
  readonly to: State;
  readonly earliest: Instant;
  readonly latest: Instant;
}

/** Where detection stands. Owned by one detector and changed in place: a fleet has hundreds of thousands of them. */
export interface DetectorState {
  confirmed: State;
  /** The newest observation of the stretch. */
  last: Instant | undefined;
  lastOk: Instant | undefined;
  lastFail: Instant | undefined;
  /** Observations in a row that speak against `confirmed`, and the first of them. */
  contrary: number;
  contrarySince: Instant | undefined;
}

/** A detector that has seen nothing. */
export function createDetectorState(): DetectorState {
  return {
    confirmed: 'unknown',
    last: undefined,
    lastOk: undefined,
    lastFail: undefined,
    contrary: 0,
    contrarySince: undefined,
  };
}

/**
 * A detector that goes on from what was recorded: `confirmed` held at `through`, the newest instant known to be covered.
 */
export function restoreDetectorState(confirmed: State, through: Instant): DetectorState {
  const state = createDetectorState();
  if (confirmed === 'unknown') return state;
  state.confirmed = confirmed;
  state.last = through;
  if (confirmed === 'up') state.lastOk = through;
  else state.lastFail = through;
  return state;
}

/**
 * The newest instant at which the confirmed state was itself observed; undefined while it is unknown. After a crash, what
 * came later than this may be forgotten without any bound becoming wrong.
 */
export function confirmedThrough(state: DetectorState): Instant | undefined {
  if (state.confirmed === 'up') return state.lastOk;
  if (state.confirmed === 'down') return state.lastFail;
  return undefined;
}

/**
 * Takes one observation, later than every one before it. `void` says nothing and is ignored (rule 1).
 * @param emit called with each edge found, in order.
 */
export function observe(
  state: DetectorState,
  policy: DetectionPolicy,
  at: Instant,
  outcome: Outcome,
  emit: (edge: Edge) => void,
): void {
  if (outcome === 'void') return;
  expire(state, policy, at, emit);
  state.last = at;
  if (outcome === 'ok') observeOk(state, policy, at, emit);
  else observeFail(state, policy, at, emit);
}

/**
 * Ends the stretch when nothing was observed for longer than `maxGapMs` before `now`: the state is unknown from the last
 * observation on.
 */
export function expire(state: DetectorState, policy: DetectionPolicy, now: Instant, emit: (edge: Edge) => void): void {
  if (state.last === undefined || now - state.last <= policy.maxGapMs) return;
  if (state.confirmed !== 'unknown') emit({ to: 'unknown', earliest: state.last, latest: state.last });
  Object.assign(state, createDetectorState());
}

function observeOk(state: DetectorState, policy: DetectionPolicy, at: Instant, emit: (edge: Edge) => void): void {
  if (state.confirmed === 'unknown') {
    confirm(state, 'up');
    emit({ to: 'up', earliest: at, latest: at });
  } else if (state.confirmed === 'up') {
    state.contrary = 0;
  } else {
    const since = extendRun(state, at);
    if (state.contrary >= policy.successes) {
      emit({ to: 'up', earliest: state.lastFail ?? since, latest: since });
      confirm(state, 'up');
    }
  }
  state.lastOk = at;
}

function observeFail(state: DetectorState, policy: DetectionPolicy, at: Instant, emit: (edge: Edge) => void): void {
  if (state.confirmed === 'down') {
    state.contrary = 0;
  } else {
    const since = extendRun(state, at);
    if (state.contrary >= policy.failures) {
      emit({ to: 'down', earliest: state.lastOk ?? since, latest: since });
      confirm(state, 'down');
    }
  }
  state.lastFail = at;
}

function extendRun(state: DetectorState, at: Instant): Instant {
  if (state.contrary === 0 || state.contrarySince === undefined) state.contrarySince = at;
  state.contrary += 1;
  return state.contrarySince;
}

function confirm(state: DetectorState, to: State): void {
  state.confirmed = to;
  state.contrary = 0;
  state.contrarySince = undefined;
}
