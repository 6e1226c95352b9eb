import { describe, expect, it } from 'vitest';
import {
  createFateGroup,
  type FateGroup,
  type FateMember,
  joinFateGroup,
  noteFate,
  sharpenByFate,
} from '../../../src/domain/detection/shared-fate.ts';
import type { Instant } from '../../../src/domain/time/instant.ts';

const PITCH = 1_000;
const FALL = 100_500;
const NOW = 130_000;

interface Told {
  readonly word?: string;
  readonly oks: readonly Instant[];
  readonly fails?: readonly Instant[];
  /** What it asks for a connection. */
  readonly listener?: string;
}

function tell(group: FateGroup, check: string, { oks, fails = [], word = 'connect', listener }: Told): FateMember {
  const member = joinFateGroup(group, check);
  const probes = [
    ...oks.map((at) => ({ at, outcome: 'ok' as const })),
    ...fails.map((at) => ({ at, outcome: 'fail' as const })),
  ];
  for (const { at, outcome } of probes.sort((a, b) => a.at - b.at)) {
    const family = outcome === 'fail' ? word : '';
    noteFate(member, { at, shownAt: at, outcome, durationMs: 10, family, listener });
  }
  return member;
}

/**
 * Sixty checks, one a second, each a minute. All fall at FALL; those whose turn has come since then have failed.
 * @param strange what some of them did instead.
 */
function fallenGroup(strange: Readonly<Record<number, Told>> = {}) {
  const group = createFateGroup('srv/http');
  const members = Array.from({ length: 60 }, (_, n) => {
    const probes = [n * PITCH, n * PITCH + 60_000, n * PITCH + 120_000].filter((at) => at < NOW);
    const told = { oks: probes.filter((at) => at < FALL), fails: probes.filter((at) => at >= FALL) };
    return tell(group, `m${n}`, strange[n] ?? told);
  });
  return { group, member: (n: number) => members[n] as FateMember };
}

/** The edge that member 45's own probes give: good at 45 s, failed at 105 s. */
const OWN = { to: 'down', earliest: 45_000, latest: 105_000 } as const;

describe('an edge of a member whose group fell at once', () => {
  it('lies between the fifth probes before and after the cut, and latencies', () => {
    const { group, member } = fallenGroup();
    expect(sharpenByFate(group, member(45), OWN, NOW)).toEqual({
      edge: { to: 'down', earliest: 95_980, latest: 105_000 },
      fate: {
        rule: 'shared-fate-2',
        group: 'srv/http',
        agreeing: 29,
        observed: 29,
        before: [40, 39, 38, 37, 36].map((n) => ({ check: `m${n}`, at: 60_000 + n * PITCH })),
        after: [41, 42, 43, 44, 45].map((n) => ({ check: `m${n}`, at: 60_000 + n * PITCH })),
        slackMs: 20,
        confidence: 0.966,
        own: { earliest: 45_000, latest: 105_000 },
      },
    });
  });

  it.each<[string, Readonly<Record<number, Told>>]>([
    ['one was good two probes after the cut', { 42: { oks: [42_000, 102_000] } }],
    ['one had failed two probes before it', { 39: { oks: [39_000], fails: [99_000] } }],
    ['two of thirty were still good at last', { 58: { oks: [58_000, 118_000] }, 5: { oks: [5_000, 65_000, 125_000] } }],
    [
      'two of thirty failed otherwise',
      { 58: { oks: [58_000], fails: [118_000], word: 'reply' }, 57: { oks: [57_000], fails: [117_000], word: 'tls' } },
    ],
    [
      'two had fallen a minute before and stayed so',
      { 1: { oks: [1_000], fails: [61_000] }, 2: { oks: [2_000], fails: [62_000] } },
    ],
    ['its own failure was of another kind', { 45: { oks: [45_000], fails: [105_000], word: 'reply' } }],
    ['its own probes do not know of this edge', { 45: { oks: [], fails: [105_000] } }],
  ])('stays as observed where %s', (_what, strange) => {
    const { group, member } = fallenGroup(strange);
    expect(sharpenByFate(group, member(45), OWN, NOW)).toBeUndefined();
  });

  it.each<[string, Readonly<Record<number, Told>>]>([
    ['one of thirty is still good, far from the cut', { 58: { oks: [58_000, 118_000] } }],
    ['one fell long ago and never rose', { 58: { oks: [-900_000], fails: [-840_000, 58_000, 118_000] } }],
    ['one says nothing at all', { 58: { oks: [] } }],
  ])('is sharpened all the same where %s', (_what, strange) => {
    const { group, member } = fallenGroup(strange);
    expect(sharpenByFate(group, member(45), OWN, NOW)?.edge.earliest).toBe(95_980);
  });

  it('stays as observed where its own bounds do not hold the cut', () => {
    const { group, member } = fallenGroup({ 45: { oks: [101_000], fails: [131_000] } });
    const own = { to: 'down', earliest: 101_000, latest: 131_000 } as const;
    expect(sharpenByFate(group, member(45), own, NOW)).toBeUndefined();
  });

  it('stays as observed where fewer than five are known to have fallen', () => {
    const group = createFateGroup('srv/http');
    const members = Array.from({ length: 60 }, (_, n) => {
      const last = n * PITCH + 60_000;
      return tell(
        group,
        `m${n}`,
        last < FALL || last > 104_500
          ? { oks: [last - 60_000 * Number(last > FALL)] }
          : {
              oks: [last - 60_000],
              fails: [last],
            },
      );
    });
    const own = { to: 'down', earliest: 41_000, latest: 101_000 } as const;
    expect(sharpenByFate(group, members[41] as FateMember, own, 104_600)).toBeUndefined();
  });

  it('is never widened, and an exact one never touched', () => {
    const { group, member } = fallenGroup();
    const narrow = { to: 'down', earliest: 100_400, latest: 100_600 } as const;
    const own = tell(group, 'narrow', { oks: [100_400], fails: [100_600] });
    expect(sharpenByFate(group, own, narrow, NOW)).toBeUndefined();
    expect(sharpenByFate(group, member(45), { to: 'up', earliest: 5, latest: 5 }, NOW)).toBeUndefined();
  });
});

