import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { computeStatement } from '../../../src/domain/contract/statement.ts';
import type { ReplayFact, WorkFact } from '../../../src/domain/facts/fact.ts';
import { Ledger, ledgerOf } from '../../../src/domain/facts/ledger.ts';
import { DAY, HOUR } from '../../../src/domain/time/instant.ts';
import { exportFacts } from '../../../src/journal/replay/export.ts';
import { formatReplayLine } from '../../../src/journal/replay/format.ts';
import { importDrafts } from '../../../src/journal/replay/import.ts';
import { parseReplayFile } from '../../../src/journal/replay/parse.ts';
import { readReplayFile } from '../../../src/journal/replay/read-file.ts';
import { AGREEMENT } from '../../support/contracts.ts';

const EXAMPLES = join(import.meta.dirname, '../../replay/examples');
const RULES = { exclusionReasons: ['force-majeure', 'customer', 'third-party-software', 'network', 'dns-propagation'] };

async function factsOf(file: string): Promise<{ facts: readonly ReplayFact[]; latestAt: number }> {
  const read = await readReplayFile(join(EXAMPLES, file), RULES);
  if (!read.ok || read.latestAt === null) throw new Error(`${file} cannot be read`);
  return { facts: read.facts, latestAt: read.latestAt };
}

/** A ledger as a live journal fills it: recorded now, and claiming nothing beyond its coverage. */
function liveLedger(facts: readonly ReplayFact[], latestAt: number, recordedAt: number): Ledger {
  const ledger = new Ledger('covered');
  for (const { fact } of importDrafts(facts, latestAt)) ledger.add(fact, recordedAt);
  return ledger;
}

function statementOf(ledger: Ledger, asOf: number) {
  return computeStatement({ ledger, contract: AGREEMENT, service: 's1', month: '2026-03', asOf });
}

const files = readdirSync(EXAMPLES).filter((name) => name.endsWith('.ndjson'));

describe.each(files)('%s', (file) => {
  it('imported into a journal gives the statement that replaying it gives', async () => {
    const { facts, latestAt } = await factsOf(file);
    expect(statementOf(liveLedger(facts, latestAt, latestAt), latestAt)).toEqual(
      statementOf(ledgerOf(facts), latestAt),
    );
  });

  it('exported from that journal, and read back from its text, gives it again', async () => {
    const { facts, latestAt } = await factsOf(file);
    const live = liveLedger(facts, latestAt, latestAt);
    const asOf = latestAt + DAY;
    const text = exportFacts(live, 's1', asOf).map((fact) => formatReplayLine(fact, 300));
    const read = parseReplayFile(text, RULES);
    expect(read).toMatchObject({ ok: true, latestAt: asOf });
    if (!read.ok) return;
    expect(statementOf(ledgerOf(read.facts), asOf)).toEqual(statementOf(live, asOf));
  });

  it('imported twice is recorded once', async () => {
    const { facts, latestAt } = await factsOf(file);
    const keys = importDrafts(facts, latestAt).map((draft) => draft.key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(importDrafts(facts, latestAt).map((draft) => draft.key)).toEqual(keys);
  });
});

describe('an export', () => {
  it('says that a later revision takes the service out of the window', async () => {
    const { facts, latestAt } = await factsOf('planned-with-notice.ndjson');
    const first = facts.find((fact): fact is WorkFact => fact.type === 'work');
    if (!first) throw new Error('the example has no work');
    const other = { ...first, revision: 2, services: ['s2'], at: first.at + HOUR };
    const live = liveLedger([...facts, other], latestAt, latestAt);
    const read = parseReplayFile(
      exportFacts(live, 's1', latestAt).map((fact) => formatReplayLine(fact)),
      RULES,
    );
    if (!read.ok) throw new Error(JSON.stringify(read.problems));
    const statement = statementOf(ledgerOf(read.facts), latestAt);
    expect(statement.month.ms.planned).toBe(0);
    expect(statement).toEqual(statementOf(live, latestAt));
  });

  it('of a service that nobody knows is refused by name', async () => {
    expect(() => exportFacts(new Ledger('covered'), 's9', 0)).toThrow('service: found "s9"');
  });
});
