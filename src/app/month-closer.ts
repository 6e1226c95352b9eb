/** Closes months when they are due: at the hour the configuration names, and at start when hours were missed. */
import { setImmediate as turn } from 'node:timers/promises';
import { type ScheduledTask, schedule } from 'node-cron';
import {
  closableFrom,
  closesAt,
  draftsOf,
  firstIssue,
  furtherIssue,
  type Issue,
  lastClosedMonth,
  monthsBetween,
} from '../desk/month-close.ts';
import { zoneOf } from '../domain/time/contract-calendar.ts';
import { DAY, HOUR, type Instant, MINUTE, type Millis } from '../domain/time/instant.ts';
import { JournalKeyConflict } from '../journal/errors.ts';
import type { Books } from './books.ts';

/** Services decided on between two turns of the event loop, and recorded together: some milliseconds. */
const CHUNK = 50;
const ATTEMPTS = 3;

export interface CloseTime {
  /** Day of the month on which the month before is closed. */
  readonly sendOnDay: number;
  /** Time of that day on the contract clock, in milliseconds since its midnight. */
  readonly atMs: Millis;
}

export class MonthCloser {
  readonly #books: Books;

  constructor(books: Books) {
    this.#books = books;
  }

  /**
   * Issues the statements of a month that have not been issued yet.
   * @returns how many.
   * @throws Error naming the services whose statements cannot be computed, when the others have been issued.
   */
  async close(month: string): Promise<number> {
    return (await this.#issue(month, firstIssue)).length;
  }

  /**
   * Issues further revisions of the statements of a month where more has become known.
   * @throws Error naming the services whose statements cannot be computed, when the others have been issued.
   */
  revise(month: string): Promise<readonly Issue[]> {
    return this.#issue(month, furtherIssue);
  }

  /** Revises every month that was ever closed, and gives those in which something changed. */
  async reviseAll(): Promise<readonly { readonly month: string; readonly revised: number }[]> {
    await this.#books.feed.catchUp();
    const all: { month: string; revised: number }[] = [];
    for (const month of this.#books.issued.months()) {
      all.push({ month, revised: (await this.revise(month)).length });
    }
    return all.filter(({ revised }) => revised > 0);
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
    const now = this.#books.now();
    const last = lastClosedMonth(now, offsetMinutes);
    await feed.catchUp();
    const due = monthsBetween(issued.latestMonth ?? last, last).filter(
      (month) => now >= Math.max(dueAt(month, offsetMinutes, time), closableFrom(month, contracts)),
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

  async #issue(month: string, decide: typeof firstIssue): Promise<readonly Issue[]> {
    const { feed } = this.#books;
    const failed = new Map<string, string>();
    const issues: Issue[] = [];
    await feed.catchUp();
    const services = feed.ledger.services();
    for (let from = 0; from < services.length; from += CHUNK) {
      const some = services.slice(from, from + CHUNK);
      issues.push(...(await this.#issueSome(month, some, decide, failed)));
      await turn();
    }
    if (failed.size > 0) {
      const reasons = [...failed].map(([service, reason]) => `${service}: ${reason}`).join('; ');
      throw new Error(`${month}: ${issues.length} statements issued, ${failed.size} cannot be: ${reasons}`);
    }
    return issues;
  }

  /** Decides for some services and records it; once more where someone else decided on one of them meanwhile. */
  async #issueSome(
    month: string,
    services: readonly string[],
    decide: typeof firstIssue,
    failed: Map<string, string>,
  ): Promise<readonly Issue[]> {
    const { journal, feed, contracts, issued } = this.#books;
    for (let attempt = 1; ; attempt += 1) {
      // What comes before this instant is in the ledger after it is caught up.
      const now = this.#books.now();
      await feed.catchUp();
      const question = { ledger: feed.ledger, contracts, issued, month, now };
      const issues = services.flatMap((service) => {
        try {
          return decide(question, service) ?? [];
        } catch (error) {
          failed.set(service, error instanceof Error ? error.message : String(error));
          return [];
        }
      });
      try {
        if (issues.length > 0) await journal.append(issues.flatMap(draftsOf));
        await feed.catchUp();
        return issues;
      } catch (error) {
        if (!(error instanceof JournalKeyConflict) || attempt === ATTEMPTS) throw error;
      }
    }
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
