/**
 * The life of exclusions that evidence proposes (exclusion-evidence.ts). A proposal changes nothing by itself. Accepting it
 * records the exclusion of the same id, so a proposal is open until there is one, or until it was dismissed.
 */
import { activeSpans } from '../domain/contract/activity.ts';
import { outagesWithin } from '../domain/contract/outages.ts';
import type { ExclusionDismissedFact, ExclusionFact, ExclusionProposedFact } from '../domain/facts/fact.ts';
import { knownAt, type Ledger } from '../domain/facts/ledger.ts';
import type { Instant } from '../domain/time/instant.ts';
import { type Interval, overlap } from '../domain/time/interval.ts';
import { quote } from '../domain/time/text.ts';
import { isRefuted, judgeOutage, type Knowledge, type OutageInQuestion, type Sources } from './exclusion-evidence.ts';
import { addExclusion, ExclusionRefused, oneOf, reasonsWithin } from './exclusions.ts';

/**
 * What is to be proposed of an outage, if anything: a reason that the evidence gives and the contract knows, which was not
 * proposed of this outage before, of a service that was active.
 */
export function proposeExclusion(
  { ledger, contracts }: Knowledge,
  outage: OutageInQuestion,
  sources: Sources,
  now: Instant,
): ExclusionProposedFact | undefined {
  const { service, start, end } = outage;
  const contract = contracts.ofService(ledger, service, now);
  const span = { start, end: end ?? Math.max(now, start + 1) };
  if (!contract || !isEverActive(ledger, service, span)) return undefined;
  const finding = judgeOutage({ ledger }, outage, sources, now);
  if (!finding) return undefined;
  const { reason, evidence } = finding;
  if (!reasonsWithin(contract, span).includes(reason)) return undefined;
  const known = knownAt(ledger.service(service)?.proposals ?? [], now);
  if (known.some((one) => one.reason === reason && overlap(spanOf(one), span))) return undefined;
  return {
    type: 'exclusion-proposed',
    id: nextId(ledger),
    service,
    start,
    ...(end === undefined ? {} : { end }),
    reason,
    evidence,
    at: now,
  };
}

/** A service that is known to be blocked or suspended is outside anyway, and shows its block page all the while. */
function isEverActive(ledger: Ledger, service: string, span: Interval): boolean {
  const lifecycle = ledger.service(service)?.lifecycle.map(({ fact }) => fact) ?? [];
  return activeSpans(lifecycle, span).length > 0;
}

/** The time that a proposal speaks of. Of an outage that lasted then no more is known than that it lasted until then. */
function spanOf({ start, end, at }: ExclusionProposedFact): Interval {
  return { start, end: end ?? Math.max(at, start + 1) };
}

/** The open proposals of an outage that is over, by what became of the evidence on which they were made. */
export interface Reviewed {
  /** All that it showed, from its first failed probe to its last, bears it out. A rule may answer these and no others. */
  readonly borneOut: readonly ExclusionProposedFact[];
  /** What it showed later speaks against it. */
  readonly refuted: readonly ExclusionProposedFact[];
}

/**
 * Looks at the open proposals of an outage again when it is over: what was proposed while it lasted rests on its beginning. Those that
 * are in neither list are a person's to decide on: not all that the outage showed is known.
 */
export function reviewProposals(
  { ledger }: Pick<Knowledge, 'ledger'>,
  outage: OutageInQuestion & { readonly end: Instant },
  sources: Sources,
  now: Instant,
): Reviewed {
  const open = knownAt(ledger.service(outage.service)?.proposals ?? [], now).filter(
    (one) => overlap(spanOf(one), outage) && standingOf(ledger, one, now).standing === 'open',
  );
  if (open.length === 0) return { borneOut: [], refuted: [] };
  const finding = judgeOutage({ ledger }, outage, sources, now);
  const isBorneOut = ({ reason, evidence }: ExclusionProposedFact): boolean =>
    reason === finding?.reason && evidence.rule === finding.evidence.rule;
  return {
    borneOut: open.filter(isBorneOut),
    refuted: open.filter((one) => {
      const { rule } = one.evidence;
      return !isBorneOut(one) && isRefuted({ ledger }, outage, { rule, sources }, now);
    }),
  };
}

