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
  /** Observations in a row that speak against `confirmed`, and by when the first of them had shown it. */
  contrary: number;
  contraryShown: Instant | undefined;
}

/** A detector that has seen nothing. */
export function createDetectorState(): DetectorState {
  return {
    confirmed: 'unknown',
    last: undefined,
    lastOk: undefined,
    lastFail: undefined,
    contrary: 0,
    contraryShown: undefined,
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
 * @param at when it was sent: the instant it is an observation of.
 * @param emit called with each edge found, in order.
 * @param shownAt by when it had shown what it did. A change that it is the first to show may have come while it was under
 *   way, so this bounds the edge from above (docs/decisions/0013); a replay file knows no such instant, and there it is `at`.
 */
export function observe(
  state: DetectorState,
  policy: DetectionPolicy,
  at: Instant,
  outcome: Outcome,
  emit: (edge: Edge) => void,
  shownAt: Instant = at,
): void {
  if (outcome === 'void') return;
  expire(state, policy, at, emit);
  if (outcome === 'ok') {
    state.lastOk = observeOk(state, policy, at, shownAt, emit);
    state.last = state.lastOk;
  } else {
    observeFail(state, policy, at, shownAt, emit);
    state.lastFail = at;
    state.last = at;
  }
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

/** @returns from when on the observation speaks: an exact edge says nothing of the time before it. */
function observeOk(
  state: DetectorState,
  policy: DetectionPolicy,
  at: Instant,
  shownAt: Instant,
  emit: (edge: Edge) => void,
): Instant {
  if (state.confirmed === 'unknown') {
    confirm(state, 'up');
    emit({ to: 'up', earliest: shownAt, latest: shownAt });
    return shownAt;
  }
  if (state.confirmed === 'up') {
    state.contrary = 0;
    return at;
  }
  extendRun(state, shownAt);
  if (state.contrary < policy.successes) return at;
  const latest = state.contraryShown ?? shownAt;
  emit({ to: 'up', earliest: state.lastFail ?? latest, latest });
  confirm(state, 'up');
  return at;
}

function observeFail(
  state: DetectorState,
  policy: DetectionPolicy,
  at: Instant,
  shownAt: Instant,
  emit: (edge: Edge) => void,
): void {
  if (state.confirmed === 'down') {
    state.contrary = 0;
    return;
  }
  extendRun(state, shownAt);
  if (state.contrary < policy.failures) return;
  const shown = state.contraryShown ?? shownAt;
  // Exact where no ok was seen before; then not later than the newest fail, for recovery may come right after that.
  const latest = state.lastOk === undefined ? Math.min(at, shown) : shown;
  emit({ to: 'down', earliest: state.lastOk ?? latest, latest });
  confirm(state, 'down');
}

function extendRun(state: DetectorState, shownAt: Instant): void {
  if (state.contrary === 0) state.contraryShown = shownAt;
  state.contrary += 1;
}

function confirm(state: DetectorState, to: State): void {
  state.confirmed = to;
  state.contrary = 0;
  state.contraryShown = undefined;
}
