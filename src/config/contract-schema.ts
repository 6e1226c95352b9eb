/** The shape of a contract file: a provider's service-level agreement, edition by edition. */
import type { z } from 'zod';
import { DAY, MINUTE } from '../domain/time/instant.ts';
import { parseDailySpan, parseDate, parseOffset, parsePercent } from './scalars.ts';
import { instant } from './services-schema.ts';
import { choice, duration, flag, identifier, integer, list, mapping, plainText, text } from './shape.ts';

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const percent = text('a percentage from 0% to 100% such as 99.8%', parsePercent);
const dailySpan = text('a daily span such as 01:00-06:00', parseDailySpan);
const clause = plainText('the number of a clause such as "7.1"', 50);
const lead = duration(0, 366 * DAY);

const workingHours = mapping('a mapping of hours, weekdays and holidays', {
  hours: dailySpan,
  weekdays: list(`a list of ${WEEKDAYS.join(', ')}`, choice(WEEKDAYS), 1),
  holidays: list('a list of dates', text('a calendar date such as 2026-03-21', parseDate)).default([]),
});

const request = mapping('a mapping of response and resolution', {
  response: duration(MINUTE, 366 * DAY),
  resolution: duration(MINUTE, 366 * DAY),
  workingHours: workingHours.optional().meta({ description: 'Absent: the clock runs day and night.' }),
});

const credit = mapping('a mapping of hourly or tiers, cap, mode and clause', {
  hourly: mapping('a mapping of share and hours', {
    share: percent.meta({ description: 'Share of the monthly fee for each hour of unplanned downtime.' }),
    hours: choice(['exact', 'full', 'started']),
  }).optional(),
  tiers: list(
    'a list of below and share',
    mapping('a mapping of below and share', { below: percent, share: percent }),
    1,
  )
    .optional()
    .meta({ description: 'Share of the monthly fee by the month’s availability.' }),
  cap: percent,
  mode: choice(['on-claim', 'automatic']),
  clause,
});

const edition = mapping('an edition of the contract', {
  name: plainText('the edition’s name as printed on it'),
  from: instant.optional().meta({ description: 'In force from; only the first edition may leave it out.' }),
  target: percent.meta({ description: 'Promised availability of a year.' }),
  tally: choice(['calendar', 'service', 'rolling']),
  plannedWork: mapping('a mapping of quietHours, lead and clause', {
    quietHours: list('a list of daily spans such as ["01:00-06:00"]', dailySpan, 1),
    lead,
    clause,
  }),
  exclusions: list(
    'a list of id and clause',
    mapping('a mapping of id and clause', { id: identifier('a reason'), clause }),
  ),
  credit,
  notices: list(
    'a list of kind, lead and clause',
    mapping('a mapping of kind, lead and clause', {
      kind: identifier('a kind of notice'),
      lead,
      clause,
      asItHappens: flag().default(false).meta({ description: 'Given as the event happens: no deadline to keep.' }),
    }),
  ),
  requests: mapping('a mapping of high, medium and low', { high: request, medium: request, low: request }),
  lifecycle: mapping('a mapping of restoreDays, fullRefundDays and settlementWorkingDays', {
    restoreDays: integer(0, 366),
    fullRefundDays: integer(0, 366),
    settlementWorkingDays: integer(0, 366),
  }),
});

export const contractSchema = mapping('a contract with id, provider, offset, currency and editions', {
  id: identifier('an id'),
  provider: plainText('the provider’s name'),
  offset: text('an offset from UTC such as +05:00', parseOffset),
  currency: plainText('an ISO 4217 code such as KZT', 3),
  editions: list('a list of at least one edition', edition, 1),
});

export type ContractFile = z.output<typeof contractSchema>;
export type EditionEntry = ContractFile['editions'][number];
