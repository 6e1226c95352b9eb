/** Shared fate as the prober loop uses it: which checks form a group, what their probes said, edges dated by all of them. */
import type { Edge } from '../domain/detection/detector.ts';
import {
  createFateGroup,
  type FateGroup,
  joinFateGroup,
  noteFate,
  type SharedFate,
  sharpenByFate,
} from '../domain/detection/shared-fate.ts';
import type { Instant } from '../domain/time/instant.ts';
import type { ProbeResult } from '../probes/outcome.ts';
import type { WatchedCheck } from './watched-check.ts';

/** What dates one check's edges. */
export interface FateDating {
  /** Takes in a probe's result, before detection does. */
  note(result: ProbeResult): void;
  /** The edge with sharpened bounds and why, where the group says so. */
  date(edge: Edge, now: Instant): { readonly edge: Edge; readonly fate: SharedFate } | undefined;
  /** The check is watched no longer, or belongs elsewhere. */
  leave(): void;
}

/** The groups of one thread; all checks of a group must be watched there. */
export class FateGroups {
  readonly #groups = new Map<string, FateGroup>();

  /** Takes a check into its group; undefined where it has none. */
  join({ id, fate }: Pick<WatchedCheck, 'id' | 'fate'>): FateDating | undefined {
    if (fate === undefined) return undefined;
    const group = this.#groups.get(fate) ?? createFateGroup(fate);
    this.#groups.set(fate, group);
    const member = joinFateGroup(group, id);
    return {
      note: (result) => {
        const { sentAt: at, shownAt, outcome, durationMs } = result;
        noteFate(member, {
          at,
          shownAt,
          outcome,
          durationMs,
          family: outcome === 'fail' ? familyOf(result.error) : '',
        });
      },
      date: (edge, now) => sharpenByFate(group, member, edge, now),
      leave: () => {
        group.members.delete(member);
        if (group.members.size === 0) this.#groups.delete(fate);
      },
    };
  }
}

/** Failures of one cause have words of one family: the name, the connection, its encryption, or what was said on it. */
function familyOf(word: string): string {
  const prefix = word.slice(0, word.indexOf('_'));
  return prefix === 'dns' || prefix === 'connect' || prefix === 'tls' ? prefix : 'reply';
}
