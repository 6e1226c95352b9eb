/** `kepil close MONTH`: issues the statements of a month that is over; the daemon mails them. */
import { MonthCloser } from '../../app/month-closer.ts';
import { monthInterval, parseMonth } from '../../domain/time/contract-calendar.ts';
import { withBooks } from '../configured.ts';
import { BadInput, type CliIo, type ExitCode } from '../io.ts';
import { monthOption } from '../month-option.ts';

export async function close(text: string, options: { config: string; json?: boolean }, io: CliIo): Promise<ExitCode> {
  const month = monthOption(text);
  return withBooks<ExitCode>(options.config, io, async (books) => {
    const { end } = monthInterval(parseMonth(month), books.contracts.default.offsetMinutes);
    if (end > io.clock.now()) throw new BadInput(`month: found "${month}", expected one that is over`);
    const issued = await new MonthCloser(books, io.clock).close(month);
    io.stdout.write(
      options.json ? `${JSON.stringify({ month, issued })}\n` : `${month}: ${issued} statements issued\n`,
    );
    return 0;
  });
}
