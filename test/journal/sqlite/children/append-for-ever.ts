/** Appends to the journal named by its argument until it is killed, and says on stdout what was acknowledged. */
import { writeSync } from 'node:fs';
import { openSqliteJournal } from '../../../../src/journal/sqlite/open.ts';
import { systemClock } from '../../../../src/runtime/clock.ts';

const journal = await openSqliteJournal({ path: process.argv[2] ?? '', clock: systemClock });
for (let n = 1; ; n += 1) {
  const batch = Array.from({ length: n % 7 === 0 ? 500 : 1 }, (_, index) => ({
    fact: { type: 'lifecycle' as const, service: `s${n}/${index}`, from: n, status: 'active' as const },
    key: `${process.pid}/${n}/${index}`,
  }));
  for (const entry of await journal.append(batch)) writeSync(1, `${entry.seq} ${entry.hash}\n`);
}
