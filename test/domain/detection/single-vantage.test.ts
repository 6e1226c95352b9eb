/**
 * REPLAY.md, How the states are computed, rules 1–3: one check seen from one vantage point. Probes a minute apart from
 * 2026-03-10 12:00:00, at most 3 min between two of a stretch, 3 fails confirm down, 2 oks confirm recovery, midpoint.
 */
import type { Boundary } from '../../../src/domain/facts/fact.ts';
import { worked } from '../../support/figures.ts';
import { plan, seen } from '../../support/world.ts';

const NOON = '2026-03-10 12:00';
const told = (history: string) => seen(history, { from: NOON });

worked('rule 1: stretches, gaps and void', [
  {
    // The last of 4 probes is 3 min after the first.
    promise: 'a stretch covers its first to its last observation',
    facts: [plan(), told('UUUU')],
    holds: { up: '3m', unplanned: '0', unknown: '743h 57m' },
  },
  {
    promise: 'a single observation covers nothing',
    facts: [plan(), told('U')],
    holds: { up: '0', unknown: '744h' },
  },
  {
    // U at 0, 1, 4, 5 min: 3 min apart is still one stretch.
    promise: 'a gap of exactly maxGap is no gap',
    facts: [plan(), told('UU??UU')],
    holds: { up: '5m' },
  },
  {
    promise: 'one millisecond more leaves the whole span unknown',
    facts: [plan(), told('UU'), seen('UU', { from: '2026-03-10 12:04:00.001' })],
    holds: { up: '2m' },
  },
  {
    // The three void probes are as if never sent: 1 → 5 min is a gap of 4.
    promise: 'void observations do not bridge a gap',
    facts: [plan(), told('UUVVVUU')],
    holds: { up: '2m' },
  },
  {
    promise: 'void observations do not break a run of fails, nor count in it',
    facts: [plan(), told('UDVDVDUU')],
    // Down from ⌊(0+1)/2⌋ = 0.5 to ⌊(5+6)/2⌋ = 5.5 min.
    holds: { unplanned: '5m', up: '2m', outages: 1 },
  },
  {
    promise: 'a run of fails does not reach over a gap',
    facts: [plan(), told('UDD????D')],
    holds: { unplanned: '0', up: '2m' },
  },
  {
    // U, then a gap, then D D D: no good one in that stretch, so the start is its first fail, at 5 min, to 7 min.
    promise: 'the last good observation before a gap does not date an outage after it',
    facts: [plan(), told('U????DDD')],
    holds: { unplanned: '2m', up: '0', atMost: '2m' },
  },
  {
    promise: 'an outage ends where the monitor went blind, and a second begins after the gap',
    facts: [plan(), told('UDDD????DDD')],
    // 0.5–3 and 8–10 min.
    holds: { unplanned: '4m 30s', outages: 2 },
  },
  {
    promise: 'observations may come in any order',
    facts: [plan(), seen('DUU', { from: '2026-03-10 12:03' }), told('UDD')],
    holds: { unplanned: '3m', up: '2m' },
  },
  {
    promise: 'of two observations at one instant the line that comes first was first',
    facts: [
      plan({ failures: 1, successes: 1 }),
      told('U'),
      seen('D', { from: NOON }),
      seen('D', { from: '2026-03-10 12:01' }),
    ],
    holds: { unplanned: '1m', up: '0' },
  },
  {
    promise: 'the other way round the service is up until the fail',
    facts: [plan({ failures: 1, successes: 1 }), seen('D', { from: NOON }), told('UD')],
    // Down from the midpoint of 0 and 1 min.
    holds: { unplanned: '30s', up: '30s' },
  },
]);