describe('a group with one listener', () => {
  const LISTENER = '192.0.2.7 443';
  /** Eight checks, 7.5 s apart, that refuse from 100.5 s on; five of them were asked then. */
  function eight(strange: Readonly<Record<number, Partial<Told>>> = {}, word = 'connect') {
    const group = createFateGroup('srv/http');
    const members = Array.from({ length: 8 }, (_, n) => {
      const last = n * 7_500 + (n < 6 ? 60_000 : 0);
      const fails = n === 6 ? [105_000] : n < 5 ? [107_000 + n] : [];
      return tell(group, `m${n}`, { oks: [last], fails, listener: LISTENER, word, ...strange[n] });
    });
    return { group, member: (n: number) => members[n] as FateMember };
  }
  const own = { to: 'down', earliest: 45_000, latest: 105_000 } as const;

  it('fell between the two nearest probes, give or take two seconds, however far apart the others are', () => {
    const { group, member } = eight();
    const sharpened = sharpenByFate(group, member(6), own, 112_000);
    expect(sharpened?.edge).toEqual({ to: 'down', earliest: 97_500 - 2_000 - 20, latest: 105_000 });
    expect(sharpened?.fate).toMatchObject({ listener: LISTENER, agreeing: 6 });
  });

  it.each<[string, ReturnType<typeof eight>]>([
    ['one of the nearest probes went elsewhere', eight({ 3: { listener: '192.0.2.8 443' } })],
    ['where they went is not known', eight({ 3: { listener: undefined } as unknown as Partial<Told> })],
    ['connections were made, and what was said on them failed', eight({}, 'reply')],
  ])('reaches as far as the fifth probe before where %s', (_where, { group, member }) => {
    const sharpened = sharpenByFate(group, member(6), own, 112_000);
    expect(sharpened?.edge).toEqual({ to: 'down', earliest: 67_500 - 20, latest: 105_000 });
    expect(sharpened?.fate).not.toHaveProperty('listener');
  });
});

it('bounds reach as far after the cut as before it, so that their middle is not early', () => {
  const { group, member } = fallenGroup();
  const late = { to: 'down', earliest: 59_000, latest: 119_000 } as const;
  expect(sharpenByFate(group, member(59), late, NOW)?.edge).toEqual({ to: 'down', earliest: 95_980, latest: 105_020 });
});

it('the cost of a fall does not grow with the square of the group', () => {
  const group = createFateGroup('srv/http');
  const size = 20_000;
  const members = Array.from({ length: size }, (_, n) => {
    const phase = Math.floor((n * 60_000) / size);
    return tell(group, `m${n}`, {
      oks: [phase + (phase < 40_500 ? 60_000 : 0)],
      fails: phase < 40_500 ? [] : [phase + 60_000],
    });
  });
  const fallen = members.filter(({ fall }) => fall);
  const began = performance.now();
  for (const member of fallen) {
    const { before, after } = member.fall ?? { before: 0, after: 0 };
    sharpenByFate(group, member, { to: 'down', earliest: before, latest: after }, after + 7_000);
  }
  expect(performance.now() - began).toBeLessThan(3_000);
});
