/**
 * A fact as the text that is stored and hashed, and back, exactly: `decodeFact(encodeFact(fact))` equals the fact. Money's
 * minor units, the only bigint there is, stand as a string of decimal digits.
 */
import type { Fact } from '../domain/facts/fact.ts';
import { canonicalJson } from './canonical-json.ts';
import { JournalCorrupt, JournalFactInvalid } from './errors.ts';
import { factProblem } from './fact-shape.ts';

/**
 * The canonical JSON of a fact.
 * @throws JournalFactInvalid naming the field that is missing, malformed or unknown.
 */
export function encodeFact(fact: Fact): string {
  const problem = factProblem(fact);
  if (problem) throw new JournalFactInvalid(problem);
  return canonicalJson(fact);
}

/**
 * Reads a stored fact.
 * @throws JournalCorrupt naming the entry, the field, what was found and what was expected.
 */
export function decodeFact(text: string, seq: number): Fact {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new JournalCorrupt(`journal: entry ${seq}: fact: found ${text.length} characters that are not JSON`, {
      seq,
      cause,
    });
  }
  reviveMoney(value);
  const problem = factProblem(value);
  if (problem) {
    throw new JournalCorrupt(
      `journal: entry ${seq}: ${problem.field}: found ${problem.found}, expected ${problem.expected}`,
      { seq },
    );
  }
  return value as Fact;
}

/** The field of each type of fact in which money stands. */
const MONEY_FIELDS: ReadonlyMap<unknown, string> = new Map([
  ['fee', 'monthly'],
  ['credit-approved', 'amount'],
  ['claim-adjusted', 'amount'],
  ['credit-posted', 'amount'],
  ['credit-settled', 'amount'],
  ['credit-reversed', 'amount'],
]);

/** Puts the bigint back where the type of fact says that money stands; anything else is left for the check after it. */
function reviveMoney(value: unknown): void {
  const fact = value as Readonly<Record<string, { minor?: unknown } | null>> | null;
  const field = MONEY_FIELDS.get(fact?.type);
  const money = field === undefined ? undefined : fact?.[field];
  if (typeof money?.minor === 'string' && /^(?:0|-?[1-9]\d*)$/.test(money.minor)) money.minor = BigInt(money.minor);
}
