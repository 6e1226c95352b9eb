/** The first lines of a statement: what happened in the month, in one sentence, and what follows from it. */
import { formatAvailability } from '../domain/contract/availability-text.ts';
import { monthInterval, monthOf } from '../domain/time/contract-calendar.ts';
import type { MailDocument, Tone } from './document.ts';
import { type StatementContext, yearName } from './statement-sections.ts';

/** The headline, its figure (the month's availability, when there is one) and the sentences under it. */
export function verdict(context: StatementContext): MailDocument['verdict'] {
  const { statement, formats, messages, month, contract } = context;
  const words = messages.statement;
  const { ms, period } = statement.month;
  const notCounted = ms.planned + ms.excluded;
  const seen = ms.up + ms.unplanned + notCounted;
  const availability = formatAvailability(ms.up, ms.unplanned);
  const over = monthInterval(monthOf(period.start, contract.offsetMinutes), contract.offsetMinutes).end <= period.end;
  return {
    tone: tone(context),
    line: headline(context),
    ...(availability === null
      ? {}
      : { figure: { value: formats.percent(availability), label: words.labels.monthAvailability(month) } }),
    lines: [
      ...(over ? [] : [words.soFar(formats.dateTime(period.end))]),
      ...creditLine(context),
      promiseLine(context),
      ...(notCounted > 0 ? [words.notCounted] : []),
      ...(seen > 0 && ms.unknown > 0 ? [words.partlyObserved(formats.duration(ms.unknown))] : []),
    ],
  };
}

function tone({ statement }: StatementContext): Tone {
  const { ms } = statement.month;
  if (statement.year.promise === 'broken') return 'bad';
  if (statement.year.promise === 'at-risk' || ms.unplanned > 0) return 'warn';
  return ms.up > 0 ? 'good' : 'plain';
}

function headline({ statement, formats, messages, month }: StatementContext): string {
  const words = messages.statement.verdict;
  const { ms } = statement.month;
  const notCounted = ms.planned + ms.excluded;
  if (ms.unplanned > 0) return words.unplanned(month, formats.duration(ms.unplanned));
  if (notCounted > 0) return words.noUnplanned(month);
  if (ms.up > 0) return ms.unknown > 0 ? words.noneSeen(month) : words.allGood(month);
  return ms.unknown > 0 ? words.unobserved(month) : words.inactive(month);
}

function creditLine({ statement, edition, formats, messages }: StatementContext): readonly string[] {
  const { accrued, claimed } = statement.credit;
  const words = messages.statement.credit;
  if (accrued.minor === 0n) return [];
  const amount = formats.money(accrued);
  if (edition.credit.mode === 'automatic') return [words.automatic(amount)];
  if (claimed.minor >= accrued.minor) return [words.claimed(amount)];
  return [claimed.minor > 0n ? words.partlyClaimed(amount, formats.money(claimed)) : words.toClaim(amount)];
}

function promiseLine(context: StatementContext): string {
  const { statement, edition, formats, messages } = context;
  const { promise, remainingMs } = statement.year;
  return messages.statement.promise[promise]({
    target: formats.share(edition.target),
    year: yearName(context),
    remaining: formats.duration(Math.abs(remainingMs)),
  });
}
