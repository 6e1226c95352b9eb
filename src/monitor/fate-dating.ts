/** Shared fate as the prober loop uses it: which checks form a group, what their probes said, edges dated by all of them. */
import type { Edge } from '../domain/detection/detector.ts';
import { witnessesToAsk } from '../domain/detection/fate-witnesses.ts';
import {
  createFateGroup,
  type FateGroup,
  type FateMember,
  joinFateGroup,
  noteFate,
  type SharedFate,
  sharpenByFate,
} from '../domain/detection/shared-fate.ts';
import type { Instant, Millis } from '../domain/time/instant.ts';
import type { ProbeEvidence, ProbeResult } from '../probes/outcome.ts';
import type { Target } from '../probes/target.ts';
import type { WatchedCheck } from './watched-check.ts';

/** The groups of one thread; all checks of a group must be watched there. */
export class FateGroups {
  readonly #groups = new Map<string, FateGroup>();

  /** Takes a check into its group; undefined where it has none. */
  join({ id, fate, request }: Pick<WatchedCheck, 'id' | 'fate' | 'request'>): FateDating | undefined {
    if (fate === undefined) return undefined;
    const group = this.#groups.getOrInsertComputed(fate, createFateGroup);
    return new FateDating(group, joinFateGroup(group, id), portOf(request.target));
  }

  /** A check is watched no longer, or belongs elsewhere. */
  leave({ group, member }: FateDating): void {
    group.members.delete(member);
    if (group.members.size === 0) this.#groups.delete(group.name);
  }
}

/** What dates one check's edges. */
export class FateDating {
  readonly group: FateGroup;
  readonly member: FateMember;
  readonly #port: number | undefined;

  constructor(group: FateGroup, member: FateMember, port: number | undefined) {
    this.group = group;
    this.member = member;
    this.#port = port;
  }

  /** Takes in a probe's result, before detection does. */
  note(result: ProbeResult): void {
    const { sentAt: at, shownAt, outcome, durationMs, evidence } = result;
    const family = outcome === 'fail' ? familyOf(result.error) : '';
    const listener = this.#remembered(listenerOf(evidence, this.#port));
    noteFate(this.member, { at, shownAt, outcome, durationMs, family, listener });
  }

  /** The edge with sharpened bounds and why, where the group says so. */
  date(edge: Edge, now: Instant): { readonly edge: Edge; readonly fate: SharedFate } | undefined {
    return sharpenByFate(this.group, this.member, edge, now);
  }

  /** The check has failed again: the ids of those that should be probed at once, for they may have fallen with it. */
  ask(now: Instant, apartMs: Millis): readonly string[] {
    return witnessesToAsk(this.group, this.member, now, apartMs);
  }

  /** One text for all probes of a member that asked the same: a hundred thousand of them are kept. */
  #remembered(listener: string | undefined): string | undefined {
    return listener === this.member.listener ? this.member.listener : listener;
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
