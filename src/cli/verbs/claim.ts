/** `kepil claim …`: what customers claim (cl. 8.1), held against what was measured (cl. 8.2). */
import { takeClaim } from '../../desk/claims.ts';
import { adjustClaim } from '../../domain/contract/credit-decisions.ts';
import { formatAmount } from '../../domain/money/money.ts';
import { dayInterval } from '../../domain/time/contract-calendar.ts';
import { claimStandingToJson } from '../../report/credit-json.ts';
import { formatDuration } from '../duration.ts';
import { BadInput, type CliIo, type ExitCode } from '../io.ts';
import { formatTable } from '../table.ts';
import { terminalOf } from '../terminal.ts';
import { printable } from '../terminal-text.ts';
import { type ListOptions, withStandings } from './credit-standings.ts';
import { amountOption, type DecisionOptions, decideOn, durationOption } from './decide.ts';

export interface ClaimOptions extends DecisionOptions {
  readonly date: string;
  readonly duration: string;
  readonly id?: string;
}

/** `kepil claim add`: takes a claim down as the customer made it. */
export function addClaim(service: string, options: ClaimOptions, io: CliIo): Promise<ExitCode> {
  const durationMs = durationOption(options.duration);
  const { id } = options;
  return decideOn(service, options, io, {
    decide: ({ ledger, contract, now, desk: { by } }) => {
      const date = dateOption(options.date, contract.offsetMinutes);
      const request = { service, date, durationMs, by, ...(id === undefined ? {} : { id: idOption(id) }) };
      return takeClaim(ledger, contract, request, now);
    },
    describe: (claim) => `claim ${claim.id}: ${claim.service}, ${claim.date}, ${formatDuration(claim.durationMs)}`,
  });
}

export interface AdjustOptions extends DecisionOptions {
  readonly duration?: string;
  readonly amount?: string;
  readonly currency?: string;
  readonly reason: string;
}

/** `kepil claim adjust`: what the parties agreed on takes the place of the measurement. */
export function adjust(service: string, claim: string, options: AdjustOptions, io: CliIo): Promise<ExitCode> {
  const { duration, amount, currency, reason } = options;
  return decideOn(service, options, io, {
    decide: ({ desk, contract }) =>
      adjustClaim(desk, {
        claim,
        reason: printable(reason),
        ...(duration === undefined ? {} : { durationMs: durationOption(duration) }),
        ...(amount === undefined ? {} : { amount: amountOption(amount, currency ?? contract.currency) }),
      }),
    describe: (fact) => {
      const agreed = fact.amount
        ? `${formatAmount(fact.amount)} ${fact.amount.currency}`
        : formatDuration(fact.durationMs ?? 0);
      return `claim ${fact.claim}: agreed on ${agreed}`;
    },
  });
}

/** `kepil claim list`: claims of a month beside the measurement. */
export function listClaims(options: ListOptions, io: CliIo): Promise<ExitCode> {
  return withStandings(options, io, (standings, { month, offsetMinutes }) => {
    const claims = standings.flatMap((standing) => standing.claims);
    if (options.json) {
      io.stdout.write(
        `${JSON.stringify(
          claims.map((claim) => claimStandingToJson(claim, offsetMinutes)),
          null,
          2,
        )}\n`,
      );
      return;
    }
    const text = formatTable(
      ['claim', 'service', 'day', 'claimed', 'measured', 'difference', 'state'].map((title) => ({ title })),
      claims.map(({ claim, measuredMs, differenceMs, state }) => [
        claim.id,
        claim.service,
        claim.date,
        formatDuration(claim.durationMs),
        formatDuration(measuredMs),
        formatDuration(differenceMs),
        state,
      ]),
      terminalOf(io.stdout, io.environment),
    );
    io.stdout.write(claims.length === 0 ? `${month}: no claims\n` : `${text}\n`);
  });
}

function dateOption(text: string, offsetMinutes: number): string {
  try {
    if (/^\d{4}-\d{2}-\d{2}$/.test(text)) {
      dayInterval(text, offsetMinutes);
      return text;
    }
  } catch {
    // The shape of a date and none: said below.
  }
  throw new BadInput(`--date: found "${printable(text)}", expected a calendar date such as 2026-03-10`);
}

function idOption(text: string): string {
  if (/^[A-Za-z0-9._-]{1,100}$/.test(text)) return text;
  throw new BadInput(`--id: found "${printable(text)}", expected 1-100 letters, digits, dots, dashes or underscores`);
}
