/**
 * The tables of a journal file, as numbered steps forward. A step that has been released is never changed; a new type of
 * fact or a new field of one is a step too (it may be empty), so that a Kepil that would misread the file refuses it.
 */
import type { DatabaseSync } from 'node:sqlite';
import { JournalCorrupt, JournalSchemaNewer } from '../errors.ts';

/** Marks the file as a Kepil journal: "Kepl" in ASCII. */
const APPLICATION_ID = 0x4b65706c;

/**
 * Step n (from 1) leads from schema n - 1 to schema n.
 *
 * Version 1: the guards make even a REPLACE or a careless hand fail, since neither fires a DELETE trigger. They are no
 * defence against someone who edits the file; the hash chain is.
 *
 * Version 2: the decisions on credits, who recorded a claim, announced changes and their notices, the plan of a service.
 *
 * Version 3: exclusions proposed and dismissed.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE entry (
    seq INTEGER PRIMARY KEY,
    recorded_at INTEGER NOT NULL,
    key TEXT,
    fact TEXT NOT NULL,
    hash TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX entry_key ON entry (key) WHERE key IS NOT NULL;
  CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry
  BEGIN SELECT RAISE(ABORT, 'journal entries are never changed'); END;
  CREATE TRIGGER entry_is_never_deleted BEFORE DELETE ON entry
  BEGIN SELECT RAISE(ABORT, 'journal entries are never deleted'); END;
  CREATE TRIGGER entry_comes_last BEFORE INSERT ON entry
  WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM entry)
    OR NEW.recorded_at < (SELECT recorded_at FROM entry WHERE seq = NEW.seq - 1)
    OR (NEW.key IS NOT NULL AND EXISTS (SELECT 1 FROM entry WHERE key = NEW.key))
  BEGIN SELECT RAISE(ABORT, 'journal entries are only added, after the last one'); END;
  `,
  '',
  '',
];

/**
 * Brings an open database to the newest schema, each step in a transaction of its own; processes that start together do
 * it once.
 * @throws JournalSchemaNewer when the file is of a later schema than `migrations` reaches.
 * @throws JournalCorrupt when the file is some other program's database.
 */
export function migrate(db: DatabaseSync, path: string, migrations: readonly string[] = MIGRATIONS): void {
  while (true) {
    const found = integer(db, 'PRAGMA user_version');
    if (found > migrations.length) throw new JournalSchemaNewer(path, found, migrations.length);
    refuseForeign(db, path, found);
    if (found === migrations.length) return;
    db.exec('BEGIN IMMEDIATE');
    try {
      // Another process may have taken the step while this one waited for the lock.
      if (integer(db, 'PRAGMA user_version') === found) {
        db.exec(migrations[found] ?? '');
        db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${found + 1}`);
      }
      db.exec('COMMIT');
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  }
}

function refuseForeign(db: DatabaseSync, path: string, version: number): void {
  const id = integer(db, 'PRAGMA application_id');
  if (id === APPLICATION_ID) return;
  if (version === 0 && id === 0 && integer(db, 'SELECT count(*) FROM sqlite_schema') === 0) return;
  throw new JournalCorrupt(
    `journal ${path}: found a database with application id ${id}, expected a Kepil journal (${APPLICATION_ID})`,
  );
}

function integer(db: DatabaseSync, sql: string): number {
  const row = db.prepare(sql).get();
  return Number(Object.values(row ?? {})[0] ?? 0);
}
