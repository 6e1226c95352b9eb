/** What keeps a replay file from being read, and where (REPLAY.md: the line, the field and what was expected). */
export interface ReplayProblem {
  /** From 1. */
  readonly line: number;
  /** Path inside the line, `components.web.require`; empty for the line as a whole. */
  readonly field: string;
  /** Printable and bounded, whatever the file holds. */
  readonly found: string;
  readonly expected: string;
}

/** Takes note of one problem of the line that is being read. */
export type Complain = (field: string, found: string, expected: string) => void;

/** One sentence: `line 3: from: found nothing, expected an instant…`. */
export function describeProblem({ line, field, found, expected }: ReplayProblem): string {
  return `line ${line}: ${field === '' ? '' : `${field}: `}found ${found}, expected ${expected}`;
}
