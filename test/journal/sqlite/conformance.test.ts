import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteJournal } from '../../../src/journal/sqlite/open.ts';
import { describeJournal } from '../../conformance/journal.ts';

describeJournal('SQLite', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'kepil-journal-'));
  return {
    open: (clock) => openSqliteJournal({ path: join(directory, 'journal.sqlite'), clock }),
    dispose: async () => rmSync(directory, { recursive: true }),
  };
});
