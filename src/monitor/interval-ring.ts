/**
 * The checks of one interval, in the order of their slots. Their next slot is found without a heap, for it is the next
 * one's; and what they come to together, without looking at each of them each time: they lie in blocks, and only a block
 * in which something happened is looked at again. Slots come in order, so those are few.
 */
import { confirmedThrough, type Edge, expire } from '../domain/detection/detector.ts';
import type { Instant, Millis } from '../domain/time/instant.ts';
import type { Block, RunningCheck } from './running-check.ts';
import { nextSlot } from './schedule.ts';
import type { Wander } from './wander.ts';

const BLOCK_SIZE = 256;

export class IntervalRing {
  readonly intervalMs: Millis;
  readonly #wander: Wander;
  #members: readonly RunningCheck[] = [];
  #blocks: readonly Block[] = [];
  /** The member whose slot is next, and the slot of phase 0 before it. */
  #next = 0;
  #turnFrom: Instant = 0;

  constructor(intervalMs: Millis, wander: Wander) {
    this.intervalMs = intervalMs;
    this.#wander = wander;
  }

  get size(): number {
    return this.#members.length;
  }

  /** Its checks from now on; each waits for its first slot later than `after`. */
  fill(members: readonly RunningCheck[], after: Instant): void {
    this.#members = inOrderOfPhase(members);
    this.#blocks = Array.from({ length: Math.ceil(members.length / BLOCK_SIZE) }, (_, i) => {
      const block = {
        members: this.#members.slice(i * BLOCK_SIZE, (i + 1) * BLOCK_SIZE),
        changed: true,
        through: null,
        quietUntil: 0,
      };
      for (const member of block.members) member.block = block;
      return block;
    });
    this.turnTo(after);
  }

  /** Goes on with the first slot later than an instant. */
  turnTo(after: Instant): void {
    const { intervalMs } = this;
    // Slots lie on the grid or later, by the reach at most: the one looked for is not before this one, and near.
    const grid = after - this.#wander.reach;
    this.#turnFrom = nextSlot(grid, 0, intervalMs) - intervalMs;
    const phase = grid - this.#turnFrom;
    let [low, high] = [0, this.#members.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#members[middle] as RunningCheck).check.phaseMs <= phase) low = middle + 1;
      else high = middle;
    }
    this.#next = low;
    this.#wrap();
    while (this.nextDue <= after) {
      this.#next += 1;
      this.#wrap();
    }
  }

  /** The next slot; infinite when it is empty. */
  get nextDue(): Instant {
    const next = this.#members[this.#next];
    return next ? this.#wander.slot(this.#turnFrom + next.check.phaseMs) : Number.POSITIVE_INFINITY;
  }

  /**
   * Calls back for each slot that is due, in order. Of the slots that a check missed since, for the machine slept or the
   * clock was set on, only the newest is due.
   * @returns how many slots were passed over.
   */
  take(now: Instant, due: (running: RunningCheck, slot: Instant) => void): number {
    const behind = now - this.nextDue;
    const passed = behind > this.intervalMs ? Math.floor(behind / this.intervalMs) * this.size : 0;
    if (passed > 0) this.turnTo(now - this.intervalMs);
    for (let slot = this.nextDue; slot <= now; slot = this.nextDue) {
      const running = this.#members[this.#next] as RunningCheck;
      this.#next += 1;
      this.#wrap();
      due(running, slot);
    }
    return passed;
  }

  /**
   * Through when all its checks are covered, after each that was silent for too long has become unknown.
   *
   * A check that is unknown is not covered, but the probe in flight may make it known from the instant it was sent: if
   * coverage had been recorded beyond that instant by then, it would be taken to speak for this check too.
   */
  coverage(now: Instant, expired: (running: RunningCheck, edge: Edge) => void): Instant | null {
    let lowest: Instant | null = null;
    for (const block of this.#blocks) {
      if (block.changed || now > block.quietUntil) look(block, now, expired);
      lowest = lowerOf(lowest, block.through);
    }
    return lowest;
  }

  #wrap(): void {
    if (this.#next < this.#members.length) return;
    this.#next = 0;
    this.#turnFrom += this.intervalMs;
  }
}

/** Sorted as plain numbers, phase and place in one: many times faster than by comparing 100 000 checks. */
function inOrderOfPhase(members: readonly RunningCheck[]): readonly RunningCheck[] {
  const keys = Float64Array.from(members, ({ check }, place) => check.phaseMs * members.length + place).sort();
  return Array.from(keys, (key) => members[key % members.length] as RunningCheck);
}

function look(block: Block, now: Instant, expired: (running: RunningCheck, edge: Edge) => void): void {
  block.changed = false;
  block.through = null;
  block.quietUntil = Number.POSITIVE_INFINITY;
  for (const running of block.members) {
    const { state, check, inFlightSince } = running;
    const silentSince = state.last;
    if (silentSince !== undefined && (inFlightSince ?? now) - silentSince > check.policy.maxGapMs) {
      expire(state, check.policy, inFlightSince ?? now, (edge) => expired(running, edge));
    }
    if (state.last !== undefined) {
      block.quietUntil = Math.min(block.quietUntil, state.last + check.policy.maxGapMs);
    }
    block.through = lowerOf(block.through, confirmedThrough(state) ?? inFlightSince ?? null);
  }
}

function lowerOf(a: Instant | null, b: Instant | null): Instant | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}
