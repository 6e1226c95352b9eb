/** A configuration and a journal of their own for one test, and the command line as a function upon them. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Fact, ReplayFact } from '../../src/domain/facts/fact.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { openSqliteJournal } from '../../src/journal/sqlite/open.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import { CONTRACT, MAIN, SERVICES } from '../config/folder.ts';
import { type Ended, runKepil } from '../support/command-line.ts';
import { at, type When } from '../support/world.ts';

export class CliBooks implements AsyncDisposable {
  readonly folder: string;
  #now: number;

  constructor(folder: string, now: number) {
    this.folder = folder;
    this.#now = now;
  }

  get journalPath(): string {
    return join(this.folder, 'data/kepil.sqlite');
  }

  /** Stands still between commands unless told. */
  get clock(): Clock {
    return { now: () => this.#now, monotonicMs: () => this.#now, sleep: async () => {}, after: () => () => {} };
  }

  at(when: When): this {
    this.#now = at(when);
    return this;
  }

  /** `kepil ARGS`, a second after the command before. */
  async kepil(...args: readonly string[]): Promise<Ended> {
    this.#now += 1_000;
    return runKepil(args, {
      environment: { KEPIL_CONFIG: join(this.folder, 'config/kepil.yaml') },
      clock: this.clock,
    });
  }

  /** The parsed output of `kepil ARGS --json`, which must succeed. */
  async json<T = Record<string, unknown>>(...args: readonly string[]): Promise<T> {
    const { code, stdout, stderr } = await this.kepil(...args, '--json');
    if (code !== 0) throw new Error(`kepil ${args.join(' ')}: ${code}: ${stderr}`);
    return JSON.parse(stdout) as T;
  }

  async withJournal<T>(use: (journal: Journal) => Promise<T>): Promise<T> {
    const journal = await openSqliteJournal({ path: this.journalPath, clock: this.clock });
    try {
      return await use(journal);
    } finally {
      await journal.close();
    }
  }

  /** Records facts as known from the instant at which the clock stands. */
  async record(...facts: readonly ReplayFact[]): Promise<void> {
    this.#now += 1_000;
    await this.withJournal((journal) => journal.append(facts.map((fact) => ({ fact: fact as Fact }))));
  }

  async entries(): Promise<readonly Fact[]> {
    return this.withJournal(async (journal) => (await journal.read(0, 100_000)).map(({ fact }) => fact));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Opens books that know these facts since an instant. */
export async function openCliBooks(
  known: readonly ReplayFact[],
  { since = '2026-03-01' as When, contract = CONTRACT } = {},
): Promise<CliBooks> {
  const folder = await mkdtemp(join(tmpdir(), 'kepil-cli-'));
  const files = { 'kepil.yaml': MAIN, 'contracts/basic.yaml': contract, 'services/acme.yaml': SERVICES };
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, 'config', name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  await mkdir(join(folder, 'data'));
  const books = new CliBooks(folder, at(since));
  await books.record(...known);
  return books;
}
