/** Appends argument 3 facts, one at a time, to the journal named by argument 2, then prints their numbers as JSON. */
import { openSqliteJournal } from '../../../../src/journal/sqlite/open.ts';
import { systemClock } from '../../../../src/runtime/clock.ts';

const journal = await openSqliteJournal({ path: process.argv[2] ?? '', clock: systemClock });
const seqs: number[] = [];
for (let n = 1; n <= Number(process.argv[3]); n += 1) {
  const fact = { type: 'lifecycle' as const, service: `${process.pid}/${n}`, from: n, status: 'active' as const };
  for (const entry of await journal.append([{ fact, key: `${process.pid}/${n}` }])) seqs.push(entry.seq);
}
await journal.close();
process.stdout.write(JSON.stringify(seqs));
