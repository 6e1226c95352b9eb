/** What the journal says of a death: when each check that died was found down, and whether any living one was. */
import { DatabaseSync } from 'node:sqlite';

export interface FoundOutages {
  /** From the death to the record of each check's edge, ascending, in milliseconds. */
  readonly delaysMs: readonly number[];
  /** Of them, those whose edge has bounds that the death lies in. */
  readonly boundsHold: number;
  readonly falseAlarms: number;
  readonly entries: number;
  readonly journalBytes: number;
}

/** When the servers died: a busy machine takes its time over it. */
export interface Died {
  readonly from: number;
  readonly to: number;
}

/** Reads the edges that were recorded from the death on; the journal may still be open elsewhere. */
export function foundOutages(journalPath: string, died: Died, isMortal: (check: string) => boolean): FoundOutages {
  const db = new DatabaseSync(journalPath, { readOnly: true });
  try {
    const delays = new Map<string, number>();
    let boundsHold = 0;
    let falseAlarms = 0;
    const rows = db
      .prepare(`SELECT recorded_at, fact FROM entry WHERE fact LIKE '%"type":"edge"%' ORDER BY seq`)
      .iterate() as Iterable<{ recorded_at: number; fact: string }>;
    for (const { recorded_at, fact } of rows) {
      const { check, to, earliest, latest } = JSON.parse(fact) as Edge;
      if (to !== 'down') continue;
      if (recorded_at < died.from || !isMortal(check)) falseAlarms += 1;
      else if (!delays.has(check)) {
        delays.set(check, recorded_at - died.from);
        if (earliest <= died.to && died.from <= latest) boundsHold += 1;
      }
    }
    const number = (sql: string): number => Number(Object.values(db.prepare(sql).get() ?? {})[0]);
    return {
      delaysMs: [...delays.values()].sort((a, b) => a - b),
      boundsHold,
      falseAlarms,
      entries: number('SELECT count(*) FROM entry'),
      journalBytes: number('PRAGMA page_count') * number('PRAGMA page_size'),
    };
  } finally {
    db.close();
  }
}

interface Edge {
  readonly check: string;
  readonly to: string;
  readonly earliest: number;
  readonly latest: number;
}
