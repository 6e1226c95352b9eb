/** The journal as one process reaches it: the disk may be slow or fail, and the process may die around the write. */
import type { Millis } from '../../src/domain/time/instant.ts';
import { SECOND } from '../../src/domain/time/instant.ts';
import { JournalUnwritable } from '../../src/journal/errors.ts';
import type { Journal, JournalEntry } from '../../src/journal/journal.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import type { DiskTrouble } from './scenario.ts';
import type { ProcessClock } from './virtual-time.ts';

export interface Disk {
  readonly random: SeededRandom;
  readonly trouble: () => DiskTrouble | undefined;
  /** Asked before and after an append takes effect: true kills the process there. */
  readonly killsAt: (point: 'append-before' | 'append-after') => boolean;
  /** What a process was told is on disk. */
  readonly onAcknowledged: (entries: readonly JournalEntry[]) => void;
}

const SLOWEST: Millis = 20 * SECOND;

/** The journal on that disk, used by the process of that clock. */
export function journalOnDisk(journal: Journal, disk: Disk, process: ProcessClock): Journal {
  const wait = async (): Promise<void> => {
    if (disk.trouble() === 'slow') await process.sleep(disk.random.whole(0, SLOWEST));
    await process.unlessKilled(undefined);
  };
  const refuse = (): void => {
    if (disk.trouble() === 'fails') throw new JournalUnwritable('journal: the disk fails');
  };
  return {
    append: async (drafts) => {
      await wait();
      refuse();
      if (disk.killsAt('append-before')) await process.unlessKilled(undefined);
      const entries = await journal.append(drafts);
      if (disk.killsAt('append-after')) await process.unlessKilled(undefined);
      await wait();
      disk.onAcknowledged(entries);
      return entries;
    },
    read: async (afterSeq, limit) => {
      await process.unlessKilled(undefined);
      return journal.read(afterSeq, limit);
    },
    head: () => journal.head(),
    verify: (onProgress) => journal.verify(onProgress),
    close: () => journal.close(),
  };
}
