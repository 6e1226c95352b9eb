/**
 * Shared fate: when a whole group (services of one server, seen by one kind of check) falls or rises at once, the probes
 * of its members, milliseconds apart, date the moment for each of them. docs/decisions/0011 argues every number here.
 *
 * 1. Sharpened bounds lie within the bounds that the member's own probes give, and are never wider.
 * 2. They are given only at a clean cut: before it everyone looked at was in the old state, after it in the new one, for
 *    `NEIGHBOURS` probes and for `REACH_MS` on either side.
 * 3. Where all of these probes asked one address and port for a connection, the cut is the listener's own: then the bounds
 *    reach no further than `REACH_MS` beyond the nearest probes, however sparse they are.
 * 4. What is not clear stays as it was observed.
 *
 * Whether a member belongs to the common event is judged by what was known when its edge was confirmed; an edge is never
 * revised.
 */
import type { Outcome } from '../facts/fact.ts';
import { type Instant, type Millis, SECOND } from '../time/instant.ts';
import type { Edge } from './detector.ts';

/** Names the rule in the evidence of an edge, so that a later rule can be told from this one. */
const RULE = 'shared-fate-2';
/** The family of failures to get a connection at all. */
const CONNECTION = 'connect';
/** Members that must have turned at the cut, the one in question included. */
export const LEAST_AGREEING = 5;
/** Of a hundred members known to be in either state after the cut, so many must have turned at it. */
const LEAST_PERCENT = 95;
/** Probes on either side of the cut that the bounds take in. */
const NEIGHBOURS = 5;
/** The bounds reach at least so far on either side, however dense the probes. */
const REACH_MS: Millis = 2 * SECOND;
/** Exchanges may take this many times as long as they did when last seen. */
const LATENCY_ALLOWANCE = 2;
/** A verdict on a group serves all edges found within this time, so that a fall of thousands costs thousands, not millions. */
const VERDICT_HOLDS_MS: Millis = SECOND;

/** A change of outcome of one member: the last probe of the old outcome, and the first of the new one, when they were sent. */
interface Turn {
  readonly before: Instant;
  readonly after: Instant;
  /** By when the first of the new outcome had shown it. */
  readonly shownAt: Instant;
  /** What kind of words the failure had; empty for a rise. */
  readonly family: string;
  /** What both probes asked for a connection, where it was one thing and the failure was that it gave none. */
  readonly listener: string | undefined;
  /** How long a good exchange took about then. */
  readonly goodMs: Millis;
}

/** What is remembered of one member. Owned by its group and changed in place. */
export interface FateMember {
  readonly check: string;
  lastOk: Instant | undefined;
  lastFail: Instant | undefined;
  /** Address and port that its newest probe asked for a connection. */
  listener: string | undefined;
  /** The family of its newest failure. */
  family: string;
  goodMs: Millis;
  /** Its newest change from good to failed, and from failed to good. */
  fall: Turn | undefined;
  rise: Turn | undefined;
}

/** Checks that share a fate. */
export interface FateGroup {
  readonly name: string;
  readonly members: Set<FateMember>;
  readonly verdicts: { down?: Verdict; up?: Verdict };
  /** When its members were last asked whether they have fallen, too. */
  askedAt: Instant;
}

/** A probe of a neighbour. */
export interface NeighbourProbe {
  readonly check: string;
  readonly at: Instant;
}

/** A probe of a neighbour, and what it asked for a connection. */
interface Witness extends NeighbourProbe {
  readonly listener: string | undefined;
}

/** Bounds sharpened by the group, and all that is needed to judge or undo that. Kept as the edge's evidence. */
export interface SharedFate {
  readonly rule: string;
  readonly group: string;
  /** Members that turned at the cut, of those known to be in either state after it. */
  readonly agreeing: number;
  readonly observed: number;
  /** The probes nearest to the cut, outwards: before it in the old state, after it in the new one. */
  readonly before: readonly NeighbourProbe[];
  readonly after: readonly NeighbourProbe[];
  /** For exchanges in flight at the moment: so much was added on either side. */
  readonly slackMs: Millis;
  /** The address and port that all of these probes asked for a connection in vain, or got one from: one thing that fell. */
  readonly listener?: string;
  /** (agreeing) / (observed + 1): Laplace's rule of succession, the member in question left out of both counts. */
  readonly confidence: number;
  /** The bounds that the member's own probes give. */
  readonly own: { readonly earliest: Instant; readonly latest: Instant };
}

interface Cut {
  readonly before: readonly NeighbourProbe[];
  readonly after: readonly NeighbourProbe[];
  readonly agreeing: number;
  readonly observed: number;
  readonly family: string;
  /** What all of the nearest probes asked for a connection, where that is one thing. */
  readonly listener: string | undefined;
  readonly goodMs: Millis;
}

