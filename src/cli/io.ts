/** What a verb may touch of the world outside: handed in, so that a test calls the command line as a function. */
import type { Clock } from '../runtime/clock.ts';

export interface TextOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface CliIo {
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Aborted when the program is asked to stop. */
  readonly stop: AbortSignal;
  /** Calls back each time the program is asked to read its configuration again; absent where nobody can ask. */
  readonly onReload?: (listener: () => void) => void;
}

/** What a verb resolves to: 0 done, 1 it could not be done, 2 the input is wrong; of `probe` alone, 3 nothing is known. */
export type ExitCode = 0 | 1 | 2 | 3;

/** Wrong input; its message is all that the user sees, and the exit code is 2. */
export class BadInput extends Error {
  readonly code = 'bad_input';
}
