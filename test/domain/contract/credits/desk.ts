/** A desk that decides on the credits of s1 as people do: each decision is recorded at once, under its journal key. */
import {
  adjustClaim,
  approveCredit,
  type CreditDesk,
  CreditRefused,
  creditKey,
  payCredit,
  rejectClaim,
  reverseCredit,
} from '../../../../src/domain/contract/credit-decisions.ts';
import { type CreditStanding, creditStanding } from '../../../../src/domain/contract/credit-standing.ts';
import type { Contract } from '../../../../src/domain/contract/terms.ts';
import type { CreditFact, Fact, ReplayFact } from '../../../../src/domain/facts/fact.ts';
import { Ledger } from '../../../../src/domain/facts/ledger.ts';
import { formatAmount, parseMoney } from '../../../../src/domain/money/money.ts';
import { AGREEMENT } from '../../../support/contracts.ts';
import { at, type When } from '../../../support/world.ts';

export const kzt = (amount: string) => parseMoney(amount, 'KZT');

export class TestDesk {
  readonly ledger = new Ledger('hold');
  readonly keys: string[] = [];
  readonly #contract: Contract;
  now: number;

  constructor(facts: readonly ReplayFact[], { contract = AGREEMENT, now = '2026-04-05' as When } = {}) {
    for (const fact of facts) this.ledger.add(fact as Fact);
    this.#contract = contract;
    this.now = at(now);
  }

  asked(request?: string, by = 'anna'): CreditDesk {
    const { ledger, now: asOf } = this;
    return { ledger, contract: this.#contract, service: 's1', asOf, by, ...(request === undefined ? {} : { request }) };
  }

  /** Takes in what was not recorded before; the next decision is a second later. */
  record<F extends CreditFact>(fact: F): F {
    const key = creditKey(fact);
    if (!this.keys.includes(key)) {
      this.keys.push(key);
      this.ledger.add(fact, this.now);
    }
    this.now += 1_000;
    return fact;
  }

  learn(...facts: readonly ReplayFact[]): void {
    for (const fact of facts) this.ledger.add(fact as Fact, this.now);
    this.now += 1_000;
  }

  approve(given: Partial<Parameters<typeof approveCredit>[1]> = {}, request?: string) {
    return this.record(approveCredit(this.asked(request), { month: '2026-03', ...given }));
  }
  reject(claim: string, request?: string) {
    return this.record(rejectClaim(this.asked(request), { claim, reason: 'not ours' }));
  }
  adjust(claim: string, given: { durationMs?: number; amount?: ReturnType<typeof kzt> }, request?: string) {
    return this.record(adjustClaim(this.asked(request), { claim, reason: 'as agreed by phone', ...given }));
  }
  post(credit: number, reference = `b${credit}`, request?: string) {
    return this.record(payCredit(this.asked(request), { type: 'credit-posted', credit, reference }));
  }
  settle(credit: number, reference = `m${credit}`) {
    return this.record(payCredit(this.asked(), { type: 'credit-settled', credit, reference }));
  }
  reverse(credit: number, given: { amount?: ReturnType<typeof kzt> } = {}, request?: string) {
    return this.record(reverseCredit(this.asked(request), { credit, reason: 'a mistake', ...given }));
  }

  standing(month = '2026-03', asOf = this.now): CreditStanding {
    return creditStanding({ ledger: this.ledger, contract: this.#contract, service: 's1', month, asOf });
  }

  /** The amounts of the standing as decimals, zeros left out. */
  figures(month = '2026-03'): Readonly<Record<string, string>> {
    const { next, ...standing } = this.standing(month);
    const names = [
      'accrued',
      'claimed',
      'rejected',
      'owed',
      'approved',
      'posted',
      'settled',
      'open',
      'excess',
      'unpaid',
    ];
    const entries = Object.entries(standing).flatMap(([name, value]): [string, string][] =>
      names.includes(name) ? [[name, formatAmount(value as ReturnType<typeof kzt>)]] : [],
    );
    return Object.fromEntries(entries.filter(([, amount]) => amount !== '0.00'));
  }
}

/** What a decision was refused with. */
export function refusal(decide: () => unknown): string {
  try {
    decide();
  } catch (error) {
    if (error instanceof CreditRefused) return error.message;
    throw error;
  }
  throw new Error('expected a refusal');
}