interface Verdict {
  readonly at: Instant;
  readonly own: Edge;
  readonly cut: Cut | undefined;
}

/** A group without members. */
export function createFateGroup(name: string): FateGroup {
  return { name, members: new Set(), verdicts: {}, askedAt: Number.NEGATIVE_INFINITY };
}

/** Takes a check into a group. */
export function joinFateGroup(group: FateGroup, check: string): FateMember {
  const member: FateMember = {
    check,
    lastOk: undefined,
    lastFail: undefined,
    listener: undefined,
    family: '',
    goodMs: 0,
    fall: undefined,
    rise: undefined,
  };
  group.members.add(member);
  return member;
}

/**
 * Takes in one observation of a member, later than every one before it.
 * @param observed with what kind of words a failure had, and the address and port that were asked for a connection.
 */
export function noteFate(
  member: FateMember,
  observed: {
    readonly at: Instant;
    readonly shownAt: Instant;
    readonly outcome: Outcome;
    readonly durationMs: number;
    readonly family: string;
    readonly listener: string | undefined;
  },
): void {
  const { at, shownAt, outcome, durationMs, family } = observed;
  if (outcome === 'void') return;
  const { lastOk, lastFail } = member;
  const brokenBy = outcome === 'ok' ? member.family : family;
  const isOne = brokenBy === CONNECTION && observed.listener === member.listener;
  const listener = isOne ? observed.listener : undefined;
  member.listener = observed.listener;
  if (outcome === 'ok') {
    member.goodMs = Math.ceil(durationMs);
    if (lastFail !== undefined && (lastOk === undefined || lastOk < lastFail)) {
      member.rise = { before: lastFail, after: at, shownAt, family: '', listener, goodMs: member.goodMs };
    }
    member.lastOk = at;
  } else {
    if (lastOk !== undefined && (lastFail === undefined || lastFail < lastOk)) {
      member.fall = { before: lastOk, after: at, shownAt, family, listener, goodMs: member.goodMs };
    }
    member.family = family;
    member.lastFail = at;
  }
}

/**
 * The edge with bounds sharpened by the group, and why; undefined where the group says nothing certain about it.
 * @param now when the edge is confirmed.
 */
export function sharpenByFate(
  group: FateGroup,
  member: FateMember,
  edge: Edge,
  now: Instant,
): { readonly edge: Edge; readonly fate: SharedFate } | undefined {
  if (edge.to === 'unknown' || edge.earliest === edge.latest) return undefined;
  const turn = edge.to === 'down' ? member.fall : member.rise;
  if (turn?.before !== edge.earliest || turn.shownAt !== edge.latest) return undefined;
  const cut = cutAt(group, edge, edge.to, now);
  const [lastBefore] = cut?.before ?? [];
  const [firstAfter] = cut?.after ?? [];
  if (!cut || !lastBefore || !firstAfter) return undefined;
  if (turn.family !== cut.family || turn.before > lastBefore.at || turn.after < firstAfter.at) return undefined;

  const slackMs = LATENCY_ALLOWANCE * Math.max(cut.goodMs, turn.goodMs);
  const isOneListener = cut.listener !== undefined && cut.listener === turn.listener;
  const [from, to] = isOneListener
    ? [lastBefore.at, firstAfter.at]
    : [cut.before.at(-1)?.at ?? lastBefore.at, cut.after.at(-1)?.at ?? firstAfter.at];
  const reachBefore = Math.max(REACH_MS, lastBefore.at - from);
  const reachAfter = Math.max(reachBefore, to - firstAfter.at);
  const earliest = Math.max(edge.earliest, lastBefore.at - reachBefore - slackMs);
  const latest = Math.min(edge.latest, firstAfter.at + reachAfter + slackMs);
  if (earliest === edge.earliest && latest === edge.latest) return undefined;
  const { agreeing, observed, before, after } = cut;
  return {
    edge: { to: edge.to, earliest, latest },
    fate: {
      rule: RULE,
      group: group.name,
      agreeing,
      observed,
      before,
      after,
      slackMs,
      ...(isOneListener ? { listener: cut.listener } : {}),
      confidence: Math.floor((1_000 * agreeing) / (observed + 1)) / 1_000,
      own: { earliest: edge.earliest, latest: edge.latest },
    },
  };
}

function cutAt(group: FateGroup, own: Edge, to: 'up' | 'down', now: Instant): Cut | undefined {
  const known = group.verdicts[to];
  if (known && Math.abs(now - known.at) < VERDICT_HOLDS_MS && speaksOf(known, own)) return known.cut;
  const cut = findCut(group.members, own, to);
  group.verdicts[to] = { at: now, own, cut };
  return cut;
}

