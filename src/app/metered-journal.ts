import type { Journal } from '../journal/journal.ts';
import type { Clock } from '../runtime/clock.ts';

/** The journal, with how long each append took reported to `onAppend` in milliseconds. */
export function meteredJournal(journal: Journal, clock: Clock, onAppend: (durationMs: number) => void): Journal {
  return {
    append: async (drafts) => {
      const before = clock.monotonicMs();
      const entries = await journal.append(drafts);
      onAppend(clock.monotonicMs() - before);
      return entries;
    },
    read: (afterSeq, limit) => journal.read(afterSeq, limit),
    head: () => journal.head(),
    verify: (onProgress) => journal.verify(onProgress),
    close: () => journal.close(),
  };
}
