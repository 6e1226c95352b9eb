/** Proposes exclusions as outages come and go, and accepts those that a rule of the operator covers. */
import { BlockList, isIPv6 } from 'node:net';
import { acceptProposal, listProposals, type OutageInQuestion, proposeExclusion } from '../desk/exclusion-proposals.ts';
import { recordDecision } from '../desk/record-decision.ts';
import type { ProposedReason } from '../domain/facts/fact.ts';
import { type Interval, overlap } from '../domain/time/interval.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/log.ts';
import type { Books } from './books.ts';
import type { ServiceNow } from './fleet.ts';

export interface ExclusionProposerOptions {
  readonly books: Books;
  readonly clock: Clock;
  readonly log: Logger;
  /** The provider's own ranges of addresses. */
  readonly addresses: readonly string[];
  /** Reasons for which a proposal is accepted as soon as its outage is over. */
  readonly autoAccept: readonly ProposedReason[];
}

type Outages = Pick<ServiceNow, 'service' | 'outages'>;

/** Who accepts, where nobody does. */
const RULE = 'rule exclusions.autoAccept';

export class ExclusionProposer {
  readonly #options: ExclusionProposerOptions;
  readonly #isProviders: (address: string) => boolean;
  #outages: OutageInQuestion[] = [];

  constructor(options: ExclusionProposerOptions) {
    this.#options = options;
    this.#isProviders = rangesOf(options.addresses);
  }

  /** Notes outages that are new, and those that are over now. */
  note(now: Outages, before: Outages | undefined): void {
    for (const { id, start, end, open } of now.outages) {
      const known = before?.outages.find((earlier) => earlier.id === id);
      if (known && known.open === open) continue;
      this.#outages.push({ service: now.service, start, ...(open ? {} : { end }) });
    }
  }

  /** Records what the outages noted propose. Where the journal refuses, what is left is for the next time. */
  async run(): Promise<void> {
    for (let outage = this.#outages[0]; outage; outage = this.#outages[0]) {
      await this.#propose(outage);
      if (outage.end !== undefined) await this.#acceptByRule(outage.service, { start: outage.start, end: outage.end });
      this.#outages.shift();
    }
  }

  async #propose(outage: OutageInQuestion): Promise<void> {
    const { books, clock, log } = this.#options;
    const { journal, feed, contracts } = books;
    const first = proposeExclusion({ ledger: feed.ledger, contracts }, outage, this.#isProviders, books.now());
    if (!first) return;
    const proposal = await recordDecision({ journal, feed, clock }, (ledger, now) => {
      const fact = proposeExclusion({ ledger, contracts }, outage, this.#isProviders, now);
      return fact ? { fact, key: `exclusion-proposed/${fact.id}` } : { fact: first, isRecorded: true };
    });
    const { id, service, reason } = proposal;
    log.info({ proposal: id, service, reason }, 'exclusion proposed');
  }

  async #acceptByRule(service: string, outage: Interval): Promise<void> {
    const { books, clock, log, autoAccept } = this.#options;
    const { journal, feed, contracts } = books;
    const open = listProposals(feed.ledger, books.now()).filter(
      (one) =>
        one.service === service &&
        one.standing === 'open' &&
        autoAccept.includes(one.reason) &&
        overlap({ start: one.start, end: one.end ?? outage.end }, outage),
    );
    for (const { id, reason } of open) {
      await recordDecision({ journal, feed, clock }, (ledger, now) => ({
        fact: acceptProposal({ ledger, contracts }, id, { by: RULE, end: outage.end }, now),
        key: `exclusion/${id}`,
      }));
      log.info({ proposal: id, service, reason }, 'exclusion accepted by a rule');
    }
  }
}

function rangesOf(addresses: readonly string[]): (address: string) => boolean {
  const ranges = new BlockList();
  for (const range of addresses) {
    const [first = '', bits] = range.split('/');
    ranges.addSubnet(first, Number(bits), familyOf(first));
  }
  return (address) => ranges.check(address, familyOf(address));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
