/** A finding that ends a dialogue, thrown to leave it from any depth; the exchange turns it into its result. */
import type { Failure } from './outcome.ts';

export class Fault extends Error {
  readonly failure: Failure;
  /** Printable and bounded. */
  readonly seen: string;
  readonly expected: string | undefined;

  constructor(failure: Failure, seen: string, expected?: string) {
    super(`${failure}: ${seen}`);
    this.name = 'Fault';
    this.failure = failure;
    this.seen = seen;
    this.expected = expected;
  }
}
