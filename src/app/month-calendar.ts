/** Closes each month when it is due, and revises earlier ones: at the start, then by the calendar, and again where it could not be done. */
import { MINUTE, type Millis } from '../domain/time/instant.ts';
import type { CancelTimer, Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/log.ts';
import type { CloseTime, MonthCloser } from './month-closer.ts';

/** How soon a month that could not be closed is tried again. */
const RETRY: Millis = 10 * MINUTE;

export interface MonthCalendarOptions {
  readonly closer: MonthCloser;
  readonly statements: CloseTime;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Resolves when what was due already has been tried.
 * @returns ends it.
 */
export async function keepMonthsClosed({
  closer,
  statements,
  clock,
  log,
}: MonthCalendarOptions): Promise<() => Promise<void>> {
  let cancelRetry: CancelTimer = () => {};
  /** With a month's close, and at its hour also where someone else has closed it, earlier months are revised. */
  const close = async (atItsHour: boolean): Promise<void> => {
    cancelRetry();
    try {
      const closed = await closer.closeIfDue(statements);
      for (const month of closed) if (month.issued > 0) log.info(month, 'month closed');
      if (!atItsHour && closed.every((month) => month.issued === 0)) return;
      for (const revision of await closer.reviseAll()) log.info(revision, 'month revised');
    } catch (error) {
      log.error({ error }, 'the month could not be closed');
      cancelRetry = clock.after(RETRY, () => void close(atItsHour));
    }
  };
  await close(false);
  const task = closer.schedule(statements, () => void close(true));
  return async () => {
    cancelRetry();
    await task.destroy();
  };
}
