/**
 * Looks at the clock each second: its steps are put on record, and while it shows again what it showed before, the daemon says that it
 * cannot be relied on, for nothing that it sees then counts (docs/decisions/0018).
 */
import type { ClockSteppedFact } from '../domain/facts/fact.ts';
import type { Ledger } from '../domain/facts/ledger.ts';
import { formatInstant } from '../domain/time/contract-calendar.ts';
import { MINUTE, type Millis, SECOND } from '../domain/time/instant.ts';
import type { CancelTimer, Clock } from '../runtime/clock.ts';
import { ClockWatch } from './clock-watch.ts';

export interface ClockRoundsOptions {
  readonly clock: Clock;
  readonly ledger: Pick<Ledger, 'asOf'>;
  /** Takes a fact that is to be journalled, whatever happens to the journal meanwhile. */
  readonly record: (fact: ClockSteppedFact) => void;
  /** Called once a step, with its length; back if negative. */
  readonly onStep: (stepMs: Millis) => void;
  /** Called each second: with what is wrong, or undefined. */
  readonly onTrouble: (trouble: string | undefined) => void;
}

const ROUND: Millis = SECOND;
/** A clock that is so far behind the newest entry is a trouble; less is over before anybody could look. */
const TROUBLE_BEHIND: Millis = MINUTE;

/** Begins. Stopped, it has put on record whatever step was noticed. */
export function startClockRounds({ clock, ledger, record, onStep, onTrouble }: ClockRoundsOptions): {
  readonly stop: () => void;
} {
  const watch = new ClockWatch(clock, record);
  let cancel: CancelTimer = () => {};
  const look = (): void => {
    cancel = clock.after(ROUND, look);
    const stepMs = watch.look();
    if (stepMs !== undefined) onStep(stepMs);
    const now = clock.now();
    const reached = ledger.asOf(now);
    const isBehind = reached - now >= TROUBLE_BEHIND;
    onTrouble(isBehind ? `set back: no probe counts before ${formatInstant(reached, 0)}` : undefined);
  };
  look();
  return {
    stop: () => {
      cancel();
      watch.flush();
    },
  };
}
