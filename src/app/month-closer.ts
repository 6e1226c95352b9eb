/** Closes months when they are due: at the hour the configuration names, and at start when hours were missed. */
import { type ScheduledTask, schedule } from 'node-cron';
import { closesAt, draftsOfClose, lastClosedMonth, monthsBetween } from '../desk/month-close.ts';
import { computeStatement } from '../domain/contract/statement.ts';
import { DAY, HOUR, type Instant, MINUTE, type Millis } from '../domain/time/instant.ts';
import { canonicalStatement } from '../report/statement-json.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Books } from './books.ts';

export interface CloseTime {
  /** Day of the month on which the month before is closed. */
  readonly sendOnDay: number;
  /** Time of that day on the contract clock, in milliseconds since its midnight. */
  readonly atMs: Millis;
}

export class MonthCloser {
  readonly #books: Books;
  readonly #clock: Clock;

  constructor(books: Books, clock: Clock) {
    this.#books = books;
    this.#clock = clock;
  }

  /**
   * Issues the statements of a month that have not been issued yet.
   * @returns how many.
   * @throws Error naming the services whose statements cannot be computed, when the others have been issued.
   */
  async close(month: string): Promise<number> {
    const { journal, feed, contracts, issued } = this.#books;
    await feed.catchUp();
    const now = this.#clock.now();
    const { ledger } = feed;
    const failed: string[] = [];
    const drafts = draftsOfClose({
      ledger,
      month,
      offsetMinutes: contracts.default.offsetMinutes,
      now,
      issued: (service) => issued.revisionsOf(service, month).length > 0,
      compute: (service) => {
        const contract = contracts.ofService(ledger, service, now) ?? contracts.default;
        return computeStatement({ ledger, contract, service, month, asOf: now });
      },
      onFailed: (service, error) =>
        failed.push(`${service}: ${error instanceof Error ? error.message : String(error)}`),
      canonical: (statement) => canonicalStatement(statement, contracts.default.offsetMinutes),
    });
    if (drafts.length > 0) await journal.append(drafts);
    await feed.catchUp();
    if (failed.length > 0) {
      throw new Error(`${month}: ${drafts.length} statements issued, ${failed.length} cannot be: ${failed.join('; ')}`);
    }
    return drafts.length;
  }

  /**
   * Closes the month before the current one when its hour has come, and those before it that were missed since the last
   * that was closed: whoever was down over a whole month still owes its statements.
   * @returns the months with how many statements were issued of each.
   * @throws Error naming what cannot be computed, when all else has been issued.
   */
  async closeIfDue(time: CloseTime): Promise<readonly { readonly month: string; readonly issued: number }[]> {
    const { contracts, feed, issued } = this.#books;
    const { offsetMinutes } = contracts.default;
    const now = this.#clock.now();
    const last = lastClosedMonth(now, offsetMinutes);
    await feed.catchUp();
    const due = monthsBetween(issued.latestMonth ?? last, last).filter(
      (month) => now >= dueAt(month, offsetMinutes, time),
    );
    const closed: { month: string; issued: number }[] = [];
    const failures: unknown[] = [];
    for (const month of due) {
      try {
        closed.push({ month, issued: await this.close(month) });
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
    return closed;
  }

  /** Calls back at the hour of closing each month. The task keeps no process alive. */
  schedule(time: CloseTime, callback: () => void): ScheduledTask {
    const { sendOnDay, atMs } = time;
    const expression = `${(atMs % HOUR) / MINUTE} ${Math.floor(atMs / HOUR)} ${sendOnDay} * *`;
    return schedule(expression, callback, { timezone: zoneOf(this.#books.contracts.default.offsetMinutes) });
  }
}

function dueAt(month: string, offsetMinutes: number, { sendOnDay, atMs }: CloseTime): Instant {
  return closesAt(month, offsetMinutes, (sendOnDay - 1) * DAY + atMs);
}

/** A fixed offset as a time zone that calendars know: `+05:00`. */
function zoneOf(offsetMinutes: number): string {
  const magnitude = Math.abs(offsetMinutes);
  const [hours, minutes] = [Math.trunc(magnitude / 60), magnitude % 60].map((part) => String(part).padStart(2, '0'));
  return `${offsetMinutes < 0 ? '-' : '+'}${hours}:${minutes}`;
}
