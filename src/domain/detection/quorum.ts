/** When vantage points agree, and when checks make a component and components a service (REPLAY.md rules 4 and 5). */
import type { Quorum, Requirement, State } from '../facts/fact.ts';
import type { StateCounts } from './timeline.ts';

/** A check is down when enough of the vantage points that are alive see it down; unknown when none is alive. */
export function decideCheck(quorum: Quorum): (counts: StateCounts) => State {
  return ({ up, down }) => {
    const alive = up + down;
    if (alive === 0) return 'unknown';
    const needed = quorum === 'majority' ? Math.floor(alive / 2) + 1 : Math.min(quorum, alive);
    return down >= needed ? 'down' : 'up';
  };
}

/** A component is up when enough checks are up, down when they cannot be even with the unknown ones, else unknown. */
export function decideComponent(require: Requirement, checks: number): (counts: StateCounts) => State {
  const needed = require === 'all' ? checks : require === 'any' ? 1 : require;
  return ({ up, unknown }) => {
    if (up >= needed) return 'up';
    return up + unknown < needed ? 'down' : 'unknown';
  };
}
