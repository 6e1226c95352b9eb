/** `kepil work …`: planned work is recorded in the journal; the running daemon sends the notices. */
import {
  cancelWork,
  planWork,
  reviseWork,
  standingRevision,
  WorkRefused,
  type WorkRequest,
} from '../../desk/planned-work.ts';
import { noticeInTime } from '../../domain/contract/planned-work.ts';
import type { Contract } from '../../domain/contract/terms.ts';
import type { Fact, WorkFact } from '../../domain/facts/fact.ts';
import { knownAt, type Ledger } from '../../domain/facts/ledger.ts';
import { formatInstant } from '../../domain/time/contract-calendar.ts';
import type { Instant } from '../../domain/time/instant.ts';
import { instantOption, withBooks } from '../configured.ts';
import { BadInput, type CliIo, type ExitCode } from '../io.ts';
import { recordAndSay } from '../record.ts';
import { formatTable } from '../table.ts';
import { terminalOf } from '../terminal.ts';
import { printable } from '../terminal-text.ts';

interface CommonOptions {
  readonly config: string;
  readonly by?: string;
  readonly json?: boolean;
}

export interface WindowOptions extends CommonOptions {
  readonly start?: string;
  readonly end?: string;
  readonly services?: string;
  readonly subject?: string;
}

/** `kepil work plan`: the first revision of a new window, for all services unless some are named. */
export function planWindow(options: WindowOptions, io: CliIo): Promise<ExitCode> {
  return record(options, io, (ledger, now) => {
    const { start, end, services = '*', ...rest } = requestOf(options);
    if (start === undefined || end === undefined) throw new BadInput('--start and --end: found none, expected both');
    return planWork(ledger, { start, end, services, ...rest }, now);
  });
}

/** `kepil work revise`: what is not named stays as it is. */
export function reviseWindow(id: string, options: WindowOptions, io: CliIo): Promise<ExitCode> {
  return record(options, io, (ledger, now) => reviseWork(ledger, id, requestOf(options), now));
}

/** `kepil work cancel`: nothing of it is planned from now on. */
export function cancelWindow(id: string, options: CommonOptions, io: CliIo): Promise<ExitCode> {
  const by = options.by === undefined ? undefined : printable(options.by);
  return record(options, io, (ledger, now) => cancelWork(ledger, id, now, by));
}

/** `kepil work list`: every window with how it stands and who was told of it in time. */
export function listWindows(options: CommonOptions, io: CliIo): Promise<ExitCode> {
  return withBooks<ExitCode>(options.config, io, async ({ feed, contracts, now: newest }) => {
    const rows = feed.ledger.works().map((id) => windowOf(feed.ledger, id, contracts.default, newest()));
    if (options.json) {
      io.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
      return 0;
    }
    const text = formatTable(
      ['work', 'revision', 'start', 'end', 'services', 'state', 'told', 'in time', 'subject'].map((title) => ({
        title,
        ...(title === 'subject' || title === 'services' ? { cut: 10 } : {}),
      })),
      rows.map((row) => [
        row.id,
        row.revision,
        row.start,
        row.end,
        row.services === '*' ? '*' : row.services.join(' '),
        row.state,
        row.told,
        row.toldInTime,
        row.subject ?? '',
      ]),
      terminalOf(io.stdout, io.environment),
    );
    io.stdout.write(rows.length === 0 ? 'no planned work is recorded\n' : `${text}\n`);
    return 0;
  });
}

function requestOf(options: WindowOptions): Partial<WorkRequest> {
  const { start, end, services, subject, by } = options;
  return {
    ...(start === undefined ? {} : { start: instantOption('start', start) }),
    ...(end === undefined ? {} : { end: instantOption('end', end) }),
    ...(services === undefined
      ? {}
      : { services: services === '*' ? '*' : [...new Set(services.split(',').map((id) => id.trim()))] }),
    ...(subject === undefined ? {} : { subject: printable(subject) }),
    ...(by === undefined ? {} : { by: printable(by) }),
  };
}

function record(
  options: CommonOptions,
  io: CliIo,
  decide: (ledger: Ledger, now: Instant) => Extract<Fact, { type: 'work' | 'work-cancelled' }>,
): Promise<ExitCode> {
  return recordAndSay(options, io, WorkRefused, ({ feed, contracts }, now, { mail }) => {
    const fact = decide(feed.ledger, now);
    const told = mail ? 'the running daemon mails the notices' : 'no relay is configured: no notice is mailed';
    if (fact.type === 'work-cancelled') {
      return { fact, key: `work/${fact.id}/cancelled`, said: `${fact.id} is cancelled; ${told}` };
    }
    const said = `${fact.id} revision ${fact.revision}: ${windowText(fact, contracts.default)}; ${told}`;
    return { fact, key: `work/${fact.id}/${fact.revision}`, said };
  });
}

function windowText({ start, end }: WorkFact, { offsetMinutes }: Contract): string {
  return `${formatInstant(start, offsetMinutes)} to ${formatInstant(end, offsetMinutes)}`;
}

interface WindowRow {
  readonly id: string;
  readonly revision: number;
  readonly start: string;
  readonly end: string;
  readonly services: readonly string[] | '*';
  readonly state: 'cancelled' | 'over' | 'running' | 'ahead';
  /** Customers told of this revision, and of them those told early enough for it to count (cl. 7.1). */
  readonly told: number;
  readonly toldInTime: number;
  readonly subject?: string;
}

function windowOf(ledger: Ledger, id: string, contract: Contract, now: Instant): WindowRow {
  const work = ledger.work(id);
  const standing = standingRevision(ledger, id, now);
  const notices = knownAt(work?.notices ?? [], now).filter((notice) => notice.revision === standing.revision);
  const cancelled = knownAt(work?.cancellations ?? [], now).length > 0;
  const { offsetMinutes } = contract;
  return {
    id,
    revision: standing.revision,
    start: formatInstant(standing.start, offsetMinutes),
    end: formatInstant(standing.end, offsetMinutes),
    services: standing.services,
    state: cancelled ? 'cancelled' : standing.end <= now ? 'over' : standing.start <= now ? 'running' : 'ahead',
    told: new Set(notices.map((notice) => notice.customer)).size,
    toldInTime: new Set(
      notices.filter((notice) => noticeInTime(standing, notice, contract)).map((notice) => notice.customer),
    ).size,
    ...(standing.subject === undefined ? {} : { subject: standing.subject }),
  };
}