function speaksOf({ cut, own }: Verdict, edge: Edge): boolean {
  const [before] = cut?.before ?? [];
  const [after] = cut?.after ?? [];
  if (before && after) return edge.earliest <= before.at && after.at <= edge.latest;
  return own.earliest < edge.latest && edge.earliest < own.latest;
}

/** The moment within the bounds at which most members turned at once, if it is a clean cut. */
function findCut(members: Iterable<FateMember>, own: Edge, to: 'up' | 'down'): Cut | undefined {
  const turned: (Turn & { readonly check: string })[] = [];
  /** The newest probes of those that are not seen to have turned: still in the old state then. */
  const others: Witness[] = [];
  // Who turned not long before these bounds, and has not turned back, speaks against one moment for all.
  const lookBack = own.earliest - (own.latest - own.earliest);
  for (const { check, fall, rise, lastOk, lastFail, listener } of members) {
    const turn = to === 'down' ? fall : rise;
    const last = to === 'down' ? lastOk : lastFail;
    const hasTurned = turn && (overlaps(turn, own) || (turn.after > lookBack && last === turn.before));
    if (hasTurned) turned.push({ check, ...turn });
    else if (last !== undefined && last > lookBack) others.push({ check, at: last, listener });
  }
  if (turned.length < LEAST_AGREEING) return undefined;
  const old = [...others, ...turned.map(({ check, before, listener }) => ({ check, at: before, listener }))].sort(
    byInstant,
  );
  const fresh = turned.map(({ check, after, listener }) => ({ check, at: after, listener })).sort(byInstant);
  const end = endOfDeepest(turned, fresh);
  const before = old.filter(({ at }) => at < end).slice(-NEIGHBOURS);
  const after = fresh.filter(({ at }) => at >= end).slice(0, NEIGHBOURS);
  if (before.length < NEIGHBOURS || after.length < NEIGHBOURS) return undefined;
  if (!isClean({ old, fresh, before: before.reverse(), after })) return undefined;

  const cutAfter = before[0]?.at ?? end;
  const crossing = turned.filter((turn) => turn.before <= cutAfter && turn.after >= end);
  const family = commonest(crossing);
  const agreeing = crossing.filter((turn) => turn.family === family).length;
  const observed = turned.length + others.filter(({ at }) => at >= end).length;
  if (agreeing < LEAST_AGREEING || 100 * agreeing < LEAST_PERCENT * observed) return undefined;
  const nearest = new Set(after.map(({ check }) => check));
  const goodMs = Math.max(...turned.filter(({ check }) => nearest.has(check)).map((turn) => turn.goodMs));
  return {
    before: before.map(probeOf),
    after: after.map(probeOf),
    agreeing,
    observed,
    family,
    listener: commonListener([...before, ...after]),
    goodMs,
  };
}

function probeOf({ check, at }: Witness): NeighbourProbe {
  return { check, at };
}

function commonListener(probes: readonly Witness[]): string | undefined {
  const listeners = new Set(probes.map(({ listener }) => listener));
  return listeners.size === 1 ? probes[0]?.listener : undefined;
}

function overlaps(turn: Turn, own: Edge): boolean {
  return turn.after > own.earliest && turn.before < own.latest;
}

/** Where the stretch ends that lies between most members' last probe of the old outcome and first of the new one. */
function endOfDeepest(turned: readonly Turn[], fresh: readonly NeighbourProbe[]): Instant {
  const begins = turned.map(({ before }) => before).sort((a, b) => a - b);
  let deepest = 0;
  let end = 0;
  let ended = 0;
  for (const [begun, begin] of begins.entries()) {
    let next = fresh[ended];
    while (next && next.at <= begin) next = fresh[++ended];
    if (!next || begun + 1 - ended <= deepest) continue;
    deepest = begun + 1 - ended;
    end = next.at;
  }
  return end;
}

/** Nobody in the new state near before the cut, nobody in the old one near after it. `before` is ordered outwards. */
function isClean(probes: Readonly<Record<'old' | 'fresh' | 'before' | 'after', readonly NeighbourProbe[]>>): boolean {
  const { old, fresh, before, after } = probes;
  const [last, first] = [before[0]?.at ?? 0, after[0]?.at ?? 0];
  const from = Math.min(before.at(-1)?.at ?? 0, last - REACH_MS);
  const to = Math.max(after.at(-1)?.at ?? 0, first + REACH_MS);
  return !fresh.some(({ at }) => from <= at && at <= last) && !old.some(({ at }) => first <= at && at <= to);
}

function commonest(turns: readonly Turn[]): string {
  const counts = new Map<string, number>();
  for (const { family } of turns) counts.set(family, (counts.get(family) ?? 0) + 1);
  return [...counts].reduce((best, one) => (one[1] > best[1] ? one : best), ['', 0] as [string, number])[0];
}

/** In the order of time. */
export function byInstant(a: NeighbourProbe, b: NeighbourProbe): number {
  return a.at - b.at;
}
