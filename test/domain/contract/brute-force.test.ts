/** The engine against a second reading of the rules that shares no code with it, over thousands of random worlds. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computeStatement } from '../../../src/domain/contract/statement.ts';
import { ledgerOf } from '../../../src/domain/facts/ledger.ts';
import { plainStatement } from '../../support/plain-reading.ts';
import { type RandomWorld, randomWorld } from '../../support/random-worlds.ts';

function engine({ facts, ...question }: RandomWorld) {
  return computeStatement({ ledger: ledgerOf(facts), service: 's1', ...question });
}

describe('the engine against a plain reading of REPLAY.md and CONTRACT.md', () => {
  it('gives the same totals, bounds, segments, outages, year and credit for any world', () => {
    fc.assert(
      fc.property(randomWorld, (world) => {
        const statement = engine(world);
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
        }).toEqual(plainStatement({ service: 's1', ...world }));
      }),
      { numRuns: 20_000 },
    );
  });
});
