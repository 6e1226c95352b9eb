/**
 * The notice of planned work that the contract owes its customers (cl. 7.1): a new window, a revision, a cancellation.
 * It says which part of the window can be planned work at all, and whether the notice itself is in time. Which downtime
 * is planned in the end is decided by the moment the relay accepts the mail, not by this text.
 */

import { editionAt } from '../domain/contract/editions.ts';
import { quietHoursWithin } from '../domain/contract/quiet-hours.ts';
import type { Contract, ContractEdition, DailySpan } from '../domain/contract/terms.ts';
import { HOUR, type Instant, MINUTE, type Millis } from '../domain/time/instant.ts';
import { type Interval, lengthMs } from '../domain/time/interval.ts';
import { type IntervalSet, measure, subtract } from '../domain/time/interval-set.ts';
import type { Block, Figure, MailDocument, RenderedMail } from './document.ts';
import { renderHtml } from './document-html.ts';
import { renderText } from './document-text.ts';
import { type Formats, formatsFor } from './formats.ts';
import { MESSAGES } from './messages/languages.ts';
import type { Messages } from './messages/messages.ts';
import { printable } from './printable.ts';
import type { Addressee } from './statement-mail.ts';

const NAME_LIMIT = 120;
const SUBJECT_LIMIT = 200;
const WORK_SUBJECT_LIMIT = 500;
const MOST_SERVICES = 50;
const MOST_SPANS = 14;

/** A revision of a planned work, as announced. */
export interface AnnouncedWork extends Interval {
  readonly id: string;
  readonly revision: number;
  /** What will be done, in the provider's words. */
  readonly subject?: string;
}

export type WorkNotice =
  | { readonly kind: 'new'; readonly work: AnnouncedWork }
  /** `previous` is the revision that this customer was told of last. */
  | { readonly kind: 'revised'; readonly work: AnnouncedWork; readonly previous: AnnouncedWork }
  | { readonly kind: 'cancelled'; readonly work: AnnouncedWork };

export interface WorkNoticeMail {
  readonly notice: WorkNotice;
  /** Names of the customer's services in the window. */
  readonly services: readonly string[];
  readonly customer: Addressee;
  readonly contract: Contract;
  readonly now: Instant;
}

interface NoticeContext extends WorkNoticeMail {
  readonly edition: ContractEdition;
  readonly formats: Formats;
  readonly messages: Messages;
}

/**
 * A notice in the customer's language. Names and subjects may be hostile: they come out on one line, bounded, escaped.
 * @throws RangeError when the contract has no edition.
 */
export function renderWorkNoticeMail(mail: WorkNoticeMail): RenderedMail {
  const document = noticeDocument({
    ...mail,
    edition: editionAt(mail.contract, mail.notice.work.start),
    formats: formatsFor(mail.customer.locale, mail.contract.offsetMinutes),
    messages: MESSAGES[mail.customer.locale],
  });
  return { subject: document.subject, text: renderText(document), html: renderHtml(document) };
}

function noticeDocument(context: NoticeContext): MailDocument {
  const { notice, customer, contract, edition, formats, messages } = context;
  const words = messages.notice;
  const title = { new: words.title, revised: words.revisedTitle, cancelled: words.cancelledTitle }[notice.kind];
  const when = `${formats.span(notice.work)} ${formats.clock}`;
  const provider = printable(contract.provider, NAME_LIMIT);
  const cancelled = notice.kind === 'cancelled';
  return {
    locale: customer.locale,
    subject: printable(`${title}: ${when}`, SUBJECT_LIMIT),
    sender: provider,
    title,
    about: [messages.statement.customer(printable(customer.name, NAME_LIMIT))],
    verdict: {
      tone: cancelled ? 'plain' : 'info',
      line: when,
      lines: [cancelled ? words.cancelledLead : words.lead],
    },
    blocks: [
      ...(notice.kind === 'revised' ? changes(notice, context) : []),
      ...workSection(context),
      ...(cancelled ? [] : quietSection(context)),
    ],
    smallPrint: [words.clock(formats.clock), words.contract(provider, printable(edition.name, NAME_LIMIT))],
  };
}

