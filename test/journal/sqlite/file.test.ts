/** The file itself: its schema, its guards, tampering, damage, and disks that refuse. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JournalError } from '../../../src/journal/errors.ts';
import type { Journal } from '../../../src/journal/journal.ts';
import { openSqliteJournal } from '../../../src/journal/sqlite/open.ts';
import { MIGRATIONS, migrate } from '../../../src/journal/sqlite/schema.ts';
import { SqliteJournal } from '../../../src/journal/sqlite/sqlite-journal.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { edge } from '../../conformance/journal.ts';

let directory: string;
let path: string;
const closing: { close(): unknown }[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kepil-journal-'));
  path = join(directory, 'journal.sqlite');
});
afterEach(async () => {
  for (const open of closing.splice(0)) await open.close();
  rmSync(directory, { recursive: true });
});

async function open(file = path, busyTimeoutMs = 5000): Promise<Journal> {
  const journal = await openSqliteJournal({ path: file, clock: systemClock, busyTimeoutMs });
  closing.push(journal);
  return journal;
}

/** A journal of `count` entries, closed, so that its log is in the main file. */
async function written(count: number): Promise<void> {
  const journal = await open();
  await journal.append(
    Array.from({ length: count }, (_, index) => ({ fact: edge(1000 + index), key: `k${index + 1}` })),
  );
  await journal.close();
}

function withDatabase<T>(work: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(path);
  try {
    return work(db);
  } finally {
    db.close();
  }
}

async function failure(attempt: Promise<unknown>): Promise<JournalError> {
  const error = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof JournalError)) throw new Error('expected a JournalError', { cause: error });
  return error;
}

describe('schema', () => {
  it('opens a file of version 1, whose hashes another program computed', async () => {
    const sql = readFileSync(join(import.meta.dirname, 'fixtures/version-1.sql'), 'utf8');
    withDatabase((db) => db.exec(sql));
    const journal = await open();
    expect(await journal.verify()).toEqual({
      ok: true,
      entries: 3,
      head: '4106edc519c39969a962f5e0b73b87a0adb94737c31d2aa5f8d22fcb958a8773',
    });
    expect((await journal.read(1, 1))[0]).toMatchObject({
      key: 'fee/s1/1',
      fact: { type: 'fee', monthly: { minor: 1_200_000n, currency: 'KZT' } },
    });
    expect(await journal.append([{ fact: edge(1) }])).toMatchObject([{ seq: 4 }]);
    expect(await journal.verify()).toMatchObject({ ok: true, entries: 4 });
  });

  it('opens a file of version 2, whose hashes another program computed', async () => {
    withDatabase((db) => db.exec(readFileSync(join(import.meta.dirname, 'fixtures/version-2.sql'), 'utf8')));
    const journal = await open();
    expect(await journal.verify()).toEqual({
      ok: true,
      entries: 7,
      head: '9931794dc8bc66280b223e71eba992b0e740fef102bf578a634ea9e95dbf61b5',
    });
    expect(await journal.read(2, 1)).toMatchObject([
      {
        key: 'credit/s1/2',
        fact: { type: 'credit-approved', amount: { minor: 18_000n, currency: 'KZT' }, claims: ['q1'] },
      },
    ]);
  });

  it('is the same whether made today or migrated from version 1', async () => {
    await written(0);
    const schema = (db: DatabaseSync) =>
      db
        .prepare("SELECT name, sql FROM sqlite_schema WHERE type <> 'index' OR sql IS NOT NULL ORDER BY name")
        .all()
        .map((row) => [row.name, String(row.sql).replaceAll(/\s+/g, ' ')]);
    const today = withDatabase(schema);
    rmSync(path);
    withDatabase((db) => db.exec(readFileSync(join(import.meta.dirname, 'fixtures/version-1.sql'), 'utf8')));
    await (await open()).close();
    expect(withDatabase(schema)).toEqual(today);
  });

  it('takes each further step once, and keeps the file as it was when a step fails', async () => {
    await written(1);
    withDatabase((db) => {
      const further = [...MIGRATIONS, 'CREATE TABLE later (id TEXT) STRICT'];
      expect(() => migrate(db, path, [...further, 'CREATE TABLE half (id TEXT) STRICT; NONSENSE'])).toThrow('NONSENSE');
      expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: MIGRATIONS.length + 1 });
      expect(db.prepare("SELECT name FROM sqlite_schema WHERE name IN ('later', 'half')").all()).toEqual([
        { name: 'later' },
      ]);
      migrate(db, path, further);
    });
  });

  it('refuses a file of a newer schema, with a code of its own', async () => {
    await written(1);
    withDatabase((db) => db.exec('PRAGMA user_version = 1000'));
    const error = await failure(open());
    expect(error).toMatchObject({ code: 'journal.schema_newer', found: 1000, newestKnown: MIGRATIONS.length });
    expect(error.message).toBe(
      `journal ${path}: found schema 1000, expected at most ${MIGRATIONS.length}: it was written by a newer Kepil`,
    );
  });

  it("refuses another program's database and leaves it alone", async () => {
    withDatabase((db) => db.exec('CREATE TABLE bookmarks (url TEXT)'));
    expect(await failure(open())).toMatchObject({ code: 'journal.corrupt' });
    expect(withDatabase((db) => db.prepare('SELECT name FROM sqlite_schema').all())).toEqual([{ name: 'bookmarks' }]);
  });
});

