/** `kepil notice …`: what customers must be told, until when, and that they were. */

import type { Books } from '../../app/books.ts';
import { announceChange, NoticeRefused, recordNotice, withdrawChange } from '../../desk/notices.ts';
import { type NoticeDue, noticesDue } from '../../domain/contract/notices.ts';
import { formatInstant } from '../../domain/time/contract-calendar.ts';
import type { Instant } from '../../domain/time/instant.ts';
import { noticeDueToJson } from '../../report/notice-json.ts';
import { instantOption, withBooks } from '../configured.ts';
import { formatDuration } from '../duration.ts';
import { BadInput, type CliIo, type ExitCode } from '../io.ts';
import { servicesOption, wordOption } from '../options.ts';
import { type Decision, recordAndSay } from '../record.ts';
import { type Cell, formatTable } from '../table.ts';
import { type Style, terminalOf } from '../terminal.ts';

interface CommonOptions {
  readonly config: string;
  readonly json?: boolean;
}

export interface AnnounceOptions extends CommonOptions {
  readonly kind: string;
  readonly start: string;
  readonly services: string;
  readonly subject: string;
  readonly by: string;
}

export interface RecordOptions extends CommonOptions {
  readonly work?: string;
  readonly revision?: string;
  readonly change?: string;
  readonly customer: string;
  readonly channel: string;
  readonly evidence: string;
  readonly by: string;
  readonly at?: string;
}

/** `kepil notice announce`: a change that customers are to be told of. */
export function announce(options: AnnounceOptions, io: CliIo): Promise<ExitCode> {
  const request = {
    kind: options.kind,
    start: instantOption('start', options.start),
    services: servicesOption(options.services),
    subject: wordOption('subject', options.subject),
    by: wordOption('by', options.by),
  };
  return record(options, io, (books, now) => {
    const fact = announceChange({ ledger: books.feed.ledger, contracts: books.contracts }, request, now);
    return { fact, key: `change/${fact.id}`, said: `${fact.id}: ${fact.kind} announced` };
  });
}

/** `kepil notice withdraw`: the change is called off. */
export function withdraw(id: string, options: CommonOptions & { readonly by: string }, io: CliIo): Promise<ExitCode> {
  return record(options, io, (books, now) => {
    const fact = withdrawChange(books.feed.ledger, id, wordOption('by', options.by), now);
    return { fact, key: `change/${fact.id}/withdrawn`, said: `${fact.id} is withdrawn` };
  });
}

/** `kepil notice record`: a customer was told on another channel than mail. */
export function recordGiven(options: RecordOptions, io: CliIo): Promise<ExitCode> {
  const of = noticeOf(options);
  return record(options, io, (books, now) => {
    const given = {
      of,
      customer: options.customer,
      channel: wordOption('channel', options.channel),
      evidence: wordOption('evidence', options.evidence),
      by: wordOption('by', options.by),
      at: options.at === undefined ? now : instantOption('at', options.at),
    };
    const fact = recordNotice(books.feed.ledger, given, now);
    return { fact, said: `${fact.customer} was told by ${fact.channel} of ${'work' in of ? of.work : of.change}` };
  });
}

/** `kepil notice list`: what is due, and which lead times were kept or missed. */
export function listNotices(options: CommonOptions & { readonly due?: boolean }, io: CliIo): Promise<ExitCode> {
  return withBooks<ExitCode>(options.config, io, async ({ feed, contracts, now: newest }) => {
    const now = newest();
    const all = noticesDue(feed.ledger, contracts, now);
    const rows = options.due ? all.filter(({ given }) => given === null) : all;
    const { offsetMinutes } = contracts.default;
    const show = (instant: Instant): string => formatInstant(instant, offsetMinutes);
    if (options.json) {
      io.stdout.write(
        `${JSON.stringify(
          rows.map((row) => noticeDueToJson(row, show)),
          null,
          2,
        )}\n`,
      );
      return 0;
    }
    const terminal = terminalOf(io.stdout, io.environment);
    const table = formatTable(
      COLUMNS,
      rows.map((row) => cellsOf(row, show, now)),
      terminal,
    );
    io.stdout.write(rows.length === 0 ? 'no notices are owed\n' : `${table}\n`);
    return 0;
  });
}

const STYLES: Readonly<Record<NoticeDue['standing'], Style>> = { due: 'yellow', kept: 'green', missed: 'red' };

const COLUMNS = [
  { title: 'Of' },
  { title: 'Kind' },
  { title: 'Clause' },
  { title: 'Customer', cut: 12 },
  { title: 'Standing' },
  { title: 'Until' },
  { title: 'Left', align: 'right' },
  { title: 'Lead given', align: 'right' },
  { title: 'Channel', cut: 8, optional: true },
  { title: 'Services', cut: 10, optional: true },
] as const;

function cellsOf(row: NoticeDue, show: (instant: Instant) => string, now: Instant): Cell[] {
  const { dueAt, given, standing } = row;
  return [
    row.revision === null ? row.id : `${row.id} r${row.revision}`,
    row.kind,
    row.clause,
    row.customer,
    { text: standing, style: STYLES[standing] },
    dueAt === null ? 'as it happens' : show(dueAt),
    standing === 'due' && dueAt !== null ? formatDuration(dueAt - now) : null,
    given && formatDuration(given.leadMs),
    given?.channel ?? null,
    row.services.join(' '),
  ];
}

function noticeOf({ work, revision, change }: RecordOptions) {
  if ((work === undefined) === (change === undefined)) {
    throw new BadInput('--work and --change: expected exactly one of them');
  }
  if (change !== undefined) {
    if (revision !== undefined) throw new BadInput('--revision: found it with --change, expected it with --work alone');
    return { change };
  }
  if (revision !== undefined && !/^[1-9]\d{0,8}$/.test(revision)) {
    throw new BadInput(`--revision: found "${revision}", expected a whole number from 1`);
  }
  return { work: work ?? '', ...(revision === undefined ? {} : { revision: Number(revision) }) };
}

function record(
  options: CommonOptions,
  io: CliIo,
  decide: (books: Books, now: Instant) => Decision,
): Promise<ExitCode> {
  return recordAndSay(options, io, NoticeRefused, decide);
}
