/** Working days of the contract clock, for terms that are counted in them (cl. 4.8). */
import { dateOf, dayInterval } from '../time/contract-calendar.ts';
import type { Instant } from '../time/instant.ts';
import type { Contract, ContractEdition, RequestClock } from './terms.ts';

/** Weekdays and holidays as the contract gives them for requests handled in working hours; undefined where it gives none. */
export type WorkingDays = Pick<Extract<RequestClock, { readonly kind: 'working-hours' }>, 'weekdays' | 'holidays'>;

/** The working days that an edition knows. */
export function workingDaysOf({ requests }: ContractEdition): WorkingDays | undefined {
  for (const { clock } of [requests.low, requests.medium, requests.high]) {
    if (clock.kind === 'working-hours') return clock;
  }
  return undefined;
}

/** Whether people work on a contract-clock date. */
export function isWorkingDay(date: Temporal.PlainDate, { weekdays, holidays }: WorkingDays): boolean {
  return weekdays.includes(date.dayOfWeek) && !holidays.includes(date.toString());
}

/**
 * The end of the n-th working day after the day of an instant: the first instant by which n whole working days are over.
 * @throws RangeError when the calendar has no working day in ten years.
 */
export function afterWorkingDays(
  { offsetMinutes }: Pick<Contract, 'offsetMinutes'>,
  days: WorkingDays,
  from: Instant,
  count: number,
): Instant {
  let date = Temporal.PlainDate.from(dateOf(from, offsetMinutes));
  const limit = date.add({ years: 10 });
  for (let left = count; left > 0; ) {
    date = date.add({ days: 1 });
    if (Temporal.PlainDate.compare(date, limit) > 0) {
      throw new RangeError(
        `working days: found fewer than ${count} in ten years, expected a calendar with working days`,
      );
    }
    if (isWorkingDay(date, days)) left -= 1;
  }
  return dayInterval(date.toString(), offsetMinutes).end;
}
