/** Shared fate as the prober loop uses it: which checks form a group, what their probes said, edges dated by all of them. */
import type { Edge } from '../domain/detection/detector.ts';
import { witnessesToAsk } from '../domain/detection/fate-witnesses.ts';
import {
  createFateGroup,
  type FateGroup,
  joinFateGroup,
  noteFate,
  type SharedFate,
  sharpenByFate,
} from '../domain/detection/shared-fate.ts';
import type { Instant, Millis } from '../domain/time/instant.ts';
import type { ProbeEvidence, ProbeResult } from '../probes/outcome.ts';
import type { Target } from '../probes/target.ts';
import type { WatchedCheck } from './watched-check.ts';

/** What dates one check's edges. */
export interface FateDating {
  /** Takes in a probe's result, before detection does. */
  note(result: ProbeResult): void;
  /** The edge with sharpened bounds and why, where the group says so. */
  date(edge: Edge, now: Instant): { readonly edge: Edge; readonly fate: SharedFate } | undefined;
  /** The check has failed again: the ids of those that should be probed at once, for they may have fallen with it. */
  ask(now: Instant, apartMs: Millis): readonly string[];
  /** The check is watched no longer, or belongs elsewhere. */
  leave(): void;
}

/** The groups of one thread; all checks of a group must be watched there. */
export class FateGroups {
  readonly #groups = new Map<string, FateGroup>();

  /** Takes a check into its group; undefined where it has none. */
  join({ id, fate, request }: Pick<WatchedCheck, 'id' | 'fate' | 'request'>): FateDating | undefined {
    if (fate === undefined) return undefined;
    const group = this.#groups.get(fate) ?? createFateGroup(fate);
    this.#groups.set(fate, group);
    const member = joinFateGroup(group, id);
    const port = portOf(request.target);
    return {
      note: (result) => {
        const { sentAt: at, shownAt, outcome, durationMs, evidence } = result;
        noteFate(member, {
          at,
          shownAt,
          outcome,
          durationMs,
          family: outcome === 'fail' ? familyOf(result.error) : '',
          listener: listenerOf(evidence, port),
        });
      },
      date: (edge, now) => sharpenByFate(group, member, edge, now),
      ask: (now, apartMs) => witnessesToAsk(group, member, now, apartMs),
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

/** What was asked for a connection. Where redirects were followed, the address is the last hop's, and the port unknown. */
function listenerOf({ address, url }: ProbeEvidence, port: number | undefined): string | undefined {
  return address === undefined || port === undefined || url !== undefined ? undefined : `${address} ${port}`;
}

/** The one port that a target's probes ask for a connection; undefined where there is none or more than one. */
function portOf(target: Target): number | undefined {
  if (target.kind === 'http') {
    const { port, protocol } = new URL(target.url);
    return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
  }
  return 'port' in target ? target.port : undefined;
}
