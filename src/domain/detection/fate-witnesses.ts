/**
 * Whom a group asks when one of its members seems to fall: with few members, or far apart, hardly any has been probed between
 * its first failure and the confirmation of that, and a moment that nobody else has seen dates nothing.
 */
import type { Instant, Millis } from '../time/instant.ts';
import { byInstant, type FateGroup, type FateMember, LEAST_AGREEING, type NeighbourProbe } from './shared-fate.ts';

/** So many more are asked than must agree: not each may be sent, or answer, in time. */
const RESERVE = 3;

/**
 * Members to be probed now besides their slots, so that the group's verdict is known when this member's fall is confirmed: of
 * those that nobody has probed since it, as many as are missing and a reserve, evenly by how long ago they were. Nobody where one
 * has been seen in order since, where there are too few, or where the group was asked less than `apartMs` ago.
 * @returns their ids.
 */
export function witnessesToAsk(
  group: FateGroup,
  { fall, lastFail, lastOk }: FateMember,
  now: Instant,
  apartMs: Millis,
): readonly string[] {
  if (!fall || lastFail === undefined || lastFail < (lastOk ?? lastFail)) return [];
  if (Math.abs(now - group.askedAt) < apartMs) return [];
  let fallen = 0;
  const silent: NeighbourProbe[] = [];
  for (const other of group.members) {
    if (other.lastOk === undefined) continue;
    if (other.lastOk > fall.after) return [];
    if (other.lastFail === undefined || other.lastFail < other.lastOk) {
      silent.push({ check: other.check, at: other.lastOk });
    } else if (other.fall && other.fall.after > fall.before) fallen += 1;
  }
  const missing = LEAST_AGREEING - fallen;
  if (silent.length < missing) return [];
  // Also where nobody is missing: the thousandth of a great group to fall need not look at all the others again.
  group.askedAt = now;
  if (missing <= 0) return [];
  const asked = Math.min(silent.length, missing + RESERVE);
  const oldestFirst = silent.sort(byInstant);
  const places = Array.from({ length: asked }, (_, n) => Math.floor(((n + 0.5) * silent.length) / asked));
  return places.flatMap((place) => oldestFirst[place]?.check ?? []);
}
