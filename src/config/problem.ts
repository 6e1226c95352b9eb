/** What is wrong with a configuration, where, and what to write instead. */

/** A place inside a document: keys and list positions from its root. */
export type KeyPath = readonly (string | number)[];

export interface Problem {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly column: number;
  /** `services[2].components.web.checks[0].interval`; empty for the document itself. */
  readonly path: string;
  /** What stood there, printable and without secrets. */
  readonly found: string;
  readonly expected: string;
  /** What may help beyond that. */
  readonly hint?: string;
}

/** `services[2].components.web` of a path. */
export function formatPath(path: KeyPath): string {
  return path.map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`)).join('');
}

/** One line for a person: `FILE:LINE:COLUMN: PATH: found …, expected …`. */
export function formatProblem(problem: Problem): string {
  const place = `${problem.file}:${problem.line}:${problem.column}: ${problem.path === '' ? '' : `${problem.path}: `}`;
  if (problem.found.startsWith(UNKNOWN_KEY)) {
    return `${place}${problem.found}, ${problem.hint ?? `expected ${problem.expected}`}`;
  }
  const hint = problem.hint === undefined ? '' : ` (${problem.hint})`;
  return `${place}found ${problem.found}, expected ${problem.expected}${hint}`;
}

/** How `found` begins for a key that nothing reads. No value can begin so: texts are quoted. */
export const UNKNOWN_KEY = 'unknown key ';

/** By file, line, column; the same complaint about the same place is kept once. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  const distinct = new Map(problems.map((problem) => [formatProblem(problem), problem]));
  return [...distinct.values()].sort(
    (a, b) => compareText(a.file, b.file) || a.line - b.line || a.column - b.column || compareText(a.path, b.path),
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
