/** What verbs that record one decision share: read the books, decide, append, say so. */
import type { Books } from '../app/books.ts';
import type { Fact } from '../domain/facts/fact.ts';
import type { Instant } from '../domain/time/instant.ts';
import { withBooks } from './configured.ts';
import { BadInput, type CliIo, type ExitCode } from './io.ts';

export interface Decision {
  readonly fact: Fact;
  /** Makes two who decide the same at once collide, instead of both being recorded. */
  readonly key?: string;
  /** What is said of it to a person. */
  readonly said: string;
}

/**
 * Records what `decide` makes of the books as they are now, and prints it.
 * @throws BadInput with its message when it throws a `refusal`.
 */
export function recordDecision(
  { config, json }: { readonly config: string; readonly json?: boolean },
  io: CliIo,
  refusal: new (message: string) => Error,
  decide: (books: Books, now: Instant) => Decision,
): Promise<ExitCode> {
  return withBooks<ExitCode>(config, io, async (books) => {
    const { fact, key, said } = decided(() => decide(books, books.now()), refusal);
    await books.journal.append([{ fact, ...(key === undefined ? {} : { key }) }]);
    io.stdout.write(json ? `${JSON.stringify(fact, null, 2)}\n` : `${said}\n`);
    return 0;
  });
}

function decided(decide: () => Decision, refusal: new (message: string) => Error): Decision {
  try {
    return decide();
  } catch (error) {
    throw error instanceof refusal ? new BadInput(error.message) : error;
  }
}
