/** `kepil exclude …`: decisions that downtime is not the provider's (cl. 8.5), and their withdrawal. */
import { acceptProposal, dismissProposal, listProposals } from '../../desk/exclusion-proposals.ts';
import { addExclusion, ExclusionRefused, listExclusions, withdrawExclusion } from '../../desk/exclusions.ts';
import { formatInstant } from '../../domain/time/contract-calendar.ts';
import type { Instant } from '../../domain/time/instant.ts';
import { instantOption, withBooks } from '../configured.ts';
import { evidenceLines } from '../evidence-view.ts';
import type { CliIo, ExitCode } from '../io.ts';
import { wordOption } from '../options.ts';
import { recordAndSay } from '../record.ts';
import { type Cell, formatTable } from '../table.ts';
import { terminalOf } from '../terminal.ts';

interface CommonOptions {
  readonly config: string;
  readonly json?: boolean;
}

export interface AddOptions extends CommonOptions {
  readonly service: string;
  readonly start: string;
  readonly end: string;
  readonly reason: string;
  readonly by: string;
  readonly note?: string;
}

/** `kepil exclude add`: a new exclusion, from now on part of every statement. */
export function add(options: AddOptions, io: CliIo): Promise<ExitCode> {
  const request = {
    service: options.service,
    start: instantOption('start', options.start),
    end: instantOption('end', options.end),
    reason: options.reason,
    by: wordOption('by', options.by),
    ...(options.note === undefined ? {} : { note: wordOption('note', options.note) }),
  };
  return recordAndSay(options, io, ExclusionRefused, ({ feed, contracts }, now) => {
    const fact = addExclusion({ ledger: feed.ledger, contracts }, request, now);
    return { fact, key: `exclusion/${fact.id}`, said: `${fact.id}: ${fact.reason} excluded of ${fact.service}` };
  });
}

/** `kepil exclude withdraw`: its time counts again. */
export function withdraw(id: string, options: CommonOptions & { readonly by: string }, io: CliIo): Promise<ExitCode> {
  const by = wordOption('by', options.by);
  return recordAndSay(options, io, ExclusionRefused, ({ feed }, now) => {
    const fact = withdrawExclusion(feed.ledger, id, by, now);
    return { fact, key: `exclusion/${id}/withdrawn`, said: `${id} is withdrawn` };
  });
}

/** `kepil exclude accept`: records the exclusion that is proposed, under the same id. */
export function accept(
  id: string,
  options: CommonOptions & { readonly by: string; readonly end?: string },
  io: CliIo,
): Promise<ExitCode> {
  const answer = {
    by: wordOption('by', options.by),
    ...(options.end === undefined ? {} : { end: instantOption('end', options.end) }),
  };
  return recordAndSay(options, io, ExclusionRefused, ({ feed, contracts }, now) => {
    const fact = acceptProposal({ ledger: feed.ledger, contracts }, id, answer, now);
    return { fact, key: `exclusion/${id}`, said: `${id}: ${fact.reason} excluded of ${fact.service}` };
  });
}

/** `kepil exclude dismiss`: the time counts. */
export function dismiss(id: string, options: CommonOptions & { readonly by: string }, io: CliIo): Promise<ExitCode> {
  const by = wordOption('by', options.by);
  return recordAndSay(options, io, ExclusionRefused, ({ feed }, now) => {
    const fact = dismissProposal(feed.ledger, id, by, now);
    return { fact, key: `exclusion-proposed/${id}/dismissed`, said: `${id} is dismissed` };
  });
}

/** `kepil exclude proposed`: what evidence proposes, and on which evidence. */
export function proposed(options: CommonOptions & { readonly all?: boolean }, io: CliIo): Promise<ExitCode> {
  return withBooks<ExitCode>(options.config, io, async ({ feed, contracts, now }) => {
    const show = (instant: Instant): string => formatInstant(instant, contracts.default.offsetMinutes);
    const proposals = listProposals(feed.ledger, now()).filter(({ standing }) => options.all || standing === 'open');
    const rows = proposals.map(({ type: _type, start, end, at, ...rest }) => ({
      ...rest,
      start: show(start),
      end: end === undefined ? null : show(end),
      at: show(at),
    }));
    const cells = rows.map((row): Cell[] => [
      row.id,
      row.service,
      row.start,
      row.end,
      row.reason,
      row.by === null ? row.standing : { text: `${row.standing} by ${row.by}`, style: 'dim' },
    ]);
    const table = () =>
      [
        formatTable(PROPOSAL_COLUMNS, cells, terminalOf(io.stdout, io.environment)),
        ...proposals.flatMap((proposal) => ['', ...evidenceLines(proposal, show)]),
      ].join('\n');
    return print(rows, options, io, { table, none: 'no exclusions are proposed' });
  });
}

const PROPOSAL_COLUMNS = [
  { title: 'Id' },
  { title: 'Service', cut: 12 },
  { title: 'Start' },
  { title: 'End' },
  { title: 'Reason' },
  { title: 'Standing', cut: 12 },
] as const;

/** `kepil exclude list`: every exclusion, withdrawn ones too. */
export function list(options: CommonOptions & { readonly service?: string }, io: CliIo): Promise<ExitCode> {
  return withBooks<ExitCode>(options.config, io, async ({ feed, contracts, now: newest }) => {
    const show = (instant: Instant): string => formatInstant(instant, contracts.default.offsetMinutes);
    const rows = listExclusions(feed.ledger, contracts, newest())
      .filter(({ service }) => options.service === undefined || service === options.service)
      .map(({ type: _type, start, end, at, withdrawn, ...rest }) => ({
        ...rest,
        start: show(start),
        end: show(end),
        at: show(at),
        withdrawn: withdrawn && { by: withdrawn.by, at: show(withdrawn.at) },
      }));
    const cells = rows.map((row): Cell[] => [
      row.id,
      row.service,
      row.start,
      row.end,
      row.reason,
      row.clause,
      row.withdrawn ? { text: `withdrawn by ${row.withdrawn.by}`, style: 'dim' } : 'stands',
      row.by,
      row.note ?? null,
    ]);
    const table = () => formatTable(COLUMNS, cells, terminalOf(io.stdout, io.environment));
    return print(rows, options, io, { table, none: 'no exclusions are recorded' });
  });
}

const COLUMNS = [
  { title: 'Id' },
  { title: 'Service', cut: 12 },
  { title: 'Start' },
  { title: 'End' },
  { title: 'Reason' },
  { title: 'Clause' },
  { title: 'Standing', cut: 12 },
  { title: 'By', cut: 8 },
  { title: 'Note', cut: 10, optional: true },
] as const;

/** Rows as JSON where that is asked for; else their table, or a sentence where there are none. */
function print(
  rows: readonly unknown[],
  options: Pick<CommonOptions, 'json'>,
  io: CliIo,
  { table, none }: { readonly table: () => string; readonly none: string },
): ExitCode {
  const text = options.json ? JSON.stringify(rows, null, 2) : rows.length === 0 ? none : table();
  io.stdout.write(`${text}\n`);
  return 0;
}
