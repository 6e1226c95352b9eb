/**
 * Statements on a terminal: the figures of `kepil statement` and `kepil replay`, exact, on the contract clock. They are
 * evidence, so nothing is left out on a narrow terminal: what does not fit overflows.
 */
import {
  type ClassTotals,
  type DowntimeClass,
  INSTANT_CLASSES,
  type MonthResult,
  type Statement,
  type StatementSet,
  type TicketResult,
} from '../domain/contract/statement-result.ts';
import { formatAmount, type Money } from '../domain/money/money.ts';
import { formatInstant } from '../domain/time/contract-calendar.ts';
import { lengthMs } from '../domain/time/interval.ts';
import { formatDuration } from './duration.ts';
import { PROMISE_STYLES } from './styles.ts';
import { type Cell, formatTable } from './table.ts';
import { paint, type Style, type Terminal } from './terminal.ts';
import { printable } from './terminal-text.ts';

export interface StatementViewOptions extends Terminal {
  /** Availability of totals in percent, rounded down, as every rendering shows it; null: nothing was measured. */
  availability(ms: ClassTotals): string | null;
}

const INDENT = '  ';
const CLASS_STYLES: Readonly<Partial<Record<DowntimeClass, Style>>> = { unplanned: 'red' };

/** The statements one under the other, without a line break after the last line. */
export function formatStatements(set: StatementSet, options: StatementViewOptions): string {
  const asOf = formatInstant(set.asOf, set.offsetMinutes);
  const title = `Statements of ${set.month}, by what was known at ${asOf}`;
  if (set.statements.length === 0) return `${title}\n\nNo services in this month.`;
  // The indent is the view's, so the tables have that much less room.
  const inner = options.width === undefined ? options : { ...options, width: options.width - INDENT.length };
  const views = set.statements.map((statement) => formatStatement(statement, set.offsetMinutes, inner));
  return [title, ...views].join('\n\n');
}

function formatStatement(statement: Statement, offsetMinutes: number, options: StatementViewOptions): string {
  const heading = `${printable(statement.service)}, customer ${printable(statement.customer)}`;
  const blocks = [
    formatTotals(statement, options),
    formatPromise(statement, options),
    formatSegments(statement, offsetMinutes, options),
    formatCredit(statement),
    ...(statement.tickets.length > 0 ? [formatTickets(statement.tickets, options)] : []),
  ];
  const body = blocks.join('\n\n').replace(/^(?=.)/gm, INDENT);
  return `${paint(options, 'bold', heading)}\n${body}`;
}

function formatTotals({ month, year }: Statement, options: StatementViewOptions): string {
  const percent = (ms: ClassTotals) => {
    const text = options.availability(ms);
    return text === null ? null : `${text} %`;
  };
  const rows: Cell[][] = INSTANT_CLASSES.map((name) => [
    name,
    formatDuration(month.ms[name]),
    formatDuration(year.ms[name]),
  ]);
  rows.push(['period', formatDuration(sum(month.ms)), formatDuration(sum(year.ms))]);
  rows.push(['availability', percent(month.ms), percent(year.ms)]);
  const table = formatTable(
    [{ title: 'Class' }, { title: 'Month', align: 'right' }, { title: 'Year so far', align: 'right' }],
    rows,
    options,
  );
  return `${table}\n${formatBounds(month)}`;
}

function sum(ms: ClassTotals): number {
  return INSTANT_CLASSES.reduce((total, name) => total + ms[name], 0);
}

function formatBounds({ outages, unplannedMinMs, unplannedMaxMs }: MonthResult): string {
  const between =
    unplannedMinMs === unplannedMaxMs
      ? ''
      : `; unplanned at least ${formatDuration(unplannedMinMs)}, at most ${formatDuration(unplannedMaxMs)}`;
  return `Outages in the month: ${outages}${between}`;
}

function formatPromise({ year }: Statement, options: StatementViewOptions): string {
  const remaining = formatDuration(year.remainingMs);
  return [
    `Promise    ${paint(options, PROMISE_STYLES[year.promise], year.promise)}`,
    `Allowance  ${formatDuration(year.allowanceMs)} of unplanned downtime in the year`,
    `Remaining  ${year.remainingMs < 0 ? paint(options, 'red', remaining) : remaining}`,
  ].join('\n');
}

function formatSegments({ segments }: Statement, offsetMinutes: number, options: Terminal): string {
  if (segments.length === 0) return 'No downtime in the month.';
  const rows = segments.map((segment): Cell[] => {
    const style = CLASS_STYLES[segment.class];
    return [
      formatInstant(segment.start, offsetMinutes),
      formatInstant(segment.end, offsetMinutes),
      formatDuration(lengthMs(segment)),
      style ? { text: segment.class, style } : segment.class,
      segment.reason ?? '',
    ];
  });
  const columns = [
    { title: 'Start' },
    { title: 'End (not included)' },
    { title: 'Length', align: 'right' },
    { title: 'Class' },
    { title: 'Reason' },
  ] as const;
  return formatTable(columns, rows, options);
}

function formatCredit({ credit }: Statement): string {
  const amount = (money: Money) => `${formatAmount(money)} ${printable(money.currency)}`;
  return `Credit     accrued ${amount(credit.accrued)}, claimed ${amount(credit.claimed)}, cap ${amount(credit.cap)}`;
}

function formatTickets(tickets: readonly TicketResult[], options: Terminal): string {
  const elapsed = (ms: number | null) => (ms === null ? null : formatDuration(ms));
  const verdict = (kept: boolean | null): Cell => {
    if (kept === null) return 'running';
    return kept ? 'yes' : { text: 'no', style: 'red' };
  };
  const rows = tickets.map((ticket): Cell[] => [
    ticket.id,
    ticket.priority,
    elapsed(ticket.responseMs),
    verdict(ticket.responseKept),
    elapsed(ticket.resolutionMs),
    verdict(ticket.resolutionKept),
  ]);
  const columns = [
    { title: 'Ticket', cut: 16 },
    { title: 'Priority' },
    { title: 'Response', align: 'right' },
    { title: 'Kept' },
    { title: 'Resolution', align: 'right' },
    { title: 'Kept' },
  ] as const;
  return formatTable(columns, rows, options);
}
