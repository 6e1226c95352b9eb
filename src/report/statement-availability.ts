import { formatAvailability } from '../domain/contract/availability-text.ts';
import type { Block } from './document.ts';
import { lengthFigure, type StatementContext, yearName } from './statement-sections.ts';

/** Month and year against the target, and what the year still allows (cl. 7). */
export function availabilitySection(context: StatementContext): readonly Block[] {
  const { statement, edition, formats, messages, month } = context;
  const { headings, labels } = messages.statement;
  const { year } = statement;
  const shown = (up: number, unplanned: number): string => {
    const text = formatAvailability(up, unplanned);
    return text === null ? labels.noFigure : formats.percent(text);
  };
  const spent = year.remainingMs < 0;
  return [
    { kind: 'heading', text: headings.availability },
    {
      kind: 'figures',
      figures: [
        {
          label: labels.monthAvailability(month),
          value: shown(statement.month.ms.up, statement.month.ms.unplanned),
        },
        { label: labels.yearAvailability(yearName(context)), value: shown(year.ms.up, year.ms.unplanned) },
        { label: labels.target, value: formats.share(edition.target) },
        lengthFigure(formats, labels.allowance, year.allowanceMs),
        lengthFigure(formats, labels.used, year.ms.unplanned),
        lengthFigure(formats, spent ? labels.overspent : labels.remaining, Math.abs(year.remainingMs)),
      ],
    },
  ];
}
