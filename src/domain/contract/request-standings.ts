/** Requests of all services as they stand at an instant, and how many kept their limits (cl. 7.2). */
import { knownAt, type Ledger, lastDefinition } from '../facts/ledger.ts';
import type { Instant } from '../time/instant.ts';
import type { Contracts } from './contracts.ts';
import { type MeasuredRequest, ticketsOf } from './requests.ts';

export interface RequestStanding extends MeasuredRequest {
  readonly service: string;
  readonly customer: string;
}

/** Every request known at `asOf`, in the order of registration; each by the contract of its service. */
export function requestStandings(ledger: Ledger, contracts: Contracts, asOf: Instant): readonly RequestStanding[] {
  const ever = { start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY };
  return ledger
    .services()
    .flatMap((service): readonly RequestStanding[] => {
      const record = ledger.service(service);
      const customer = lastDefinition(ledger, service, asOf)?.customer;
      const contract = contracts.ofService(ledger, service, asOf);
      if (!record || !contract || customer === undefined) return [];
      const events = knownAt(record.tickets, asOf);
      return ticketsOf(contract, events, ever, asOf).map((request) => ({ ...request, service, customer }));
    })
    .sort((a, b) => a.registeredAt - b.registeredAt);
}

export interface KeptCounts {
  readonly kept: number;
  readonly missed: number;
  /** Neither yet. */
  readonly running: number;
}

export interface RequestCounts {
  readonly requests: number;
  readonly response: KeptCounts;
  readonly resolution: KeptCounts;
}

/** How many of the requests kept, missed or have yet to keep each limit. */
export function countRequests(requests: readonly MeasuredRequest[]): RequestCounts {
  return {
    requests: requests.length,
    response: countKept(requests.map(({ responseKept }) => responseKept)),
    resolution: countKept(requests.map(({ resolutionKept }) => resolutionKept)),
  };
}

/** The same for each customer, in the order of their first requests. */
export function countByCustomer(requests: readonly RequestStanding[]): ReadonlyMap<string, RequestCounts> {
  const groups = Map.groupBy(requests, ({ customer }) => customer);
  return new Map([...groups].map(([customer, group]) => [customer, countRequests(group)]));
}

function countKept(verdicts: readonly (boolean | null)[]): KeptCounts {
  const count = (of: boolean | null): number => verdicts.filter((verdict) => verdict === of).length;
  return { kept: count(true), missed: count(false), running: count(null) };
}
