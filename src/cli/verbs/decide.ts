/** What the verbs that record a decision on claims and credits share. */
import { claimKey } from '../../desk/claims.ts';
import { recordDecision } from '../../desk/record-decision.ts';
import { type CreditDesk, CreditRefused, creditKey } from '../../domain/contract/credit-decisions.ts';
import type { Contract } from '../../domain/contract/terms.ts';
import type { ClaimFact, CreditFact } from '../../domain/facts/fact.ts';
import type { Ledger } from '../../domain/facts/ledger.ts';
import { type Money, parseMoney } from '../../domain/money/money.ts';
import type { Instant } from '../../domain/time/instant.ts';
import { parseDuration } from '../../domain/time/text.ts';
import { factToJson } from '../../report/credit-json.ts';
import { withBooks } from '../configured.ts';
import { BadInput, type CliIo, type ExitCode } from '../io.ts';
import { printable } from '../terminal-text.ts';

export interface DecisionOptions {
  readonly config: string;
  readonly by: string;
  /** Idempotency key of the request. */
  readonly key?: string;
  readonly json?: boolean;
}

/** How things stand where a decision is made. */
export interface DecisionPlace {
  readonly desk: CreditDesk;
  readonly ledger: Ledger;
  readonly contract: Contract;
  readonly now: Instant;
}

/**
 * Records one decision on a service and prints it.
 * @throws BadInput the service is none of the journal's, or the decision is refused.
 */
export function decideOn<F extends ClaimFact | CreditFact>(
  service: string,
  options: DecisionOptions,
  io: CliIo,
  verb: { readonly decide: (place: DecisionPlace) => F; readonly describe: (fact: F) => string },
): Promise<ExitCode> {
  return withBooks<ExitCode>(options.config, io, async ({ journal, feed, contracts }) => {
    const { by, key: request } = options;
    let fact: F;
    try {
      fact = await recordDecision({ journal, feed, clock: io.clock }, (ledger, now) => {
        const contract = contracts.ofService(ledger, service, now);
        if (!contract) throw new BadInput(unknownService(service, ledger));
        const stamp = { by: printable(by), ...(request === undefined ? {} : { request: printable(request) }) };
        const desk: CreditDesk = { ledger, contract, service, asOf: now, ...stamp };
        const decided = verb.decide({ desk, ledger, contract, now });
        if (isRecorded(ledger, decided)) return { fact: decided, isRecorded: true };
        return { fact: decided, key: decided.type === 'claim' ? claimKey(decided) : creditKey(decided) };
      });
    } catch (error) {
      throw error instanceof CreditRefused ? new BadInput(error.message) : error;
    }
    const { offsetMinutes } = contracts.default;
    const text = options.json ? JSON.stringify(factToJson(fact, offsetMinutes), null, 2) : verb.describe(fact);
    io.stdout.write(`${text}\n`);
    return 0;
  });
}

/** A request made again gives the very fact of then. */
function isRecorded(ledger: Ledger, decided: ClaimFact | CreditFact): boolean {
  const record = ledger.service(decided.service);
  return [...(record?.claims ?? []), ...(record?.credits ?? [])].some(({ fact }) => fact === decided);
}

/** Names the services that there are. */
export function unknownService(service: string, ledger: Ledger): string {
  return `service: found "${printable(service)}", expected one of ${ledger.services().join(', ') || 'none, for none is defined'}`;
}

/** @throws BadInput naming the option. */
export function amountOption(text: string, currency: string): Money {
  try {
    return parseMoney(text, currency);
  } catch (error) {
    throw new BadInput(`--${error instanceof Error ? error.message : String(error)}`);
  }
}

/** @throws BadInput naming the option. */
export function durationOption(text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    throw new BadInput(`--duration: ${error instanceof Error ? error.message : String(error)}`);
  }
}