function changes(
  { work, previous }: WorkNotice & { kind: 'revised' },
  { formats, messages }: NoticeContext,
): readonly Block[] {
  const { labels, changedFrom, none, nothingChanged, headings } = messages.notice;
  const before = announced(previous, formats, none);
  const after = announced(work, formats, none);
  const figures: readonly Figure[] = (['start', 'end', 'subject'] as const)
    .filter((field) => before[field] !== after[field])
    .map((field) => ({ label: labels[field], value: after[field], note: changedFrom(before[field]) }));
  return [
    { kind: 'heading', text: headings.changed },
    figures.length > 0 ? { kind: 'figures', figures } : { kind: 'paragraph', text: nothingChanged },
  ];
}

function announced(work: AnnouncedWork, formats: Formats, none: string) {
  return {
    start: formats.dateTime(work.start),
    end: formats.dateTime(work.end),
    subject: work.subject === undefined ? none : printable(work.subject, WORK_SUBJECT_LIMIT),
  };
}

function workSection({ notice, services, formats, messages }: NoticeContext): readonly Block[] {
  const { work } = notice;
  const { labels, reference, further, headings } = messages.notice;
  const names = services.slice(0, MOST_SERVICES).map((name) => printable(name, NAME_LIMIT));
  const unnamed = services.length - names.length;
  const list = [...names, ...(unnamed > 0 ? [further(formats.count(unnamed))] : [])].join(', ');
  return [
    { kind: 'heading', text: headings.work },
    {
      kind: 'figures',
      figures: [
        { label: labels.start, value: formats.dateTime(work.start), note: formats.clock },
        { label: labels.end, value: formats.dateTime(work.end), note: formats.clock },
        { label: labels.length, value: formats.duration(lengthMs(work)), note: formats.exactMs(lengthMs(work)) },
        ...(work.subject === undefined
          ? []
          : [{ label: labels.subject, value: printable(work.subject, WORK_SUBJECT_LIMIT) }]),
        ...(list === '' ? [] : [{ label: labels.services, value: list }]),
        {
          label: labels.reference,
          value: reference(printable(work.id, NAME_LIMIT), formats.count(work.revision)),
        },
      ],
    },
  ];
}

function quietSection({ notice, contract, edition, formats, messages, now }: NoticeContext): readonly Block[] {
  const { work } = notice;
  const { quietHours, leadMs, clause } = edition.plannedWork;
  const words = messages.notice;
  const inside = quietHoursWithin(quietHours, contract.offsetMinutes, work);
  const outside = subtract([{ start: work.start, end: work.end }], inside);
  const ahead = Math.max(0, work.start - now);
  const hours = quietHours.map(dailySpan).join(', ');
  return [
    { kind: 'heading', text: words.headings.quiet },
    { kind: 'paragraph', text: words.quietHours(hours, formats.clock, messages.clause(clause)) },
    { kind: 'figures', figures: spans(words.labels.inside, inside, { formats, words }) },
    ...(inside.length > 0 ? [{ kind: 'paragraph', text: words.insideMeaning } as const] : []),
    { kind: 'figures', figures: spans(words.labels.outside, outside, { formats, words }) },
    ...(outside.length > 0 ? [{ kind: 'paragraph', text: words.outsideMeaning } as const] : []),
    {
      kind: 'figures',
      figures: [{ label: words.labels.notice, value: formats.duration(ahead), note: formats.exactMs(ahead) }],
    },
    {
      kind: 'paragraph',
      text: (work.start - now >= leadMs ? words.inTime : words.late)(formats.duration(leadMs)),
    },
  ];
}

function spans(
  label: string,
  set: IntervalSet,
  { formats, words }: { readonly formats: Formats; readonly words: Messages['notice'] },
): readonly Figure[] {
  if (set.length === 0) return [{ label, value: words.none }];
  const total = measure(set);
  const shown = set.slice(0, MOST_SPANS).map((span): Figure => ({ label, value: formats.span(span) }));
  const unlisted = set.length - shown.length;
  return [
    ...shown,
    ...(unlisted > 0 ? [{ label, value: words.further(formats.count(unlisted)) }] : []),
    { label: words.labels.total, value: formats.duration(total), note: formats.exactMs(total) },
  ];
}

/** `01:00–06:00`; the end of a day is `24:00`. */
function dailySpan({ startMs, endMs }: DailySpan): string {
  const time = (ms: Millis): string => {
    const hour = String(Math.floor(ms / HOUR)).padStart(2, '0');
    return `${hour}:${String(Math.floor((ms % HOUR) / MINUTE)).padStart(2, '0')}`;
  };
  return `${time(startMs)}–${time(endMs)}`;
}
