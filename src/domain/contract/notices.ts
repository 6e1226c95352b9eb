/**
 * Notices that the provider owes (CONTRACT.md, Notices the provider owes; cl. 7.1, 6.3, 3.5, 5.4): what is due until when,
 * and which lead times were kept or missed, for each customer.
 */
import type { NoticeFact, WorkFact } from '../facts/fact.ts';
import { type ChangeRecord, knownAt, type Ledger, type WorkRecord } from '../facts/ledger.ts';
import type { Instant, Millis } from '../time/instant.ts';
import type { Interval } from '../time/interval.ts';
import { clip, normalize, subtract } from '../time/interval-set.ts';
import { concernedServices } from './concerned.ts';
import type { Contracts } from './contracts.ts';
import { findEdition } from './editions.ts';
import { noticeInTime } from './planned-work.ts';
import type { Contract } from './terms.ts';

/** `due`: still to be given in time; `kept`: given in time; `missed`: given late, or not and the time is past. */
export type NoticeStanding = 'due' | 'kept' | 'missed';

/** What one customer is owed about one work or change, under one contract. */
export interface NoticeDue {
  readonly of: 'work' | 'change';
  readonly id: string;
  /** Of the work as it stands; null for a change. */
  readonly revision: number | null;
  readonly kind: string;
  readonly clause: string;
  readonly customer: string;
  readonly contract: string;
  /** The customer's services that it concerns. */
  readonly services: readonly string[];
  readonly start: Instant;
  /** The last instant in time: exactly the lead time before the start; null: as it happens. */
  readonly dueAt: Instant | null;
  readonly standing: NoticeStanding;
  /** How it was given; null: not yet. `leadMs` is negative where it came after the start. */
  readonly given: { readonly at: Instant; readonly channel: string; readonly leadMs: Millis } | null;
}

/** Kind under which planned work is listed; its lead time is that of the contract's planned work (cl. 7.1). */
export const PLANNED_WORK = 'planned-work';

/** Every notice owed of works and changes that stand, by their start and then by customer, as known at `now`. */
export function noticesDue(ledger: Ledger, contracts: Contracts, now: Instant): readonly NoticeDue[] {
  const of = { ledger, contracts, now };
  const works = ledger.works().flatMap((id) => ofWork(id, ledger.work(id), of));
  const changes = ledger.changes().flatMap((id) => ofChange(id, ledger.change(id), of));
  return [...works, ...changes].sort(
    (a, b) => a.start - b.start || compareText(a.id, b.id) || compareText(a.customer, b.customer),
  );
}

interface Context {
  readonly ledger: Ledger;
  readonly contracts: Contracts;
  readonly now: Instant;
}

interface Addressee {
  readonly customer: string;
  readonly contract: Contract;
  readonly services: readonly string[];
}

/** Customers with the services concerned, apart by contract: lead times are the contract's. */
function addressees(
  event: { readonly services: readonly string[] | '*'; readonly start: Instant },
  { ledger, contracts, now }: Context,
): readonly Addressee[] {
  const groups = Map.groupBy(concernedServices(ledger, event, now), ({ customer, contract }) =>
    JSON.stringify([customer, contracts.named(contract).id]),
  );
  return [...groups.values()].flatMap((services) => {
    const [first] = services;
    if (!first) return [];
    const contract = contracts.named(first.contract);
    return [{ customer: first.customer, contract, services: services.map(({ id }) => id) }];
  });
}

function ofWork(id: string, work: WorkRecord | undefined, context: Context): readonly NoticeDue[] {
  if (!work) return [];
  const { now } = context;
  const revisions = knownAt(work.revisions, now).toSorted((a, b) => a.revision - b.revision);
  const cancelledAt = Math.min(...knownAt(work.cancellations, now).map(({ at }) => at));
  const standing = revisions.at(-1);
  if (!standing || standing.start >= cancelledAt) return [];
  const window = { start: standing.start, end: Math.min(standing.end, cancelledAt) };
  const notices = knownAt(work.notices, now).toSorted((a, b) => a.at - b.at);
  return addressees(standing, context).flatMap(({ customer, contract, services }): NoticeDue[] => {
    const terms = findEdition(contract, window.start)?.plannedWork;
    if (!terms) return [];
    const told = notices.filter((notice) => notice.customer === customer);
    const counting = noticesThatCover(window, { revisions, told, contract, services });
    const notice = counting ?? told.find(({ revision }) => revision === standing.revision);
    const of = revisions.find(({ revision }) => revision === notice?.revision) ?? standing;
    const dueAt = window.start - terms.leadMs;
    return [
      {
        of: 'work',
        id,
        revision: standing.revision,
        kind: PLANNED_WORK,
        clause: terms.clause,
        customer,
        contract: contract.id,
        services,
        start: window.start,
        dueAt,
        standing: counting ? 'kept' : notice || now > dueAt ? 'missed' : 'due',
        given: notice ? { at: notice.at, channel: notice.channel, leadMs: of.start - notice.at } : null,
      },
    ];
  });
}

/**
 * The notice by which the customer was told in time of all of a window (cl. 7.1): of it as it stands, or of earlier
 * revisions that cover it, for a window that is only shortened needs no notice of its own.
 */
function noticesThatCover(
  window: Interval,
  of: {
    readonly revisions: readonly WorkFact[];
    readonly told: readonly NoticeFact[];
    readonly contract: Contract;
    readonly services: readonly string[];
  },
): NoticeFact | undefined {
  const { revisions, told, contract, services } = of;
  const inTime = told.flatMap((notice) => {
    const revision = revisions.find((one) => one.revision === notice.revision);
    if (!revision || !services.every((id) => revision.services === '*' || revision.services.includes(id))) return [];
    return noticeInTime(revision, notice, contract) ? [{ notice, revision }] : [];
  });
  const covered = clip(normalize(inTime.map(({ revision }) => revision)), window);
  if (subtract([window], covered).length > 0) return undefined;
  return inTime.toSorted((a, b) => b.notice.revision - a.notice.revision || a.notice.at - b.notice.at)[0]?.notice;
}

function ofChange(id: string, change: ChangeRecord | undefined, context: Context): readonly NoticeDue[] {
  const { now } = context;
  const announced = knownAt(change?.announcements ?? [], now).at(-1);
  if (!change || !announced || knownAt(change.withdrawals, now).length > 0) return [];
  const { kind, start } = announced;
  const notices = knownAt(change.notices, now).toSorted((a, b) => a.at - b.at);
  return addressees(announced, context).flatMap(({ customer, contract, services }): NoticeDue[] => {
    const terms = findEdition(contract, start)?.notices.find((notice) => notice.kind === kind);
    if (!terms) return [];
    const notice = notices.find((one) => one.customer === customer);
    const dueAt = terms.asItHappens ? null : start - terms.leadMs;
    return [
      {
        of: 'change',
        id,
        revision: null,
        kind,
        clause: terms.clause,
        customer,
        contract: contract.id,
        services,
        start,
        dueAt,
        standing: standingOf(dueAt, notice?.at, now),
        given: notice ? { at: notice.at, channel: notice.channel, leadMs: start - notice.at } : null,
      },
    ];
  });
}

/** Exactly at `dueAt` is in time; what is told as it happens cannot be late. */
function standingOf(dueAt: Instant | null, toldAt: Instant | undefined, now: Instant): NoticeStanding {
  if (dueAt === null) return toldAt === undefined ? 'due' : 'kept';
  if (toldAt !== undefined) return toldAt <= dueAt ? 'kept' : 'missed';
  return now > dueAt ? 'missed' : 'due';
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
