/**
 * Groups that fall and rise by a script, probed and dated as the prober loop does it but without its promises, so that
 * thousands of worlds cost seconds. A probe takes time, and what happens to the server while it is under way decides it.
 */
import { createDetectorState, type DetectorState, type Edge, observe } from '../../src/domain/detection/detector.ts';
import type { SharedFate } from '../../src/domain/detection/shared-fate.ts';
import { DAY, type Instant, MINUTE, type Millis, SECOND } from '../../src/domain/time/instant.ts';
import { DueQueue } from '../../src/monitor/due-queue.ts';
import { type FateDating, FateGroups } from '../../src/monitor/fate-dating.ts';
import { extraDelay, nextSlot } from '../../src/monitor/schedule.ts';
import type { WatchedCheck } from '../../src/monitor/watched-check.ts';
import type { Failure, ProbeResult } from '../../src/probes/outcome.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import { watched } from './scripted-probes.ts';

export const START: Instant = 20_513 * DAY;
const TIMEOUT: Millis = 10 * SECOND;
/** When a connection attempt is repeated that nobody answered. */
const RETRIES: readonly Millis[] = [1, 3, 7].map((second) => second * SECOND);

/** How one member fares: down during these spans, ascending and apart. */
export interface Member {
  readonly downs: readonly { readonly start: Instant; readonly end: Instant; readonly word: Failure }[];
  /** How long a good exchange takes, about. */
  readonly latencyMs: Millis;
  readonly intervalMs: Millis;
  readonly phaseMs: Millis;
  /** Absent: one of its own. */
  readonly address?: string;
}

export interface DatedEdge {
  readonly member: Member;
  readonly own: Edge;
  readonly dated: Edge;
  readonly fate: SharedFate | undefined;
}

interface Running {
  readonly member: Member;
  readonly check: WatchedCheck;
  readonly state: DetectorState;
  readonly dating: FateDating | undefined;
  downSince: Instant;
  /** The newest of its plans: what was planned before is void. */
  plan: number;
  isIdle: boolean;
}

/** Runs a world until `end` and returns the edges between up and down that were found. */
export function runGroup(
  members: readonly Member[],
  end: Instant,
  random: SeededRandom,
  asks = true,
): readonly DatedEdge[] {
  const checks = members.map(({ intervalMs, phaseMs }, n) =>
    watched(`m${n}`, { intervalMs, phaseMs, fate: 'srv/smtp' }),
  );
  const fates = new FateGroups();
  const events = new DueQueue<() => void>();
  const found: DatedEdge[] = [];
  const all = new Map<string, Running>();
  const plan = (running: Running, at: Instant): void => {
    const mine = ++running.plan;
    events.add(at, () => {
      if (running.plan === mine) send(running, at);
    });
  };
  /** As the loop does it: one that is in flight is not asked. */
  const ask = ({ state, check, dating }: Running, now: Instant): void => {
    if (!asks || state.confirmed !== 'up' || state.contrary !== check.policy.failures - 1) return;
    for (const id of dating?.ask(now, check.intervalMs) ?? []) {
      const other = all.get(id);
      if (other?.isIdle && other.state.confirmed === 'up' && other.state.contrary === 0) plan(other, now);
    }
  };

  const takeIn = (running: Running, result: ProbeResult): void => {
    const { member, check, state, dating } = running;
    dating?.note(result);
    const emit = (own: Edge): void => {
      const dated = dating?.date(own, result.sentAt);
      if (own.to === 'down') running.downSince = own.latest;
      if (own.earliest < own.latest) found.push({ member, own, dated: dated?.edge ?? own, fate: dated?.fate });
    };
    observe(state, check.policy, result.sentAt, result.outcome, emit, result.shownAt);
    const doneAt = result.sentAt + result.durationMs;
    running.isIdle = true;
    ask(running, doneAt);
    const { intervalMs, phaseMs } = check;
    const extra = extraDelay(state, intervalMs, result.sentAt - running.downSince);
    const slot = nextSlot(result.sentAt, phaseMs, intervalMs);
    const due = Math.max(doneAt, Math.min(slot, result.sentAt + (extra ?? intervalMs)));
    plan(running, due);
  };
  const send = (running: Running, at: Instant): void => {
    running.isIdle = false;
    const result = probe(running.member, at, random);
    events.add(at + result.durationMs, () => takeIn(running, result));
  };
  for (const [n, check] of checks.entries()) {
    const member = members[n];
    if (!member) continue;
    const dating = fates.join(check);
    const running = { member, check, state: createDetectorState(), dating, downSince: START, plan: 0, isIdle: true };
    all.set(check.id, running);
    plan(running, nextSlot(START, check.phaseMs, check.intervalMs));
  }
  for (let next = events.take(end); next; next = events.take(end)) next.item();
  return found;
}

function probe({ downs, latencyMs, address }: Member, sentAt: Instant, random: SeededRandom): ProbeResult {
  const needs = Math.max(1, Math.round(latencyMs * (0.7 + 0.6 * random.next())));
  const lasting = (durationMs: Millis, shownMs = durationMs) => {
    return {
      sentAt,
      shownAt: sentAt + shownMs,
      durationMs,
      phases: {},
      evidence: address === undefined ? {} : { address },
    };
  };
  const down = downs.find(({ start, end }) => sentAt < end && start < sentAt + needs);
  if (!down) return { ...lasting(needs), outcome: 'ok' };
  const isSilent = down.word.endsWith('_timeout');
  if (!isSilent) {
    const durationMs = Math.max(1, Math.min(needs, Math.max(down.start - sentAt, Math.round(needs / 3))));
    return { ...lasting(durationMs), outcome: 'fail', error: sentAt < down.start ? 'connection_closed' : down.word };
  }
  const answered = RETRIES.find((after) => sentAt >= down.start && sentAt + after >= down.end);
  if (answered !== undefined && answered + needs < TIMEOUT) return { ...lasting(answered + needs), outcome: 'ok' };
  const error = sentAt < down.start ? 'reply_timeout' : down.word;
  return { ...lasting(TIMEOUT, SECOND), outcome: 'fail', error };
}

/** A group of one server, its phases evenly spread with some disorder. */
export function group(size: number, random: SeededRandom, of: (n: number) => Pick<Member, 'downs'>): readonly Member[] {
  const intervalMs = random.pick([20 * SECOND, MINUTE, MINUTE, 2 * MINUTE]);
  const slow = random.chance(0.3) ? 1_500 : 150;
  return Array.from({ length: size }, (_, n) => ({
    ...of(n),
    latencyMs: random.magnitude(2, slow),
    intervalMs,
    phaseMs: Math.floor((n / size) * intervalMs),
  }));
}

/** The true instants of an edge that its member's own probes allow: of the server, and of a request sent to it. */
function truthsOf({ member, own }: DatedEdge): readonly Instant[] {
  const instants = member.downs.flatMap(({ start, end }) =>
    own.to === 'down' ? [start, start - Math.round(0.7 * member.latencyMs)] : [end],
  );
  return instants.filter((at) => own.earliest <= at && at <= own.latest);
}

export function isTrue(edge: DatedEdge): boolean {
  return truthsOf(edge).every((at) => edge.dated.earliest <= at && at <= edge.dated.latest);
}
