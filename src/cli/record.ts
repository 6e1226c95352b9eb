/** What verbs that record one decision share: read the books, decide, append, say so. */
import type { Books } from '../app/books.ts';
import type { Configuration } from '../config/configuration.ts';
import { recordDecision } from '../desk/record-decision.ts';
import type { Fact } from '../domain/facts/fact.ts';
import type { Instant } from '../domain/time/instant.ts';
import { withBooks } from './configured.ts';
import { BadInput, type CliIo, type ExitCode } from './io.ts';

export interface Decision {
  readonly fact: Fact;
  /** Of two who decide the same at once the journal takes one; the other decides anew. */
  readonly key?: string;
  /** What is said of it to a person. */
  readonly said: string;
}

export type Decide = (books: Books, now: Instant, configuration: Configuration) => Decision;

/**
 * Records what `decide` makes of the books as they are now, and prints it.
 * @throws BadInput with its message when it throws a `refusal`.
 */
export function recordAndSay(
  { config, json }: { readonly config: string; readonly json?: boolean },
  io: CliIo,
  refusal: new (message: string) => Error,
  decide: Decide,
): Promise<ExitCode> {
  return withBooks<ExitCode>(config, io, async (books, configuration) => {
    let said = '';
    const { journal, feed } = books;
    const deciding = recordDecision({ journal, feed, clock: io.clock }, (_ledger, now) => {
      const decision = decide(books, now, configuration);
      said = decision.said;
      return decision;
    });
    const fact = await deciding.catch((error: unknown) => {
      throw error instanceof refusal ? new BadInput(error.message) : error;
    });
    io.stdout.write(json ? `${JSON.stringify(fact, null, 2)}\n` : `${said}\n`);
    return 0;
  });
}
