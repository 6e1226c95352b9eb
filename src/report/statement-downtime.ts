/** Every stretch of the month's downtime with its class and reason, the totals, their bounds, and what was observed. */
import { formatAvailability } from '../domain/contract/availability-text.ts';
import {
  type DowntimeClass,
  INSTANT_CLASSES,
  type InstantClass,
  type Segment,
} from '../domain/contract/statement-result.ts';
import { dateOf } from '../domain/time/contract-calendar.ts';
import { HOUR, MINUTE, type Millis } from '../domain/time/instant.ts';
import { lengthMs } from '../domain/time/interval.ts';
import type { Block, Day, Entry, Tone } from './document.ts';
import { type DowntimeDay, downtimeByDay } from './downtime-days.ts';
import { reasonInWords } from './messages/languages.ts';
import { lengthFigure, type StatementContext } from './statement-sections.ts';

/** More rows than this, and mail clients cut the message off; the shortest stretches are then summed up. */
const MOST_ENTRIES = 60;
/** By weight: a day shows the heaviest class that it has. */
const CLASSES: readonly DowntimeClass[] = ['unplanned', 'excluded', 'planned'];
const TONES: Readonly<Record<DowntimeClass, Tone>> = { unplanned: 'bad', excluded: 'warn', planned: 'info' };

/** Downtime and observation of the month. */
export function downtimeSection(context: StatementContext): readonly Block[] {
  return [...downtime(context), ...observation(context)];
}

function downtime(context: StatementContext): readonly Block[] {
  const { statement, formats, messages } = context;
  const words = messages.statement;
  const { ms, unplannedMinMs, unplannedMaxMs, outages } = statement.month;
  if (statement.segments.length === 0 && unplannedMaxMs === 0) return [];
  const bounded = unplannedMinMs !== unplannedMaxMs;
  return [
    { kind: 'heading', text: words.headings.downtime },
    {
      kind: 'figures',
      figures: [
        ...CLASSES.map((name) => lengthFigure(formats, messages.classes[name], ms[name])),
        {
          label: words.labels.bounds,
          value: words.range(formats.duration(unplannedMinMs), formats.duration(unplannedMaxMs)),
          note: words.range(formats.exactMs(unplannedMinMs), formats.exactMs(unplannedMaxMs)),
        },
        { label: words.labels.outages, value: formats.count(outages) },
      ],
    },
    ...(bounded ? [{ kind: 'paragraph', text: words.boundsMeaning } as const] : []),
    ...(statement.segments.length === 0 ? [] : [daySheet(context), ...entries(context)]),
  ];
}

function entries(context: StatementContext): readonly Block[] {
  const { statement, formats, messages } = context;
  const byLength = [...statement.segments].sort((a, b) => lengthMs(b) - lengthMs(a) || a.start - b.start);
  const listed = new Set(byLength.slice(0, MOST_ENTRIES));
  const rest = byLength.slice(MOST_ENTRIES);
  const restMs = (name: DowntimeClass): Millis =>
    rest.reduce((total, segment) => total + (segment.class === name ? lengthMs(segment) : 0), 0);
  return [
    {
      kind: 'entries',
      entries: statement.segments.filter((segment) => listed.has(segment)).map((segment) => entry(segment, context)),
    },
    ...(rest.length === 0
      ? []
      : [
          { kind: 'paragraph', text: messages.statement.further(formats.count(rest.length)) } as const,
          {
            kind: 'figures',
            figures: CLASSES.filter((name) => restMs(name) > 0).map((name) =>
              lengthFigure(formats, messages.badges[name], restMs(name)),
            ),
          } as const,
        ]),
  ];
}

function entry(segment: Segment, context: StatementContext): Entry {
  const { formats, messages } = context;
  return {
    tone: TONES[segment.class],
    badge: messages.badges[segment.class],
    value: formats.duration(lengthMs(segment)),
    note: formats.exactMs(lengthMs(segment)),
    lines: [formats.span(segment), reason(segment, context)],
  };
}

function reason(segment: Segment, { edition, messages }: StatementContext): string {
  switch (segment.class) {
    case 'unplanned':
      return messages.statement.counted(messages.clause(edition.credit.clause));
    case 'planned':
      return messages.statement.plannedBecause(messages.clause(edition.plannedWork.clause));
    case 'excluded': {
      const words = reasonInWords(messages, segment.reason ?? messages.badges.excluded);
      const clause = edition.exclusions.find(({ id }) => id === segment.reason)?.clause;
      return clause === undefined ? words : `${words} (${messages.clause(clause)})`;
    }
  }
}

function daySheet({ statement, contract, formats, messages }: StatementContext): Block {
  const { period } = statement.month;
  const first = Temporal.PlainDate.from(dateOf(period.start, contract.offsetMinutes));
  return {
    kind: 'days',
    caption: messages.statement.daysMeaning,
    weekdays: formats.weekdays(),
    lead: first.dayOfWeek - 1,
    days: downtimeByDay(statement.segments, period, contract.offsetMinutes).map(sheetDay),
  };
}

function sheetDay({ ms }: DowntimeDay, index: number): Day {
  const total = ms.planned + ms.excluded + ms.unplanned;
  const heaviest = CLASSES.find((name) => ms[name] > 0);
  const minutes = String(Math.floor((total % HOUR) / MINUTE)).padStart(2, '0');
  return {
    day: String(index + 1),
    mark: total === 0 ? '' : total < MINUTE ? '<0:01' : `${Math.floor(total / HOUR)}:${minutes}`,
    tone: heaviest ? TONES[heaviest] : 'plain',
  };
}

function observation({ statement, formats, messages }: StatementContext): readonly Block[] {
  const words = messages.statement;
  const { ms } = statement.month;
  const seen = ms.up + ms.planned + ms.excluded + ms.unplanned;
  const coverage = formatAvailability(seen, ms.unknown);
  if (coverage === null) return [];
  const shown: readonly InstantClass[] = INSTANT_CLASSES.filter(
    (name) => (name === 'unknown' || name === 'outside') && ms[name] > 0,
  );
  return [
    { kind: 'heading', text: words.headings.observed },
    {
      kind: 'figures',
      figures: [
        { label: words.labels.coverage, value: formats.percent(coverage), note: formats.exactMs(seen) },
        ...shown.map((name) => lengthFigure(formats, messages.classes[name], ms[name])),
      ],
    },
    { kind: 'paragraph', text: ms.unknown > 0 ? words.unknownMeaning : words.fullyObserved },
  ];
}
