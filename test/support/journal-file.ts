/** A daemon's journal file as a test reads it, whole, and writes a past into it before the daemon starts. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { requireConfiguration } from '../../src/app/load.ts';
import { definitionsOf } from '../../src/app/registration.ts';
import type { EdgeFact, Fact } from '../../src/domain/facts/fact.ts';
import { Ledger } from '../../src/domain/facts/ledger.ts';
import type { Instant } from '../../src/domain/time/instant.ts';
import type { Journal, JournalEntry } from '../../src/journal/journal.ts';
import { openSqliteJournal } from '../../src/journal/sqlite/open.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { registrationFacts } from './definitions.ts';

/** All entries, while the daemon runs or not. */
export async function readEntries(path: string): Promise<readonly JournalEntry[]> {
  const journal = await openSqliteJournal({ path, clock: systemClock });
  try {
    return await journal.read(0, Number.MAX_SAFE_INTEGER);
  } finally {
    await journal.close();
  }
}

type FactOf<T extends Fact['type']> = Extract<Fact, { type: T }>;

/** All facts of one type, in the order of their recording. */
export async function readFacts<T extends Fact['type']>(path: string, type: T): Promise<readonly FactOf<T>[]> {
  const entries = await readEntries(path);
  return entries.map(({ fact }) => fact).filter((fact): fact is FactOf<T> => fact.type === type);
}

/** Records facts now, as another process than the daemon. */
export async function appendFacts(path: string, facts: readonly Fact[]): Promise<void> {
  const journal = await openSqliteJournal({ path, clock: systemClock });
  try {
    await record(journal, facts);
  } finally {
    await journal.close();
  }
}

export interface Past {
  readonly config: { readonly path: string; readonly journalPath: string };
  /** When the daemon began to observe: all checks are up from here. */
  readonly from: Instant;
  /** Ascending, of the only check of each service named. */
  readonly edges: readonly Pick<EdgeFact, 'check' | 'to' | 'earliest' | 'latest' | 'evidence'>[];
  /** Observed without a gap until here. */
  readonly through: Instant;
}

/** Records what a daemon with this configuration would have, had it watched from `from` to `through`. */
export async function recordPast({ config, from, edges, through }: Past): Promise<void> {
  const configuration = await requireConfiguration(config.path, {});
  await mkdir(dirname(config.journalPath), { recursive: true });
  const clock = { ...systemClock, now: () => from };
  const journal = await openSqliteJournal({ path: config.journalPath, clock });
  const append = async (now: Instant, facts: readonly Fact[]): Promise<void> => {
    clock.now = () => now;
    await record(journal, facts);
  };
  try {
    const { vantage } = configuration;
    const checks = [...configuration.services].flatMap((service) => service.checks.map((check) => check.fact));
    await append(from, registrationFacts(new Ledger('covered'), definitionsOf(configuration), from));
    await append(
      from,
      checks.map(({ id }) => ({ type: 'edge', check: id, vantage, to: 'up', earliest: from, latest: from, at: from })),
    );
    for (const edge of edges) await append(edge.latest, [{ type: 'edge', vantage, at: edge.latest, ...edge }]);
    const intervals = [...new Set(checks.map((check) => check.intervalMs))];
    await append(
      through,
      intervals.map((intervalMs) => ({ type: 'coverage', vantage, intervalMs, through, at: through })),
    );
  } finally {
    await journal.close();
  }
}

async function record(journal: Journal, facts: readonly Fact[]): Promise<void> {
  await journal.append(facts.map((fact) => ({ fact })));
}
