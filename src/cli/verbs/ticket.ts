/** `kepil ticket …`: what happens to requests, and how they stand against their limits (cl. 7.2). */
import { recordTicketEvent, TicketRefused } from '../../desk/tickets.ts';
import {
  countByCustomer,
  countRequests,
  type RequestCounts,
  type RequestStanding,
  requestStandings,
} from '../../domain/contract/request-standings.ts';
import type { TicketEvent, TicketPriority } from '../../domain/facts/fact.ts';
import { formatInstant } from '../../domain/time/contract-calendar.ts';
import type { Instant } from '../../domain/time/instant.ts';
import { instantOption, withBooks } from '../configured.ts';
import { formatDuration } from '../duration.ts';
import type { CliIo, ExitCode } from '../io.ts';
import { wordOption } from '../options.ts';
import { recordAndSay } from '../record.ts';
import { type Cell, formatTable } from '../table.ts';
import { type Terminal, terminalOf } from '../terminal.ts';

interface CommonOptions {
  readonly config: string;
  readonly json?: boolean;
}

export interface EventOptions extends CommonOptions {
  readonly service?: string;
  readonly priority?: TicketPriority;
  readonly at?: string;
}

/** `kepil ticket event`: the registration of a request, or what happened to it next. */
export function event(id: string, what: TicketEvent, options: EventOptions, io: CliIo): Promise<ExitCode> {
  const { service, priority } = options;
  return recordAndSay(options, io, TicketRefused, ({ feed }, now) => {
    const request = {
      id: wordOption('id', id),
      event: what,
      at: options.at === undefined ? now : instantOption('at', options.at),
      ...(service === undefined ? {} : { service }),
      ...(priority === undefined ? {} : { priority }),
    };
    const fact = recordTicketEvent(feed.ledger, request, now);
    return { fact, said: `${fact.id} of ${fact.service}: ${fact.event}, ${fact.priority}` };
  });
}

/** `kepil ticket list`: every request with its limits kept, missed or running, and the time left. */
export function listTickets(
  options: CommonOptions & { readonly customer?: string; readonly open?: boolean },
  io: CliIo,
): Promise<ExitCode> {
  return withBooks<ExitCode>(options.config, io, async ({ feed, contracts, now: newest }) => {
    const all = requestStandings(feed.ledger, contracts, newest());
    const asked = all.filter(({ customer }) => options.customer === undefined || customer === options.customer);
    const rows = options.open ? asked.filter(({ state }) => state !== 'resolved') : asked;
    const show = (instant: Instant): string => formatInstant(instant, contracts.default.offsetMinutes);
    if (options.json) {
      const result = {
        tickets: rows.map((row) => ({ ...row, registeredAt: show(row.registeredAt) })),
        customers: Object.fromEntries(countByCustomer(rows)),
        all: countRequests(rows),
      };
      io.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
      return 0;
    }
    const terminal = terminalOf(io.stdout, io.environment);
    const text = rows.length === 0 ? 'no requests are recorded' : formatTickets(rows, show, terminal);
    io.stdout.write(`${text}\n`);
    return 0;
  });
}

function formatTickets(
  rows: readonly RequestStanding[],
  show: (instant: Instant) => string,
  terminal: Terminal,
): string {
  const table = formatTable(
    TICKETS,
    rows.map((row) => [
      row.id,
      row.service,
      row.priority,
      row.state,
      verdict(row.responseKept, row.responseMs, row.responseLeftMs),
      verdict(row.resolutionKept, row.resolutionMs, row.resolutionLeftMs),
      row.customer,
      show(row.registeredAt),
    ]),
    terminal,
  );
  const counts = [...countByCustomer(rows), ['all', countRequests(rows)] as const];
  const sums = formatTable(
    COUNTS,
    counts.map(([name, of]) => [name, ...countCells(of)]),
    terminal,
  );
  return `${table}\n\n${sums}`;
}

/** How long it took, or how long is left; the clock of one that waits for the customer stands still. */
function verdict(kept: boolean | null, tookMs: number | null, leftMs: number | null): Cell {
  const took = leftMs === null ? `in ${formatDuration(tookMs ?? 0)}` : leftText(leftMs);
  if (kept === null) return { text: `running, ${took}`, style: 'yellow' };
  return kept ? { text: `kept, ${took}`, style: 'green' } : { text: `missed, ${took}`, style: 'red' };
}

function leftText(leftMs: number): string {
  return leftMs < 0 ? `${formatDuration(-leftMs)} over` : `${formatDuration(leftMs)} left`;
}

function countCells({ requests, response, resolution }: RequestCounts): Cell[] {
  const of = [response, resolution].flatMap(({ kept, missed, running }) => [kept, missed, running]);
  return [requests, ...of];
}

const TICKETS = [
  { title: 'Ticket', cut: 12 },
  { title: 'Service', cut: 12 },
  { title: 'Priority' },
  { title: 'State' },
  { title: 'Response' },
  { title: 'Resolution' },
  { title: 'Customer', cut: 12, optional: true },
  { title: 'Registered', optional: true },
] as const;

const COUNTS = [
  { title: 'Customer', cut: 16 },
  { title: 'Requests' },
  { title: 'Response kept' },
  { title: 'missed' },
  { title: 'running' },
  { title: 'Resolution kept' },
  { title: 'missed' },
  { title: 'running' },
] as const;
