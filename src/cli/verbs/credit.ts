/** `kepil credit …`: approving, rejecting, paying and reversing what is owed for downtime (cl. 8). */
import { approveCredit, payCredit, rejectClaim, reverseCredit } from '../../domain/contract/credit-decisions.ts';
import type { CreditPaidFact } from '../../domain/facts/fact.ts';
import { formatAmount, type Money } from '../../domain/money/money.ts';
import { creditStandingToJson } from '../../report/credit-json.ts';
import { BadInput, type CliIo, type ExitCode } from '../io.ts';
import { monthOption } from '../month-option.ts';
import { formatTable } from '../table.ts';
import { terminalOf } from '../terminal.ts';
import { printable } from '../terminal-text.ts';
import { type ListOptions, withStandings } from './credit-standings.ts';
import { amountOption, type DecisionOptions, decideOn } from './decide.ts';

interface AmountOptions {
  readonly amount?: string;
  readonly currency?: string;
}

export interface ApproveOptions extends DecisionOptions, AmountOptions {
  readonly claims?: string;
  readonly reason?: string;
}

/** `kepil credit approve`: all that is open of a month, or a part of it. */
export function approve(service: string, text: string, options: ApproveOptions, io: CliIo): Promise<ExitCode> {
  const month = monthOption(text);
  const { claims, reason } = options;
  return decideOn(service, options, io, {
    decide: ({ desk, contract }) =>
      approveCredit(desk, {
        month,
        ...amountOf(options, contract.currency),
        ...(claims === undefined ? {} : { claims: claims.split(',').map((id) => id.trim()) }),
        ...(reason === undefined ? {} : { reason: printable(reason) }),
      }),
    describe: (fact) => `${fact.service} credit ${fact.entry}: ${moneyText(fact.amount)} approved for ${fact.month}`,
  });
}

/** `kepil credit reject`: answers a claim with no. */
export function reject(
  service: string,
  claim: string,
  options: DecisionOptions & { readonly reason: string },
  io: CliIo,
): Promise<ExitCode> {
  return decideOn(service, options, io, {
    decide: ({ desk }) => rejectClaim(desk, { claim, reason: printable(options.reason) }),
    describe: (fact) => `${fact.service} claim ${fact.claim}: rejected`,
  });
}

export interface PayOptions extends DecisionOptions {
  readonly reference: string;
}

/** `kepil credit post` and `settle`: the bonus stands on the balance, or the money was paid. */
export function pay(
  type: CreditPaidFact['type'],
  place: { readonly service: string; readonly credit: string },
  options: PayOptions,
  io: CliIo,
): Promise<ExitCode> {
  const credit = creditNumber(place.credit);
  return decideOn(place.service, options, io, {
    decide: ({ desk }) => payCredit(desk, { type, credit, reference: printable(options.reference) }),
    describe: (fact) => {
      const how = fact.type === 'credit-posted' ? 'posted' : 'settled';
      return `${fact.service} credit ${fact.credit}: ${moneyText(fact.amount)} ${how} as ${fact.reference}`;
    },
  });
}

/** `kepil credit reverse`: takes back all that stands of a credit, or a part of it. */
export function reverse(
  service: string,
  number: string,
  options: DecisionOptions & AmountOptions & { readonly reason: string },
  io: CliIo,
): Promise<ExitCode> {
  const credit = creditNumber(number);
  return decideOn(service, options, io, {
    decide: ({ desk, contract }) =>
      reverseCredit(desk, { credit, reason: printable(options.reason), ...amountOf(options, contract.currency) }),
    describe: (fact) => `${fact.service} credit ${fact.credit}: ${moneyText(fact.amount)} reversed`,
  });
}

/** `kepil credit list`: how the credits of a month stand. */
export function listCredits(options: ListOptions, io: CliIo): Promise<ExitCode> {
  return withStandings(options, io, (standings, { month, offsetMinutes }) => {
    if (options.json) {
      const rows = standings.map((standing) => creditStandingToJson(standing, offsetMinutes));
      io.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
      return;
    }
    const some = standings.filter(
      ({ accrued, claims, credits }) => accrued.minor > 0n || claims.length > 0 || credits.length > 0,
    );
    const amounts = [
      'accrued',
      'claimed',
      'owed',
      'approved',
      'posted',
      'settled',
      'open',
      'excess',
      'unpaid',
    ] as const;
    const text = formatTable(
      [
        { title: 'service' },
        ...amounts.map((title) => ({ title, align: 'right' as const })),
        { title: 'currency' },
        { title: 'to pay' },
      ],
      some.map((standing) => [
        standing.service,
        ...amounts.map((name) => (standing[name].minor === 0n ? null : formatAmount(standing[name]))),
        standing.cap.currency,
        standing.next.pay.join(' '),
      ]),
      terminalOf(io.stdout, io.environment),
    );
    io.stdout.write(some.length === 0 ? `${month}: no credits\n` : `${text}\n`);
  });
}

function amountOf({ amount, currency }: AmountOptions, usual: string): { readonly amount?: Money } {
  return amount === undefined ? {} : { amount: amountOption(amount, currency ?? usual) };
}

function creditNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new BadInput(`credit: found "${printable(text)}", expected the number of a credit such as 1`);
}

function moneyText(money: Money): string {
  return `${formatAmount(money)} ${money.currency}`;
}
