/**
 * Which thread runs which check: all members of a group on one, so that it sees their server whole, and the work spread
 * evenly, the largest groups first. A check that is kept (a reload) stays on its thread; newcomers join their group's.
 */
import { SECOND } from '../domain/time/instant.ts';
import { atOnce, type Steps } from '../runtime/slices.ts';
import type { WatchedCheck } from './watched-check.ts';

type Placed = Pick<WatchedCheck, 'id' | 'intervalMs' | 'group'>;

/**
 * Probes a second that are worth a thread of their own: over TLS they fill half a core, and a thread takes some 25 MiB.
 */
const WORTH_A_THREAD = 200;

/** How many threads the checks are worth, from 1 to `most`. */
export function threadsFor(checks: readonly Placed[], most: number): number {
  return Math.min(most, Math.max(1, Math.ceil(loadOf(checks) / WORTH_A_THREAD)));
}

/** The thread of each check by its id, from 0 to threads - 1; the same for the same checks, in whatever order they come. */
export function assignShards(
  checks: readonly Placed[],
  threads: number,
  kept: ReadonlyMap<string, number> = new Map(),
): ReadonlyMap<string, number> {
  return atOnce(shardSteps(checks, threads, kept));
}

/** `assignShards` in steps. */
export function* shardSteps(
  checks: readonly Placed[],
  threads: number,
  kept: ReadonlyMap<string, number>,
): Steps<ReadonlyMap<string, number>> {
  const shards = new Map<string, number>();
  const loads = Array.from({ length: threads }, () => 0);
  const place = (check: Placed, shard: number): void => {
    shards.set(check.id, shard);
    loads[shard] = (loads[shard] ?? 0) + SECOND / check.intervalMs;
  };
  const homes = new Map<string, number>();
  const newcomers: Placed[] = [];
  for (const check of checks) {
    yield;
    const shard = kept.get(check.id);
    if (shard === undefined) {
      newcomers.push(check);
      continue;
    }
    place(check, shard);
    if (check.group !== undefined && !homes.has(check.group)) homes.set(check.group, shard);
  }
  const units = Map.groupBy(newcomers, (check) =>
    check.group === undefined ? `check ${check.id}` : `group ${check.group}`,
  );
  yield;
  const bySize = [...units].map(([name, members]) => ({ name, members, load: loadOf(members) }));
  bySize.sort((a, b) => b.load - a.load || (a.name < b.name ? -1 : 1));
  for (const { members } of bySize) {
    yield;
    const home = homes.get(members[0]?.group ?? '') ?? loads.indexOf(Math.min(...loads));
    for (const check of members) place(check, home);
  }
  return shards;
}

function loadOf(checks: readonly Placed[]): number {
  return checks.reduce((sum, check) => sum + SECOND / check.intervalMs, 0);
}
