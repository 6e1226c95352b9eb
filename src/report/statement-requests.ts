import type { TicketResult } from '../domain/contract/statement-result.ts';
import type { Millis } from '../domain/time/instant.ts';
import type { Block, Entry, Tone } from './document.ts';
import { printable } from './printable.ts';
import type { StatementContext } from './statement-sections.ts';

const MOST_ENTRIES = 20;
const ID_LIMIT = 60;

/** How the customer's requests were answered against their limits (cl. 7.2); nothing when there were none. */
export function requestsSection(context: StatementContext): readonly Block[] {
  const { statement, formats, messages } = context;
  const { tickets } = statement;
  if (tickets.length === 0) return [];
  const words = messages.statement;
  const further = tickets.length - MOST_ENTRIES;
  return [
    { kind: 'heading', text: words.headings.requests },
    { kind: 'entries', entries: tickets.slice(0, MOST_ENTRIES).map((ticket) => entry(ticket, context)) },
    ...(further > 0 ? [{ kind: 'paragraph', text: messages.notice.further(formats.count(further)) } as const] : []),
  ];
}

function entry(ticket: TicketResult, { edition, formats, messages }: StatementContext): Entry {
  const words = messages.statement;
  const limits = edition.requests[ticket.priority];
  const line = (label: string, tookMs: Millis | null, limitMs: Millis): string => {
    const limit = formats.duration(limitMs);
    const took =
      tookMs === null
        ? words.request.open(limit)
        : words.request.took(`${formats.duration(tookMs)} (${formats.exactMs(tookMs)})`, limit);
    return `${label}: ${took}`;
  };
  const standing = standingOf(ticket);
  return {
    tone: TONES[standing],
    badge: words.request[standing],
    value: printable(ticket.id, ID_LIMIT),
    note: words.priority[ticket.priority],
    lines: [
      line(words.labels.response, ticket.responseMs, limits.responseMs),
      line(words.labels.resolution, ticket.resolutionMs, limits.resolutionMs),
    ],
  };
}

type Standing = 'kept' | 'missed' | 'running';
const TONES: Readonly<Record<Standing, Tone>> = { kept: 'good', missed: 'bad', running: 'plain' };

function standingOf({ responseKept, resolutionKept }: TicketResult): Standing {
  if (responseKept === false || resolutionKept === false) return 'missed';
  return responseKept && resolutionKept ? 'kept' : 'running';
}