describe('guards of the table', () => {
  it.each([
    ['UPDATE', "UPDATE entry SET fact = '{}' WHERE seq = 2", 'never changed'],
    ['DELETE', 'DELETE FROM entry WHERE seq = 3', 'never deleted'],
    ['DELETE of everything', 'DELETE FROM entry', 'never deleted'],
    ['REPLACE of an entry', "REPLACE INTO entry VALUES (2, 9e15, NULL, '{}', 'x')", 'only added, after the last'],
    ['REPLACE by key', "REPLACE INTO entry VALUES (4, 9000000000000, 'k1', '{}', 'x')", 'only added, after the last'],
    ['a gap', "INSERT INTO entry VALUES (5, 9000000000000, NULL, '{}', 'x')", 'only added, after the last'],
    ['an automatic number', "INSERT INTO entry VALUES (NULL, 9000000000000, NULL, '{}', 'x')", 'only added'],
    ['an earlier time', "INSERT INTO entry VALUES (4, 1, NULL, '{}', 'x')", 'only added, after the last'],
  ])('refuse %s', async (_name, sql, message) => {
    await written(3);
    expect(() => withDatabase((db) => db.exec(sql))).toThrow(message);
    expect(await (await open()).verify()).toMatchObject({ ok: true, entries: 3 });
  });
});

describe('tampering behind the guards', () => {
  const DROP = 'DROP TRIGGER entry_is_never_changed; DROP TRIGGER entry_is_never_deleted;';

  it.each([
    ['a changed fact', "UPDATE entry SET fact = replace(fact, 'down', 'up') WHERE seq = 7", 7],
    ['a changed key', "UPDATE entry SET key = 'other' WHERE seq = 7", 7],
    ['a removed key', 'UPDATE entry SET key = NULL WHERE seq = 7', 7],
    ['a changed time', 'UPDATE entry SET recorded_at = recorded_at + 1 WHERE seq >= 7', 7],
    ['a time before the one before', 'UPDATE entry SET recorded_at = 1 WHERE seq = 7', 7],
    ['a changed hash', "UPDATE entry SET hash = replace(hash, substr(hash, 1, 1), 'z') WHERE seq = 7", 7],
    ['a removed entry', 'DELETE FROM entry WHERE seq = 7', 7],
    ['a removed beginning', 'DELETE FROM entry WHERE seq < 7', 1],
    [
      'a removed middle, renumbered',
      'DELETE FROM entry WHERE seq = 7; UPDATE entry SET seq = seq - 1 WHERE seq > 7',
      7,
    ],
    ['an integer that no Kepil wrote', 'UPDATE entry SET recorded_at = 9223372036854775807 WHERE seq = 7', 1],
  ])('finds %s', async (_name, sql, brokenAt) => {
    await written(10);
    withDatabase((db) => db.exec(DROP + sql));
    expect(await (await open()).verify()).toMatchObject({ ok: false, brokenAt });
  });

  it('says what it found and what it expected', async () => {
    await written(3);
    withDatabase((db) => db.exec(`${DROP} UPDATE entry SET hash = '${'0'.repeat(64)}' WHERE seq = 2`));
    const result = await (await open()).verify();
    expect(result).toMatchObject({ ok: false, brokenAt: 2, found: '0'.repeat(64) });
    expect(result).toHaveProperty('expected', expect.stringMatching(/^[0-9a-f]{64}$/));
  });

  it.each([
    ['is not JSON', "'{'", 'journal: entry 2: fact: found 1 characters that are not JSON'],
    ['is no fact', "'[]'", 'journal: entry 2: fact: found a list, expected an object'],
    [
      'has a wrong field',
      "replace(fact, '1001', '\"soon\"')",
      'journal: entry 2: latest: found "soon", expected an instant in whole milliseconds',
    ],
  ])('reading refuses an entry that %s, by its number', async (_name, fact, message) => {
    await written(3);
    withDatabase((db) => db.exec(`${DROP} UPDATE entry SET fact = ${fact} WHERE seq = 2`));
    const journal = await open();
    const error = await failure(journal.read(0, 10));
    expect(error).toMatchObject({ code: 'journal.corrupt', seq: 2, message });
    expect(await journal.read(2, 1)).toMatchObject([{ seq: 3 }]);
  });

  it('reading refuses a gap', async () => {
    await written(3);
    withDatabase((db) => db.exec(`${DROP} DELETE FROM entry WHERE seq = 2`));
    const error = await failure((await open()).read(0, 10));
    expect(error.message).toBe('journal: found entry 3, expected entry 2: some are missing');
  });
});

