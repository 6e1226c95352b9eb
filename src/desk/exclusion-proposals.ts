/**
 * Exclusions that evidence proposes (cl. 8.5): the name of a site that is down does not lead to the provider's addresses. A
 * proposal changes nothing by itself. Accepting it records the exclusion of the same id, so a proposal is open until there
 * is one, or until it was dismissed.
 */
import { statusAt } from '../domain/contract/activity.ts';
import type { Contracts } from '../domain/contract/contracts.ts';
import { outagesWithin } from '../domain/contract/outages.ts';
import type {
  EdgeFact,
  ExclusionDismissedFact,
  ExclusionFact,
  ExclusionProposedFact,
  ProposedReason,
} from '../domain/facts/fact.ts';
import { knownAt, type Ledger, lastDefinition } from '../domain/facts/ledger.ts';
import { HOUR, type Instant, type Millis } from '../domain/time/instant.ts';
import { quote } from '../domain/time/text.ts';
import { addExclusion, ExclusionRefused, reasonsWithin } from './exclusions.ts';

interface Knowledge {
  readonly ledger: Ledger;
  readonly contracts: Contracts;
}

/** An outage of a service; without an end while it lasts. */
export interface OutageInQuestion {
  readonly service: string;
  readonly start: Instant;
  readonly end?: Instant;
}

/** A name that was pointed elsewhere may take so long to be known everywhere; so may that of a new service. */
const PROPAGATION: Millis = 72 * HOUR;
/** Probes kept as evidence. */
const PROBES_MOST = 10;

/**
 * What the evidence proposes of an outage: nothing, unless every check that was down in it was sent, by its name, to an
 * address that is not the provider's. It is the customer's doing; within 72 h of the service's beginning it is the names' not
 * yet being known everywhere.
 * @param isProviders whether an address is one of the provider's.
 */
export function proposeExclusion(
  { ledger, contracts }: Knowledge,
  { service, start, end }: OutageInQuestion,
  isProviders: (address: string) => boolean,
  now: Instant,
): ExclusionProposedFact | undefined {
  const contract = contracts.ofService(ledger, service, now);
  if (!contract) return undefined;
  const span = { start, end: end ?? Math.max(now, start + 1) };
  const probes = downEdges(ledger, service, span, now).map(({ check, latest, evidence }) => ({
    check,
    at: latest,
    address: evidence?.address,
    error: evidence?.error,
  }));
  const isElsewhere = probes.every(({ address }) => typeof address === 'string' && !isProviders(address));
  if (probes.length === 0 || !isElsewhere) return undefined;
  const reason = reasonFor(ledger, service, start);
  if (!reasonsWithin(contract, span).includes(reason)) return undefined;
  const known = knownAt(ledger.service(service)?.proposals ?? [], now);
  if (known.some((one) => one.reason === reason && one.start < span.end && start < (one.end ?? span.end)))
    return undefined;
  return {
    type: 'exclusion-proposed',
    id: nextId(ledger),
    service,
    start,
    ...(end === undefined ? {} : { end }),
    reason,
    evidence: { rule: 'address-elsewhere', probes: probes.slice(0, PROBES_MOST) },
    at: now,
  };
}

/** The edges into the states of down that make up an outage, of checks whose downtime counts. */
function downEdges(
  ledger: Ledger,
  service: string,
  span: { readonly start: Instant; readonly end: Instant },
  now: Instant,
): readonly EdgeFact[] {
  const components = Object.values(lastDefinition(ledger, service, now)?.components ?? {});
  const checks = components.filter(({ counts }) => counts).flatMap((component) => component.checks);
  return checks.flatMap((check) =>
    ledger.vantagesOf(check).flatMap((vantage) => {
      const edges = knownAt(ledger.vantage(check, vantage)?.edges ?? [], now);
      return edges.filter(
        (edge, i) => edge.to === 'down' && edge.earliest < span.end && (edges[i + 1]?.latest ?? now) > span.start,
      );
    }),
  );
}

function reasonFor(ledger: Ledger, service: string, start: Instant): ProposedReason {
  const lifecycle = ledger.service(service)?.lifecycle.map(({ fact }) => fact) ?? [];
  const isNew = statusAt(lifecycle, start - PROPAGATION) === undefined;
  return isNew ? 'dns-propagation' : 'customer';
}

/** A proposal with how it stands. */
export interface ProposalRecord extends ExclusionProposedFact {
  readonly standing: 'open' | 'accepted' | 'dismissed';
  /** Who answered it; null while it is open. */
  readonly by: string | null;
}

/** Every proposal known, answered ones too, in the order of recording. */
export function listProposals(ledger: Ledger, now: Instant): readonly ProposalRecord[] {
  return ledger
    .services()
    .flatMap((service) => {
      const accepted = new Map(knownAt(ledger.service(service)?.exclusions ?? [], now).map((fact) => [fact.id, fact]));
      return knownAt(ledger.service(service)?.proposals ?? [], now).map((proposal): ProposalRecord => {
        const exclusion = accepted.get(proposal.id);
        if (exclusion) return { ...proposal, standing: 'accepted', by: exclusion.by };
        const [dismissal] = knownAt(ledger.dismissalsOf(proposal.id), now);
        if (dismissal) return { ...proposal, standing: 'dismissed', by: dismissal.by };
        return { ...proposal, standing: 'open', by: null };
      });
    })
    .toSorted((a, b) => a.at - b.at);
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
  const known = listProposals(ledger, now);
  const proposal = known.find((one) => one.id === id);
  if (!proposal) {
    const open = known.filter(({ standing }) => standing === 'open').map((one) => one.id);
    const expected = open.length === 0 ? 'none, for none is open' : `one of ${open.join(', ')}`;
    throw new ExclusionRefused(`proposal: found ${quote(id)}, expected ${expected}`);
  }
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

function nextId(ledger: Ledger): string {
  const always = Number.POSITIVE_INFINITY;
  const exclusions = ledger.services().flatMap((service) => knownAt(ledger.service(service)?.exclusions ?? [], always));
  const taken = new Set([...listProposals(ledger, always), ...exclusions].map(({ id }) => id));
  let number = 1;
  while (taken.has(`p${number}`)) number += 1;
  return `p${number}`;
}
