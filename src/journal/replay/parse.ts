/**
 * A replay file as facts (REPLAY.md), strictly: it is read whole or refused with every problem named, since a figure
 * computed from half a file would be worse than none. Lines are held against each other only when each of them reads by
 * itself, so that one malformed line is not also reported by all that refer to it.
 */
import type { ReplayFact } from '../../domain/facts/fact.ts';
import type { Instant } from '../../domain/time/instant.ts';
import { readJsonLine } from './json-line.ts';
import { type LineReader, lineReader, type ReplayRules } from './line.ts';
import type { Complain, ReplayProblem } from './problem.ts';
import { References } from './references.ts';

export type ReplayFile =
  | {
      readonly ok: true;
      /** In the order of the file. */
      readonly facts: readonly ReplayFact[];
      /** The latest `at`, the default of `--as-of`; null when no line has one. */
      readonly latestAt: Instant | null;
    }
  | {
      readonly ok: false;
      /** At least one, ascending by line; at most `PROBLEMS_MAX`. */
      readonly problems: readonly ReplayProblem[];
      /** Whether there are more problems than these. */
      readonly more: boolean;
    };

/** Reading stops at so many problems: nobody corrects a million lines by hand. */
export const PROBLEMS_MAX = 100;

const BLANK = /^[ \t\r]*$/;
const BYTE_ORDER_MARK = '\ufeff';

/**
 * Reads a whole file from its text or from its lines.
 */
export function parseReplayFile(source: string | Iterable<string>, rules: ReplayRules): ReplayFile {
  const parser = new ReplayParser(rules);
  for (const line of typeof source === 'string' ? source.split('\n') : source) {
    if (!parser.add(line)) break;
  }
  return parser.finish();
}

/** Takes lines as they come, for files that are read piece by piece. */
export class ReplayParser {
  readonly #read: LineReader;
  readonly #facts: ReplayFact[] = [];
  readonly #problems: ReplayProblem[] = [];
  readonly #references = new References();
  readonly #complain: Complain;
  #line = 0;
  #latestAt: Instant | null = null;
  #more = false;

  constructor(rules: ReplayRules) {
    this.#read = lineReader(rules);
    this.#complain = (field, found, expected) => {
      if (this.#problems.length === PROBLEMS_MAX) this.#more = true;
      else this.#problems.push({ line: this.#line, field, found, expected });
    };
  }

  /** Takes the next line, without its line feed. False: it is no use to go on. */
  add(text: string): boolean {
    this.#line += 1;
    const json = this.#line === 1 && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
    // The test of the first character spares all but blank lines the search.
    if (json[0] !== '{' && BLANK.test(json)) return true;
    const object = readJsonLine(json, this.#complain);
    const fact = object && this.#read(object, this.#complain);
    if (fact && this.#problems.length === 0) {
      this.#facts.push(fact);
      this.#references.add(fact, this.#line);
      if (fact.at !== undefined && (this.#latestAt === null || fact.at > this.#latestAt)) this.#latestAt = fact.at;
    }
    return !this.#more;
  }

  /** Takes the next line as one that cannot even be read as text. False: it is no use to go on. */
  refuse(found: string, expected: string): boolean {
    this.#line += 1;
    this.#complain('', found, expected);
    return !this.#more;
  }

  /** The outcome, after the last line. */
  finish(): ReplayFile {
    if (this.#problems.length > 0) return { ok: false, problems: this.#problems, more: this.#more };
    const problems = this.#references.problems();
    if (problems.length > 0) {
      return { ok: false, problems: problems.slice(0, PROBLEMS_MAX), more: problems.length > PROBLEMS_MAX };
    }
    return { ok: true, facts: this.#facts, latestAt: this.#latestAt };
  }
}
