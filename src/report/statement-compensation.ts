/** What is owed for the month, how it comes about, and how to claim it (cl. 8.1, 8.3). */
import type { HourlyCredit, TieredCredit } from '../domain/contract/terms.ts';
import { HOUR } from '../domain/time/instant.ts';
import type { Block } from './document.ts';
import { downtimeByDay } from './downtime-days.ts';
import { lengthFigure, type StatementContext } from './statement-sections.ts';

/** Nothing for a month without unplanned downtime and without a credit. */
export function compensationSection(context: StatementContext): readonly Block[] {
  const { statement, edition, formats, messages } = context;
  const words = messages.statement;
  const { accrued, claimed, cap } = statement.credit;
  if (accrued.minor === 0n && claimed.minor === 0n && statement.month.ms.unplanned === 0) return [];
  const onClaim = edition.credit.mode === 'on-claim';
  const open = accrued.minor - claimed.minor;
  return [
    { kind: 'heading', text: words.headings.compensation },
    {
      kind: 'figures',
      figures: [
        { label: words.labels.accrued, value: formats.money(accrued) },
        ...(onClaim
          ? [
              { label: words.labels.claimed, value: formats.money(claimed) },
              {
                label: words.labels.notClaimed,
                value: formats.money({ minor: open > 0n ? open : 0n, currency: accrued.currency }),
              },
            ]
          : []),
        { label: words.labels.cap, value: formats.money(cap) },
      ],
    },
    { kind: 'paragraph', text: formula(context) },
    { kind: 'paragraph', text: `${words.rounding(formats.share(edition.credit.cap))} ${words.howPaid}` },
    ...(onClaim && open > 0n ? claim(context) : []),
  ];
}

function formula(context: StatementContext): string {
  const { scheme } = context.edition.credit;
  return scheme.kind === 'hourly' ? hourlyFormula(context, scheme) : tieredFormula(context, scheme);
}

function hourlyFormula({ statement, edition, formats, messages }: StatementContext, scheme: HourlyCredit): string {
  const { unplanned } = statement.month.ms;
  const whole = scheme.hours === 'started' ? Math.ceil(unplanned / HOUR) : Math.floor(unplanned / HOUR);
  return messages.statement.formula[scheme.hours]({
    share: formats.share(scheme.perHour),
    clause: messages.clause(edition.credit.clause),
    exact: formats.exactMs(unplanned),
    hour: formats.exactMs(HOUR),
    hours: formats.count(whole),
  });
}

function tieredFormula({ edition, formats, messages }: StatementContext, scheme: TieredCredit): string {
  const words = messages.statement;
  const tiers = scheme.tiers.map(({ below, share }) => words.tier(formats.share(below), formats.share(share)));
  return words.tiers(messages.clause(edition.credit.clause), tiers.join('; '));
}

function claim({ statement, contract, edition, formats, messages }: StatementContext): readonly Block[] {
  const words = messages.statement;
  const { claimClause } = edition.credit;
  const days = downtimeByDay(statement.segments, statement.month.period, contract.offsetMinutes);
  return [
    { kind: 'heading', text: words.headings.claim },
    {
      kind: 'paragraph',
      text: words.howToClaim(claimClause === undefined ? null : messages.clause(claimClause)),
    },
    {
      kind: 'figures',
      figures: days
        .filter((day) => day.ms.unplanned > 0)
        .map((day) => lengthFigure(formats, formats.date(day.start), day.ms.unplanned)),
    },
  ];
}
