/** The engine against a second reading of the rules that shares no code with it, over thousands of random worlds. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computeStatement } from '../../../src/domain/contract/statement.ts';
import { ledgerOf } from '../../../src/domain/facts/ledger.ts';
import { plainStatement } from '../../support/plain-reading.ts';
import { type RandomWorld, randomWorld, randomWorldOfEdges } from '../../support/random-worlds.ts';

function expectAgreement({ facts, ...question }: RandomWorld): void {
  const statement = computeStatement({ ledger: ledgerOf(facts), service: 's1', ...question });
  const { month, year, credit } = statement;
  expect({
    month: month.ms,
    year: year.ms,
    unplannedMinMs: month.unplannedMinMs,
    unplannedMaxMs: month.unplannedMaxMs,
    outages: month.outages,
    segments: statement.segments,
    allowanceMs: year.allowanceMs,
    remainingMs: year.remainingMs,
    promise: year.promise,
    accrued: credit.accrued.minor,
    claimed: credit.claimed.minor,
    cap: credit.cap.minor,
  }).toEqual(plainStatement({ facts, service: 's1', ...question }));
}

describe('the engine gives what a plain reading of REPLAY.md and CONTRACT.md gives', () => {
  it('for any world of observations: totals, bounds, segments, outages, year, promise and credit', () => {
    fc.assert(fc.property(randomWorld, expectAgreement), { numRuns: 6_000 });
  }, 120_000);

  it('for any world of edges, also where their bounds overlap', () => {
    fc.assert(fc.property(randomWorldOfEdges, expectAgreement), { numRuns: 3_000 });
  }, 120_000);
});
