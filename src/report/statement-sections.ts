/** What the sections of a statement share. */
import type { Statement } from '../domain/contract/statement-result.ts';
import type { Contract, ContractEdition, TallyPeriod } from '../domain/contract/terms.ts';
import { monthOf } from '../domain/time/contract-calendar.ts';
import type { Millis } from '../domain/time/instant.ts';
import type { Figure } from './document.ts';
import type { Formats } from './formats.ts';
import type { Messages } from './messages/messages.ts';

export interface StatementContext {
  readonly statement: Statement;
  readonly contract: Contract;
  /** The edition in force when the period ends. */
  readonly edition: ContractEdition;
  readonly formats: Formats;
  readonly messages: Messages;
  /** The month's name, fit for the sentences of the language. */
  readonly month: string;
  /** Printable and bounded. */
  readonly provider: string;
}

/** A length of time with its whole milliseconds in the small print. */
export function lengthFigure(formats: Formats, label: string, ms: Millis): Figure {
  return { label, value: formats.duration(ms), note: formats.exactMs(ms) };
}

/** The year of the promise by name, as the contract tallies it. */
export function yearName({ statement, contract, edition, formats, messages }: StatementContext): string {
  const names = messages.statement.year;
  const { start } = statement.year.period;
  const byTally: Readonly<Record<TallyPeriod, () => string>> = {
    calendar: () => names.calendar(String(monthOf(start, contract.offsetMinutes).year)),
    service: () => names.service(formats.date(start)),
    rolling: () => names.rolling,
  };
  return byTally[edition.tally]();
}