/** A proposal with how it stands. */
export interface ProposalRecord extends ExclusionProposedFact {
  readonly standing: 'open' | 'accepted' | 'dismissed';
  /** Who answered it; null while it is open. */
  readonly by: string | null;
}

/** Every proposal known, answered ones too, in the order of recording. */
export function listProposals(ledger: Ledger, now: Instant): readonly ProposalRecord[] {
  return knownAt([...ledger.proposals().values()], now).map((proposal) => standingOf(ledger, proposal, now));
}

function standingOf(ledger: Ledger, proposal: ExclusionProposedFact, now: Instant): ProposalRecord {
  const accepted = ledger.exclusions().get(proposal.id);
  if (accepted && accepted.knownAt <= now) return { ...proposal, standing: 'accepted', by: accepted.fact.by };
  const [dismissal] = knownAt(ledger.dismissalsOf(proposal.id), now);
  if (dismissal) return { ...proposal, standing: 'dismissed', by: dismissal.by };
  return { ...proposal, standing: 'open', by: null };
}

/**
 * The exclusion that a proposal asks for, from the outage's beginning to its end.
 * @param answer its `end` is for an outage that lasts; without it, the outage's own.
 * @throws ExclusionRefused the proposal is unknown or answered, or its outage lasts and no end is given.
 */
export function acceptProposal(
  { ledger, contracts }: Knowledge,
  id: string,
  { by, end }: { readonly by: string; readonly end?: Instant },
  now: Instant,
): ExclusionFact {
  const proposal = openProposal(ledger, id, now);
  const { service, start, reason } = proposal;
  const until = end ?? proposal.end ?? endOfOutage({ ledger, contracts }, proposal, now);
  if (until === undefined) {
    throw new ExclusionRefused(`end: found none, expected one, for the outage of proposal ${id} lasts`);
  }
  return addExclusion(
    { ledger, contracts },
    { id, service, start, end: until, reason, by, note: `proposal ${id}` },
    now,
  );
}

/**
 * The answer no.
 * @throws ExclusionRefused the proposal is unknown or answered.
 */
export function dismissProposal(ledger: Ledger, id: string, by: string, now: Instant): ExclusionDismissedFact {
  openProposal(ledger, id, now);
  return { type: 'exclusion-dismissed', id, by, at: now };
}

function openProposal(ledger: Ledger, id: string, now: Instant): ProposalRecord {
  const known = ledger.proposals().get(id);
  if (!known || known.knownAt > now) {
    const open = listProposals(ledger, now).filter(({ standing }) => standing === 'open');
    const expected = oneOf(
      open.map((one) => one.id),
      'is open',
    );
    throw new ExclusionRefused(`proposal: found ${quote(id)}, expected ${expected}`);
  }
  const proposal = standingOf(ledger, known.fact, now);
  if (proposal.standing !== 'open') {
    throw new ExclusionRefused(`proposal: ${quote(id)} was already ${proposal.standing} by ${proposal.by}`);
  }
  return proposal;
}

function endOfOutage(
  { ledger, contracts }: Knowledge,
  { service, start }: OutageInQuestion,
  now: Instant,
): Instant | undefined {
  const contract = contracts.ofService(ledger, service, now);
  if (!contract) return undefined;
  const [outage] = outagesWithin({ ledger, contract, service, asOf: now }, { start, end: Math.max(now, start + 1) });
  return outage?.open === false ? outage.end : undefined;
}

/**
 * The number after that of the proposal before, past those that exclusions made by hand have taken. Numbers ascend as
 * proposals are recorded, so that each such exclusion is passed over once.
 */
function nextId(ledger: Ledger): string {
  let number = Number(ledger.newestProposal?.id.slice(1) ?? 0) + 1;
  while (ledger.exclusions().has(`p${number}`)) number += 1;
  return `p${number}`;
}
