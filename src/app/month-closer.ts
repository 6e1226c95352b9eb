/** Closes months when they are due: at the hour the configuration names, and at start when that hour was missed. */
import { setImmediate as turn } from 'node:timers/promises';
import { type ScheduledTask, schedule } from 'node-cron';
import { closesAt, draftsOf, type Issue, issueOf, lastClosedMonth } from '../desk/month-close.ts';
import { DAY, HOUR, type Instant, MINUTE, type Millis } from '../domain/time/instant.ts';
import { JournalKeyConflict } from '../journal/errors.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Books } from './books.ts';

/** Services decided on between two turns of the event loop, and recorded together. */
const CHUNK = 250;

export interface ClosedMonth {
  readonly month: string;
  /** First statements issued. */
  readonly issued: number;
  /** Further revisions issued. */
  readonly revised: readonly Issue[];
}

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

  /** Issues the statements that a month is owed: first ones, and further revisions where more has become known. */
  async close(month: string): Promise<ClosedMonth> {
    const issues: Issue[] = [];
    let services: readonly string[] | undefined;
    for (let from = 0; services === undefined || from < services.length; from += CHUNK) {
      // What comes before this instant is in the ledger after it is caught up.
      const now = this.#clock.now();
      await this.#books.feed.catchUp();
      services ??= this.#books.feed.ledger.services();
      issues.push(...(await this.#issue(month, services.slice(from, from + CHUNK), now)));
      await turn();
    }
    await this.#books.feed.catchUp();
    const revised = issues.filter(({ statement }) => statement.revision > 1);
    return { month, issued: issues.length - revised.length, revised };
  }

  /** Decides for some services and records it; once more where someone else decided on one of them meanwhile. */
  async #issue(month: string, services: readonly string[], now: Instant): Promise<readonly Issue[]> {
    const { journal, feed, contracts, issued } = this.#books;
    const decide = (at: Instant) => {
      const question = { ledger: feed.ledger, contracts, issued, month, now: at };
      return services.flatMap((service) => issueOf(question, service) ?? []);
    };
    let issues = decide(now);
    try {
      await journal.append(issues.flatMap(draftsOf));
    } catch (error) {
      if (!(error instanceof JournalKeyConflict)) throw error;
      const later = this.#clock.now();
      await feed.catchUp();
      issues = decide(later);
      await journal.append(issues.flatMap(draftsOf));
    }
    return issues;
  }

  /**
   * Closes the month before the current one when its hour has come. With it, or where `revise` asks for it, every earlier
   * month gets the revisions that it is owed.
   */
  async closeIfDue(time: CloseTime, revise: boolean): Promise<readonly ClosedMonth[]> {
    const { offsetMinutes } = this.#books.contracts.default;
    const now = this.#clock.now();
    const month = lastClosedMonth(now, offsetMinutes);
    if (now < dueAt(month, offsetMinutes, time)) return [];
    const closed = [await this.close(month)];
    if (!revise && closed[0]?.issued === 0) return closed;
    for (const earlier of this.#books.issued.months()) {
      if (earlier < month) closed.push(await this.close(earlier));
    }
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
