/** `kepil close MONTH`: issues the statements that a month is owed, and their revisions; the daemon mails them. */
import { MonthCloser } from '../../app/month-closer.ts';
import { closableFrom, type Issue } from '../../desk/month-close.ts';
import { changedClasses } from '../../domain/contract/statement-difference.ts';
import { formatAmount } from '../../domain/money/money.ts';
import { formatInstant } from '../../domain/time/contract-calendar.ts';
import { factToJson } from '../../report/credit-json.ts';
import { withBooks } from '../configured.ts';
import { formatDuration } from '../duration.ts';
import { BadInput, type CliIo, type ExitCode } from '../io.ts';
import { monthOption } from '../month-option.ts';

export async function close(text: string, options: { config: string; json?: boolean }, io: CliIo): Promise<ExitCode> {
  const month = monthOption(text);
  return withBooks<ExitCode>(options.config, io, async (books) => {
    const { offsetMinutes } = books.contracts.default;
    const from = closableFrom(month, books.contracts);
    if (from > io.clock.now()) {
      const instant = formatInstant(from, offsetMinutes);
      throw new BadInput(
        `month: found "${month}", expected one that is over; this one can be closed from ${instant} on`,
      );
    }
    const closer = new MonthCloser(books);
    const issued = await closer.close(month);
    const revised = await closer.revise(month);
    if (options.json) {
      const revisions = revised.map((issue) => revisionToJson(issue, offsetMinutes));
      io.stdout.write(`${JSON.stringify({ month, issued, revised: revisions }, null, 2)}\n`);
      return 0;
    }
    io.stdout.write(`${month}: ${issued} statements issued, ${revised.length} revised\n`);
    for (const issue of revised) io.stdout.write(`${revisionLines(issue).join('\n')}\n`);
    return 0;
  });
}

function revisionLines({ statement, difference, entries }: Issue): readonly string[] {
  if (!difference) return [];
  const { month, accrued, promise } = difference;
  return [
    `${statement.service} revision ${statement.revision}:`,
    ...changedClasses(difference).map(
      (of) => `  ${of}: ${formatDuration(month.before[of])} -> ${formatDuration(month.after[of])}`,
    ),
    `  accrued: ${formatAmount(accrued.before)} -> ${formatAmount(accrued.after)} ${accrued.after.currency}`,
    ...(promise.before === promise.after ? [] : [`  promise: ${promise.before} -> ${promise.after}`]),
    ...entries.flatMap((entry) => {
      if (entry.type === 'credit-reversed') {
        return [`  credit ${entry.credit}: ${formatAmount(entry.amount)} ${entry.amount.currency} reversed`];
      }
      if (entry.type !== 'credit-approved') return [];
      return [`  credit ${entry.entry}: ${formatAmount(entry.amount)} ${entry.amount.currency} approved`];
    }),
  ];
}

function revisionToJson({ statement, difference, entries }: Issue, offsetMinutes: number): unknown {
  const { service, revision, asOf, digest } = statement;
  if (!difference) return { service, revision };
  const { accrued, ...rest } = difference;
  return {
    service,
    revision,
    asOf: formatInstant(asOf, offsetMinutes),
    digest,
    difference: {
      ...rest,
      accrued: {
        before: formatAmount(accrued.before),
        after: formatAmount(accrued.after),
        currency: accrued.after.currency,
      },
    },
    entries: entries.map((entry) => factToJson(entry, offsetMinutes)),
  };
}
