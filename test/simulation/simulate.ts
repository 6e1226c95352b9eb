/** Runs a seed and says everything that is wrong with what it leaves. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SeededRandom } from '../support/seeded-random.ts';
import { checkClaims } from './invariants/claims.ts';
import { checkEdges } from './invariants/edges.ts';
import { type Evidence, gatherEvidence, type Violation } from './invariants/evidence.ts';
import { checkClockSteps, checkJournal } from './invariants/journal.ts';
import { checkMails } from './invariants/mails.ts';
import { checkPast, checkStatementsAsOf } from './invariants/statements.ts';
import { type Pace, scenarioOf } from './scenario.ts';
import { runWorld } from './world.ts';

export interface Verdict {
  readonly violations: readonly Violation[];
  /** Of the journal's last entry: equal runs end equally. */
  readonly head: string;
  readonly evidence: Evidence;
}

const INSTANTS_ASKED = 4;
/** Thousands of commits a run, each on disk: in memory where the system has files there. */
const SCRATCH = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** Runs a seed at a pace, in a directory of its own that is gone afterwards. */
export async function simulate(seed: number, pace: Pace): Promise<Verdict> {
  const directory = mkdtempSync(join(SCRATCH, 'kepil-simulation-'));
  try {
    const evidence = gatherEvidence(await runWorld(scenarioOf(seed, pace, join(directory, 'journal.sqlite'))));
    try {
      return { violations: await violationsOf(evidence), head: evidence.entries.at(-1)?.hash ?? '', evidence };
    } finally {
      await evidence.books.journal.close();
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function violationsOf(evidence: Evidence): Promise<readonly Violation[]> {
  const { scenario, map } = evidence;
  const random = new SeededRandom(scenario.seed ^ 0xa50f);
  const end = map.wallAt(scenario.pace.length - 1);
  const asked = Array.from({ length: INSTANTS_ASKED }, () => map.wallAt(random.whole(1, scenario.pace.length - 1)));
  return [
    ...(await checkJournal(evidence)),
    ...checkClockSteps(evidence),
    ...checkEdges(evidence),
    ...checkMails(evidence),
    ...checkPast(evidence),
    ...[...asked, end].flatMap((asOf) => [
      ...checkClaims(evidence, asOf, asOf === end),
      ...checkStatementsAsOf(evidence, asOf),
    ]),
  ];
}
