/** Short facts for tests of what reads a live ledger. Instants are contract-clock wall times, `2026-03-10T00:30:00`. */
import type {
  CheckFact,
  CoverageFact,
  CustomerFact,
  EdgeFact,
  Fact,
  LifecycleFact,
  NoticeFact,
  ServiceFact,
  State,
  WorkFact,
} from '../../src/domain/facts/fact.ts';
import { Ledger } from '../../src/domain/facts/ledger.ts';
import { type Instant, MINUTE } from '../../src/domain/time/instant.ts';

export const customerFact = (id: string, parts: Partial<CustomerFact> = {}): CustomerFact => ({
  type: 'customer',
  id,
  name: `Customer ${id}`,
  email: `${id}@example.kz`,
  locale: 'ru',
  ...parts,
});

export const serviceFact = (id: string, customer: string, parts: Partial<ServiceFact> = {}): ServiceFact => ({
  type: 'service',
  id,
  customer,
  components: { web: { checks: [`${id}/web/home`], require: 'all', counts: true } },
  ...parts,
});

export const checkFact = (id: string, parts: Partial<CheckFact> = {}): CheckFact => ({
  type: 'check',
  id,
  vantages: ['local'],
  intervalMs: MINUTE,
  maxGapMs: 3 * MINUTE,
  failures: 3,
  successes: 2,
  quorum: 'majority',
  boundary: 'midpoint',
  ...parts,
});

export const lifecycleFact = (
  service: string,
  from: Instant,
  status: LifecycleFact['status'] = 'active',
): LifecycleFact => ({ type: 'lifecycle', service, from, status });

export const edgeFact = (check: string, to: State, earliest: Instant, latest = earliest, at = latest): EdgeFact => ({
  type: 'edge',
  check,
  vantage: 'local',
  to,
  earliest,
  latest,
  at,
});

export const coverageFact = (through: Instant, at: Instant, parts: Partial<CoverageFact> = {}): CoverageFact => ({
  type: 'coverage',
  vantage: 'local',
  intervalMs: MINUTE,
  through,
  at,
  ...parts,
});

export const workFact = (
  id: string,
  span: { start: Instant; end: Instant },
  parts: Partial<WorkFact> = {},
): WorkFact => ({
  type: 'work',
  id,
  revision: 1,
  services: '*',
  at: 0,
  ...span,
  ...parts,
});

export const noticeFact = (work: string, customer: string, revision: number, at: Instant): NoticeFact => ({
  type: 'notice',
  work,
  revision,
  customer,
  at,
  channel: 'email',
});

/** A live ledger of facts that were each recorded at their own `at`. */
export function liveLedger(...facts: readonly Fact[]): Ledger {
  const ledger = new Ledger('covered');
  for (const fact of facts) ledger.add(fact);
  return ledger;
}
