import { describe, expect, it } from 'vitest';
import { witnessesToAsk } from '../../../src/domain/detection/fate-witnesses.ts';
import {
  createFateGroup,
  type FateMember,
  joinFateGroup,
  noteFate,
} from '../../../src/domain/detection/shared-fate.ts';
import type { Instant } from '../../../src/domain/time/instant.ts';

const MINUTE = 60_000;
const PITCH = 5_000;

/** Twelve checks, one each five seconds, each a minute; the first of the second round has failed at 60 s, and again at 62 s. */
function twelve(more: Readonly<Record<number, { readonly at: Instant; readonly outcome: 'ok' | 'fail' }>> = {}) {
  const group = createFateGroup('srv/http');
  const note = (member: FateMember, at: Instant, outcome: 'ok' | 'fail'): void =>
    noteFate(member, { at, shownAt: at, outcome, durationMs: 10, family: 'connect', listener: undefined });
  const members = Array.from({ length: 12 }, (_, n) => {
    const member = joinFateGroup(group, `m${n}`);
    note(member, n * PITCH, 'ok');
    return member;
  });
  const [first] = members as [FateMember];
  note(first, MINUTE, 'fail');
  note(first, MINUTE + 2_000, 'fail');
  for (const [n, { at, outcome }] of Object.entries(more)) note(members[Number(n)] as FateMember, at, outcome);
  const ask = (now: Instant) => witnessesToAsk(group, first, now, MINUTE);
  return { first, ask, note };
}

describe('a member that failed again has others asked', () => {
  it('that nobody has probed since: four that must agree, three in reserve, from the oldest to the newest', () => {
    expect(twelve().ask(62_000)).toEqual(['m1', 'm3', 'm4', 'm6', 'm8', 'm9', 'm11']);
  });

  it('no more than are missing and the reserve', () => {
    const fallen = { 1: { at: 61_000, outcome: 'fail' }, 2: { at: 61_500, outcome: 'fail' } } as const;
    expect(twelve(fallen).ask(62_000)).toHaveLength(5);
  });

  it.each([
    ['enough have fallen already', [1, 2, 3, 4].map((n) => [n, { at: 61_000, outcome: 'fail' as const }])],
    ['one has been seen in order since', [[5, { at: 61_000, outcome: 'ok' as const }]]],
  ])('nobody where %s', (_where, more) => {
    expect(twelve(Object.fromEntries(more)).ask(62_000)).toEqual([]);
  });

  it('nobody where there are not five', () => {
    const group = createFateGroup('srv/http');
    const members = Array.from({ length: 4 }, (_, n) => {
      const member = joinFateGroup(group, `m${n}`);
      noteFate(member, { at: n, shownAt: n, outcome: 'ok', durationMs: 1, family: '', listener: undefined });
      return member;
    });
    const [first] = members as [FateMember];
    noteFate(first, { at: 9, shownAt: 9, outcome: 'fail', durationMs: 1, family: 'connect', listener: undefined });
    expect(witnessesToAsk(group, first, 10, MINUTE)).toEqual([]);
  });

  it('not again soon, and again after that', () => {
    const { first, ask, note } = twelve();
    expect(ask(62_000)).not.toEqual([]);
    expect(ask(64_000)).toEqual([]);
    note(first, 110_000, 'ok');
    note(first, 121_900, 'fail');
    expect(ask(121_990)).toEqual([]);
    expect(ask(122_000)).not.toEqual([]);
  });

  it('nobody once it has recovered', () => {
    const { first, ask, note } = twelve();
    note(first, 63_000, 'ok');
    expect(ask(63_000)).toEqual([]);
  });
});
