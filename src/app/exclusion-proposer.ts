/**
 * Proposes exclusions as outages come and go, accepts those that a rule of the operator covers, and dismisses those that the
 * rest of their outage speaks against.
 */
import { BlockList, isIPv6 } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import type { OutageInQuestion, Sources } from '../desk/exclusion-evidence.ts';
import { acceptProposal, dismissProposal, proposeExclusion, reviewProposals } from '../desk/exclusion-proposals.ts';
import { ExclusionRefused } from '../desk/exclusions.ts';
import { recordDecision } from '../desk/record-decision.ts';
import type { Fact, ProposedReason } from '../domain/facts/fact.ts';
import type { Ledger } from '../domain/facts/ledger.ts';
import type { Instant } from '../domain/time/instant.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/log.ts';
import type { Books } from './books.ts';
import type { ServiceNow } from './fleet.ts';
import type { PathWitness } from './witness/path-witness.ts';

export interface ExclusionProposerOptions {
  readonly books: Books;
  readonly clock: Clock;
  readonly log: Logger;
  /** The provider's own ranges of addresses; none: they are not known. */
  readonly addresses: readonly string[];
  /** Reasons for which a proposal is accepted as soon as its outage is over. */
  readonly autoAccept: readonly ProposedReason[];
  /** Asked while outages last; absent: there is none. */
  readonly witness?: Pick<PathWitness, 'begin' | 'end' | 'isAsking' | 'heard' | 'forget'> | undefined;
}

type Outages = Pick<ServiceNow, 'service' | 'outages'>;
type Ended = OutageInQuestion & { readonly end: Instant };

/** Who accepts, where nobody does. */
const RULE = 'rule exclusions.autoAccept';
const REFUTED = 'the end of its outage';
/** Outages looked at, and facts recorded, in one run: it is part of a round that all else waits for. */
const LOOKED_AT_MOST = 2_000;
const RECORDED_MOST = 200;
/** Outages looked at before other work is let in: some milliseconds. */
const SLICE = 25;

export class ExclusionProposer {
  readonly #options: ExclusionProposerOptions;
  readonly #sources: Pick<Sources, 'isProviders'>;
  /** To be looked at, by the outage's id: of one that ended before its turn came, its end is enough. */
  readonly #waiting = new Map<string, OutageInQuestion>();

  constructor(options: ExclusionProposerOptions) {
    this.#options = options;
    this.#sources = options.addresses.length === 0 ? {} : { isProviders: rangesOf(options.addresses) };
  }

  /** How many outages wait to be looked at. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Notes outages that are new, and those that are over now. */
  note(now: Outages, before: Outages | undefined): void {
    for (const { id, start, end, open } of now.outages) {
      const known = before?.outages.find((earlier) => earlier.id === id);
      if (known && known.open === open) continue;
      const outage = { service: now.service, start, ...(open ? {} : { end }) };
      this.#waiting.set(id, outage);
      if (open) this.#options.witness?.begin(id, outage);
      else this.#options.witness?.end(id);
    }
  }

  /** Looks at an outage again: the witness has been heard often enough while it lasts. */
  again(id: string, outage: OutageInQuestion): void {
    if (!this.#waiting.has(id)) this.#waiting.set(id, outage);
  }

  /**
   * Records what the outages noted propose, so many at a time, with turns for other work between. Where the journal refuses,
   * what is left is for the next time.
   */
  async run(): Promise<void> {
    let looked = 0;
    let recorded = 0;
    for (const [id, outage] of this.#waiting) {
      if (looked === LOOKED_AT_MOST || recorded >= RECORDED_MOST) return;
      // An answer that is under way may be the one that contradicts the others.
      if (outage.end !== undefined && this.#options.witness?.isAsking(id)) continue;
      looked += 1;
      const sources = { ...this.#sources, witnessed: this.#options.witness?.heard(id) };
      const recordedBefore = recorded;
      recorded += await this.#propose(outage, sources);
      const { end } = outage;
      if (end !== undefined) recorded += await this.#review({ ...outage, end }, sources);
      if (this.#waiting.get(id) === outage) {
        this.#waiting.delete(id);
        if (end !== undefined) this.#options.witness?.forget(id);
      }
      if (recorded > recordedBefore || looked % SLICE === 0) await turn();
    }
  }

  /** @returns how many facts it recorded. */
  async #propose(outage: OutageInQuestion, sources: Sources): Promise<number> {
    const { books, clock, log } = this.#options;
    const { journal, feed, contracts } = books;
    const first = proposeExclusion({ ledger: feed.ledger, contracts }, outage, sources, books.now());
    if (!first) return 0;
    const proposal = await recordDecision({ journal, feed, clock }, (ledger, now) => {
      const fact = proposeExclusion({ ledger, contracts }, outage, sources, now);
      return fact ? { fact, key: `exclusion-proposed/${fact.id}` } : { fact: first, isRecorded: true };
    });
    const { id, service, reason, evidence } = proposal;
    log.info({ proposal: id, service, reason, rule: evidence.rule }, 'exclusion proposed');
    return 1;
  }

  /** Answers the proposals of an outage that is over, where the operator's rule or the evidence itself does. */
  async #review(outage: Ended, sources: Sources): Promise<number> {
    const { books, log, autoAccept } = this.#options;
    const { feed, contracts } = books;
    const { borneOut, refuted } = reviewProposals(feed, outage, sources, books.now());
    let answered = 0;
    for (const { id, service, reason } of borneOut.filter((one) => autoAccept.includes(one.reason))) {
      const isAccepted = await this.#answer(id, `exclusion/${id}`, (ledger, now) =>
        acceptProposal({ ledger, contracts }, id, { by: RULE, end: outage.end }, now),
      );
      if (!isAccepted) continue;
      answered += 1;
      log.info({ proposal: id, service, reason }, 'exclusion accepted by a rule');
    }
    for (const { id, service, reason } of refuted) {
      const isDismissed = await this.#answer(id, `exclusion-proposed/${id}/dismissed`, (ledger, now) =>
        dismissProposal(ledger, id, REFUTED, now),
      );
      if (!isDismissed) continue;
      answered += 1;
      log.info({ proposal: id, service, reason }, 'exclusion dismissed: the rest of the outage speaks against it');
    }
    return answered;
  }

  /** @returns whether it was answered here. */
  async #answer<F extends Fact>(
    id: string,
    key: string,
    decide: (ledger: Ledger, now: Instant) => F,
  ): Promise<boolean> {
    const { books, clock, log } = this.#options;
    const { journal, feed } = books;
    try {
      await recordDecision({ journal, feed, clock }, (ledger, now) => ({ fact: decide(ledger, now), key }));
      return true;
    } catch (error) {
      // Someone answered it meanwhile, or an edition of the contract that came into force since knows no such reason.
      if (!(error instanceof ExclusionRefused)) throw error;
      log.warn({ proposal: id, error: error.message }, 'exclusion not answered');
      return false;
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