describe('damage', () => {
  it('refuses a file that is not a database', async () => {
    writeFileSync(path, 'Dear diary,\n'.repeat(1000));
    expect(await failure(open())).toMatchObject({ code: 'journal.corrupt' });
  });

  it.each([0.1, 0.5, 0.9])('refuses a file cut off at %f of its length', async (part) => {
    await written(2000);
    truncateSync(path, Math.floor(statSync(path).size * part));
    const attempt = async () => (await open()).read(0, 10_000);
    expect(await failure(attempt())).toMatchObject({ code: 'journal.corrupt' });
  });

  it('verification names the entry at which unreadable pages begin', async () => {
    await written(8000);
    const bytes = readFileSync(path);
    bytes.fill(0xff, Math.floor(bytes.length / 2 / 4096) * 4096);
    writeFileSync(path, bytes);
    const db = new DatabaseSync(path);
    closing.push(db);
    // Not through open: the damage may show there already.
    const journal = new SqliteJournal({ db, path, clock: systemClock });
    const result = await journal.verify().catch((error: unknown) => error);
    if (result instanceof JournalError) expect(result.code).toBe('journal.corrupt');
    else expect(result).toMatchObject({ ok: false, expected: 'readable pages' });
  });

  it('keeps all commits but the one whose log was cut in the middle', async () => {
    const journal = await open();
    for (let n = 1; n <= 5; n += 1) await journal.append([{ fact: edge(n) }]);
    const copy = join(directory, 'copy.sqlite');
    copyFileSync(path, copy);
    copyFileSync(`${path}-wal`, `${copy}-wal`);
    truncateSync(`${copy}-wal`, statSync(`${copy}-wal`).size - 1000);
    const survivor = await open(copy);
    expect(await survivor.verify()).toMatchObject({ ok: true, entries: 4 });
    expect(await survivor.append([{ fact: edge(5) }])).toMatchObject([{ seq: 5 }]);
  });
});

describe('a disk that refuses', () => {
  it('is full: nothing of the batch is written, and appending goes on when there is room', async () => {
    const db = new DatabaseSync(path);
    migrate(db, path);
    const journal = new SqliteJournal({ db, path, clock: systemClock });
    closing.push(journal);
    await journal.append([{ fact: edge(1) }]);
    const pages = Number(db.prepare('PRAGMA page_count').get()?.page_count);
    db.exec(`PRAGMA max_page_count = ${pages + 2}`);
    const batch = Array.from({ length: 1000 }, (_, at) => ({ fact: edge(at) }));
    expect(await failure(journal.append(batch))).toMatchObject({ code: 'journal.full' });
    expect(await journal.verify()).toMatchObject({ ok: true, entries: 1 });
    db.exec('PRAGMA max_page_count = 100000');
    await journal.append(batch);
    expect(await journal.verify()).toMatchObject({ ok: true, entries: 1001 });
  });

  it('has no such directory', async () => {
    const error = await failure(open(join(directory, 'missing', 'journal.sqlite')));
    expect(error).toMatchObject({ code: 'journal.unwritable' });
    expect(error.message).toContain(join(directory, 'missing', 'journal.sqlite'));
  });

  it('has a directory in the place of the file', async () => {
    expect(await failure(open(directory))).toMatchObject({ code: 'journal.unwritable' });
  });

  it('is none at all: a database in memory keeps nothing', async () => {
    const error = await failure(open(':memory:'));
    expect(error).toMatchObject({ code: 'journal.unwritable' });
    expect(error.message).toBe('journal :memory:: found journal mode memory, expected a file that can have wal');
  });

  it('may only be read', async () => {
    await written(1);
    const db = new DatabaseSync(path, { readOnly: true });
    const journal = new SqliteJournal({ db, path, clock: systemClock });
    closing.push(journal);
    expect(await failure(journal.append([{ fact: edge(1) }]))).toMatchObject({ code: 'journal.unwritable' });
    expect(await journal.head()).toMatchObject({ seq: 1 });
  });

  it('fails while it is written to: a file size limit hit in the middle of a batch', () => {
    const script = join(import.meta.dirname, 'children/append-for-ever.ts');
    const command = `ulimit -f 512; exec "$0" "$1" "$2" 2>&1 >/dev/null`;
    let said = '';
    try {
      execFileSync('bash', ['-c', command, process.execPath, script, path], { encoding: 'utf8', timeout: 20_000 });
    } catch (error) {
      said = String((error as { stdout?: unknown }).stdout);
    }
    expect(said).toMatch(/journal\.(full|unwritable)/);
  });

  it('is held by another process longer than the time allowed', async () => {
    const journal = await open(path, 50);
    const other = new DatabaseSync(path);
    closing.push(other);
    other.exec('BEGIN IMMEDIATE');
    expect(await failure(journal.append([{ fact: edge(1) }]))).toMatchObject({ code: 'journal.busy' });
    expect(await journal.head()).toMatchObject({ seq: 0 });
    other.exec('ROLLBACK');
    expect(await journal.append([{ fact: edge(1) }])).toMatchObject([{ seq: 1 }]);
  });
});
