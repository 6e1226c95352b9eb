/** Notices owed as `kepil notice list --json` prints them. */
import type { NoticeDue } from '../domain/contract/notices.ts';
import type { Instant } from '../domain/time/instant.ts';

/** Instants as `show` writes them; lead times in whole milliseconds. */
export function noticeDueToJson(due: NoticeDue, show: (instant: Instant) => string): unknown {
  const { start, dueAt, given } = due;
  return {
    ...due,
    start: show(start),
    dueAt: dueAt === null ? null : show(dueAt),
    given: given === null ? null : { ...given, at: show(given.at) },
  };
}
