/** `kepil credit settlement`: what a cancelled service is owed, computed and not recorded (cl. 4.7, 4.8, 8.4). */
import { CreditRefused } from '../../domain/contract/credit-decisions.ts';
import { type Settlement, settlementOf } from '../../domain/contract/settlement.ts';
import { formatAmount, type Money } from '../../domain/money/money.ts';
import { formatInstant } from '../../domain/time/contract-calendar.ts';
import { instantOption, withBooks } from '../configured.ts';
import { BadInput, type CliIo, type ExitCode } from '../io.ts';
import { unknownService } from './decide.ts';

export interface SettlementOptions {
  readonly config: string;
  readonly paidUntil: string;
  readonly paidFrom?: string;
  readonly requested?: string;
  readonly json?: boolean;
}

export function settlement(service: string, options: SettlementOptions, io: CliIo): Promise<ExitCode> {
  return withBooks<ExitCode>(options.config, io, async ({ feed: { ledger }, contracts, now: newest }) => {
    const asOf = newest();
    const contract = contracts.ofService(ledger, service, asOf);
    if (!contract) throw new BadInput(unknownService(service, ledger));
    const { paidUntil: until, paidFrom: from, requested } = options;
    let result: Settlement;
    try {
      result = settlementOf({
        ledger,
        contract,
        service,
        asOf,
        paid: { until, ...(from === undefined ? {} : { from }) },
        ...(requested === undefined ? {} : { requestedAt: instantOption('requested', requested) }),
      });
    } catch (error) {
      throw error instanceof CreditRefused ? new BadInput(error.message) : error;
    }
    const show = (instant: number) => formatInstant(instant, contract.offsetMinutes);
    const text = options.json ? JSON.stringify(toJson(result, show), null, 2) : lines(result, show).join('\n');
    io.stdout.write(`${text}\n`);
    return 0;
  });
}

type Show = (instant: number) => string;

function toJson({ refund, compensation, endedAt, dueBy, ...rest }: Settlement, show: Show): unknown {
  const money = (amount: Money) => ({ amount: formatAmount(amount), currency: amount.currency });
  return {
    ...rest,
    endedAt: show(endedAt),
    refund: money(refund),
    compensation: compensation.map(money),
    dueBy: dueBy === null ? null : show(dueBy),
  };
}

function lines({ service, endedAt, rule, refund, compensation, credits, ...rest }: Settlement, show: Show): string[] {
  const why = rule === 'full' ? 'all that was paid' : `${rest.daysNotServed} of ${rest.daysPaid} paid days not served`;
  const money = (amount: Money) => `${formatAmount(amount)} ${amount.currency}`;
  return [
    `${service}, ended ${show(endedAt)}`,
    `  to the balance: ${money(refund)} (${why})`,
    ...compensation.map((amount) => `  in money: ${money(amount)} (credits ${credits.join(', ')})`),
    `  due by ${rest.dueBy === null ? 'no day that the contract names: it knows no working days' : show(rest.dueBy)}`,
  ];
}
