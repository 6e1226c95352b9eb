import { describe, expect, it } from 'vitest';
import type { StatementSet } from '../../src/domain/contract/statement-result.ts';
import { statementSetToJson } from '../../src/report/statement-json.ts';
import { at, eventfulStatement, OFFSET, statement } from '../support/statements.ts';

function print(set: Partial<StatementSet>): string {
  return JSON.stringify(
    statementSetToJson({
      asOf: at('2026-04-01T00:00:00'),
      month: '2026-03',
      offsetMinutes: OFFSET,
      statements: [],
      ...set,
    }),
    null,
    1,
  );
}

describe('the JSON of statements', () => {
  it('prints whole seconds of `asOf` without milliseconds, and others with', () => {
    expect(print({})).toContain('"asOf": "2026-04-01T00:00:00+05:00"');
    expect(print({ asOf: at('2026-04-01T00:00:00.007') })).toContain('"asOf": "2026-04-01T00:00:00.007+05:00"');
  });

  it('prints every figure under the name and in the order of REPLAY.md', () => {
    expect(print({ statements: [eventfulStatement()] })).toMatchInlineSnapshot(`
      "{
       "asOf": "2026-04-01T00:00:00+05:00",
       "month": "2026-03",
       "services": [
        {
         "service": "s1",
         "customer": "c1",
         "month": {
          "ms": {
           "up": 2609977405,
           "planned": 14400000,
           "excluded": 14400000,
           "unplanned": 36010250,
           "unknown": 3612345,
           "outside": 0
          },
          "unplannedMinMs": 35890250,
          "unplannedMaxMs": 36130250,
          "outages": 3,
          "availability": "98.6390"
         },
         "year": {
          "ms": {
           "up": 7675177405,
           "planned": 14400000,
           "excluded": 14400000,
           "unplanned": 68410250,
           "unknown": 3612345,
           "outside": 0
          },
          "availability": "99.1165",
          "allowanceMs": 63072000,
          "remainingMs": -5338250,
          "promise": "broken"
         },
         "segments": [
          {
           "start": "2026-03-10T00:30:00.000+05:00",
           "end": "2026-03-10T01:00:00.000+05:00",
           "class": "unplanned",
           "reason": null
          },
          {
           "start": "2026-03-10T01:00:00.000+05:00",
           "end": "2026-03-10T05:00:00.000+05:00",
           "class": "planned",
           "reason": null
          },
          {
           "start": "2026-03-10T05:00:00.000+05:00",
           "end": "2026-03-10T06:30:00.250+05:00",
           "class": "unplanned",
           "reason": null
          },
          {
           "start": "2026-03-18T22:00:00.000+05:00",
           "end": "2026-03-19T02:00:00.000+05:00",
           "class": "excluded",
           "reason": "force-majeure"
          },
          {
           "start": "2026-03-19T02:00:00.000+05:00",
           "end": "2026-03-19T08:00:00.000+05:00",
           "class": "unplanned",
           "reason": null
          },
          {
           "start": "2026-03-31T21:59:50.000+05:00",
           "end": "2026-04-01T00:00:00.000+05:00",
           "class": "unplanned",
           "reason": null
          }
         ],
         "credit": {
          "currency": "KZT",
          "accrued": "1200.34",
          "claimed": "720.00",
          "cap": "12000.00"
         },
         "tickets": [
          {
           "id": "T-1042",
           "priority": "high",
           "responseMs": 1500000,
           "resolutionMs": 30600000,
           "responseKept": true,
           "resolutionKept": false
          },
          {
           "id": "T-1057",
           "priority": "low",
           "responseMs": 3600000,
           "resolutionMs": null,
           "responseKept": true,
           "resolutionKept": null
          }
         ]
        }
       ]
      }"
    `);
  });

  it('has no availability where nothing was up or unplanned', () => {
    const quiet = statement({ unknownMs: 31 * 86_400_000 });
    expect(print({ statements: [quiet] })).toContain('"availability": null');
  });
});
