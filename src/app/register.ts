/**
 * Records what a configuration defines and the journal does not know yet. What is little is one append, all of it or nothing. What is
 * more is several, for none may hold the event loop for long: the first decides whether there is a change, and what follows is tried until
 * the journal takes it, since nothing that is recorded can be taken back. What a crash leaves out the next start records.
 */
import type { Configuration } from '../config/configuration.ts';
import type { Fact } from '../domain/facts/fact.ts';
import { type Millis, SECOND } from '../domain/time/instant.ts';
import { JournalBusy, JournalFull, JournalUnwritable } from '../journal/errors.ts';
import type { Journal } from '../journal/journal.ts';
import type { Clock } from '../runtime/clock.ts';
import { inSlices } from '../runtime/slices.ts';
import type { Books } from './books.ts';
import { definitionsOf, factsOf, registration, unwatchedEdges } from './registration.ts';

export interface RegisterOptions {
  readonly books: Pick<Books, 'feed' | 'now'> & { readonly journal: Pick<Journal, 'append'> };
  readonly configuration: Pick<Configuration, 'customers' | 'services'>;
  readonly clock: Clock;
  /** Facts in one append where there are more than that. */
  readonly atOnce: number;
  /** The journal takes no facts in the midst of them; they are tried again. */
  readonly onDelay: (error: unknown) => void;
  /** Whether to give up what is being tried again. */
  readonly isOver: () => boolean;
}

/** Appends of so many facts at a start, when nobody waits for the event loop; and beside probes and scrapes, some 20 ms each. */
export const AT_ONCE_AT_START = 2_000;
export const AT_ONCE_WHILE_RUNNING = 500;
const AGAIN_AFTER: Millis = SECOND;

/**
 * Resolves when everything is on record and in the ledger.
 * @throws what the journal says to the first append; later ones, where it says anything but that it cannot now.
 */
export async function register(options: RegisterOptions): Promise<void> {
  const { books, configuration, clock, atOnce } = options;
  const { feed, now } = books;
  const at = now();
  const wanted = await inSlices(registration(feed.ledger, definitionsOf(configuration), at), clock);
  const { definitions, unwatched, dates } = wanted;
  if (definitions.length + unwatched.length + dates.length <= atOnce) {
    await append(options, () => factsOf(wanted, feed.ledger, now()), true);
    return;
  }
  let isFirst = true;
  const parts = <Item>(items: readonly Item[], factsOf: (some: readonly Item[]) => readonly Fact[]) =>
    Array.from(
      { length: Math.ceil(items.length / atOnce) },
      (_, i) => () => factsOf(items.slice(i * atOnce, (i + 1) * atOnce)),
    );
  for (const part of [
    // By the definitions under which they were watched.
    ...parts(unwatched, (some) => unwatchedEdges(feed.ledger, some, now())),
    ...parts(definitions, (facts) => facts),
    ...parts(dates, (facts) => facts),
  ]) {
    await append(options, part, isFirst);
    isFirst = false;
  }
}

/** @param factsOf asked in the turn of the append. */
async function append(
  { books, clock, onDelay, isOver }: RegisterOptions,
  factsOf: () => readonly Fact[],
  isFirst: boolean,
): Promise<void> {
  const { feed, journal } = books;
  for (;;) {
    await feed.catchUp();
    const facts = factsOf();
    if (facts.length === 0) return;
    try {
      await journal.append(facts.map((fact) => ({ fact })));
      await feed.catchUp();
      return;
    } catch (error) {
      const canPass =
        error instanceof JournalFull || error instanceof JournalUnwritable || error instanceof JournalBusy;
      if (isFirst || !canPass || isOver()) throw error;
      onDelay(error);
    }
    await clock.sleep(AGAIN_AFTER);
  }
}