worked('rule 2: confirmation', [
  {
    promise: 'two fails of three are a blip, not downtime',
    facts: [plan(), told('UUDDUU')],
    holds: { unplanned: '0', up: '5m', outages: 0, accrued: '0.00' },
  },
  {
    promise: 'flapping every other probe is never confirmed',
    facts: [plan(), told('UDUDUDUDUDDUDU')],
    holds: { unplanned: '0', up: '13m' },
  },
  {
    promise: 'one good probe in an outage does not end it',
    facts: [plan(), told('UDDDUDDDUU')],
    // 0.5–7.5 min: ⌊(7+8)/2⌋.
    holds: { unplanned: '7m', outages: 1 },
  },
  {
    promise: 'with one success required it does, and the next outage needs its three fails again',
    facts: [plan({ successes: 1 }), told('UDDDUDDDUU')],
    // 0.5–3.5 and 4.5–7.5 min.
    holds: { unplanned: '6m', outages: 2, up: '3m' },
  },
  {
    promise: 'fails at the start of a stretch: down from the first of them',
    facts: [plan(), told('DDDUU')],
    // 0–2.5 min.
    holds: { unplanned: '2m 30s', up: '1m 30s' },
  },
  {
    promise: 'too few fails at the start of a stretch are unknown until the first good one',
    facts: [plan(), told('DDUU')],
    holds: { unplanned: '0', up: '1m', unknown: '743h 59m' },
  },
  {
    promise: 'fails that nothing confirms at the end of a stretch leave it up',
    facts: [plan(), told('UUDD')],
    holds: { up: '3m', unplanned: '0' },
  },
  {
    promise: 'an outage that nothing ends lasts to the end of its stretch',
    facts: [plan(), told('UDDDDD')],
    // 0.5–5 min.
    holds: { unplanned: '4m 30s' },
  },
  {
    promise: 'a good probe and then a gap: the outage lasts to that probe',
    facts: [plan(), told('UDDDU')],
    // Not confirmed: 0.5–4 min.
    holds: { unplanned: '3m 30s', up: '30s' },
  },
  {
    promise: 'a recovery is dated from the first of its good probes',
    facts: [plan({ successes: 3 }), told('UDDDUUUU')],
    // ⌊(3+4)/2⌋ = 3.5 min, although confirmed at 6 min.
    holds: { unplanned: '3m', up: '4m' },
  },
]);

/** Last good 12:00:00.000, fails at .001 s, 1 min, 2 min; last fail 12:02:00.000, good at 12:02:00.007 and a minute on. */
function odd(boundary: Boundary) {
  return [
    plan({ boundary }),
    seen('U', { from: NOON }),
    seen('D', { from: '2026-03-10 12:00:00.001' }),
    seen('DD', { from: '2026-03-10 12:01' }),
    seen('UU', { from: '2026-03-10 12:02:00.007' }),
  ].flat();
}

worked('rule 3: where an edge is placed between its bounds', [
  {
    // ⌊(0+1)/2⌋ = 0; ⌊(120 000+120 007)/2⌋ = 120 003.
    promise: 'midpoint: the middle, halves of a millisecond dropped',
    facts: [odd('midpoint')],
    holds: {
      segments: ['03-10 12:00 – 03-10 12:02:00.003 unplanned'],
      unplanned: '2m 3ms',
      atLeast: '1m 59s 999ms',
      atMost: '2m 7ms',
    },
  },
  {
    promise: 'observed: first fail to first good',
    facts: [odd('observed')],
    holds: { segments: ['03-10 12:00:00.001 – 03-10 12:02:00.007 unplanned'], unplanned: '2m 6ms' },
  },
  {
    promise: 'minimal: first fail to last fail',
    facts: [odd('minimal')],
    holds: { segments: ['03-10 12:00:00.001 – 03-10 12:02 unplanned'], unplanned: '1m 59s 999ms' },
  },
  {
    promise: 'maximal: last good to first good',
    facts: [odd('maximal')],
    holds: { segments: ['03-10 12:00 – 03-10 12:02:00.007 unplanned'], unplanned: '2m 7ms' },
  },
  {
    promise: 'a blip before the outage does not move its start',
    facts: [plan(), told('UDUDDDUU')],
    // Last ok at 2 min, first fail of the run at 3 min: 2.5–5.5 min.
    holds: { unplanned: '3m', up: '4m', atLeast: '2m', atMost: '4m' },
  },
  {
    promise: 'a single good probe in the outage is its last good one for nothing',
    facts: [plan(), told('UDDDUDUU')],
    // Recovery between 5 and 6 min: 0.5–5.5 min.
    holds: { unplanned: '5m', atLeast: '4m', atMost: '6m' },
  },
  {
    promise: 'bounds are those of every boundary, whichever is set',
    facts: [plan({ boundary: 'maximal' }), told('UDDDUU')],
    holds: { unplanned: '4m', atLeast: '2m', atMost: '4m' },
  },
]);
