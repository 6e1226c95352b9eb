/**
 * Which customers have yet to be told of planned work (cl. 7.1): computed from the facts, so nothing has to be kept in
 * step, and a crash forgets nothing.
 */
import { concernedServices } from '../domain/contract/concerned.ts';
import type { WorkFact } from '../domain/facts/fact.ts';
import { knownAt, type Ledger } from '../domain/facts/ledger.ts';
import type { Instant } from '../domain/time/instant.ts';

export interface NoticeOwed {
  /** Names the mail once and for all. */
  readonly mail: string;
  readonly customer: string;
  /** The customer's services that the work concerns. */
  readonly services: readonly string[];
  readonly notice:
    | { readonly kind: 'new' | 'cancelled'; readonly work: WorkFact }
    /** `previous` is the revision that the customer was told of last. */
    | { readonly kind: 'revised'; readonly work: WorkFact; readonly previous: WorkFact };
}

/** Notices owed at an instant: of windows not yet over, to customers with a service that is active when it begins. */
export function noticesOwed(ledger: Ledger, now: Instant): readonly NoticeOwed[] {
  return ledger.works().flatMap((id) => {
    const work = ledger.work(id);
    const revisions = knownAt(work?.revisions ?? [], now).toSorted((a, b) => a.revision - b.revision);
    const standing = revisions.at(-1);
    if (!work || !standing || standing.end <= now) return [];
    const cancelled = knownAt(work.cancellations, now).length > 0;
    const told = Map.groupBy(knownAt(work.notices, now), (notice) => notice.customer);
    const addressed = customersOf(ledger, standing, now);
    // Once a revision, not once a customer: it looks at every service.
    const addressedBefore = new Map<WorkFact, ReturnType<typeof customersOf>>();
    const newestTold = (customer: string): WorkFact | undefined => {
      const newest = Math.max(0, ...(told.get(customer) ?? []).map((notice) => notice.revision));
      return revisions.find((revision) => revision.revision === newest);
    };
    const owed = [...addressed].flatMap(([customer, services]): NoticeOwed[] => {
      const previous = newestTold(customer);
      const mail = `notice/${id}/${cancelled ? 'cancelled' : standing.revision}/${customer}`;
      if (cancelled) {
        return previous ? [{ mail, customer, services, notice: { kind: 'cancelled', work: previous } }] : [];
      }
      if (previous && previous.revision >= standing.revision) return [];
      const notice = previous
        ? ({ kind: 'revised', work: standing, previous } as const)
        : ({ kind: 'new', work: standing } as const);
      return [{ mail, customer, services, notice }];
    });
    // Whom a later revision leaves out still expects the window that they were told of.
    const leftOut = [...told.keys()].flatMap((customer): NoticeOwed[] => {
      const previous = newestTold(customer);
      if (cancelled || addressed.has(customer) || !previous || previous.end <= now) return [];
      if (previous.revision >= standing.revision) return [];
      const then = addressedBefore.get(previous) ?? customersOf(ledger, previous, now);
      addressedBefore.set(previous, then);
      const services = then.get(customer);
      const mail = `notice/${id}/${standing.revision}-left-out/${customer}`;
      return services ? [{ mail, customer, services, notice: { kind: 'cancelled', work: previous } }] : [];
    });
    return [...owed, ...leftOut];
  });
}

/** The customers that a work addresses, each with the services it concerns. */
function customersOf(ledger: Ledger, work: WorkFact, now: Instant): ReadonlyMap<string, readonly string[]> {
  const byCustomer = Map.groupBy(concernedServices(ledger, work, now), (definition) => definition.customer);
  return new Map([...byCustomer].map(([customer, services]) => [customer, services.map((service) => service.id)]));
}
