/** The daemon's account of itself and the fleet (`kepil status`, the HTTP API). */
import { formatAvailability } from '../domain/contract/availability-text.ts';
import { formatAmount } from '../domain/money/money.ts';
import type { Instant } from '../domain/time/instant.ts';
import type { ServiceStatus } from '../report/status.ts';
import type { ServiceNow } from './fleet.ts';

/** One service's row. */
export function statusOf(service: ServiceNow, now: Instant): ServiceStatus {
  const { statement, state } = service;
  const open = state === 'down' ? service.outages.findLast((outage) => outage.open) : undefined;
  const { month, year, credit } = statement;
  const latest = open?.parts.at(-1);
  return {
    service: service.service,
    customer: service.customer,
    state,
    since: service.since ?? null,
    ...(open
      ? {
          openOutage: {
            start: open.start,
            class: latest && latest.end === open.end ? latest.class : 'outside',
            durationMs: Math.max(0, now - open.start),
          },
        }
      : {}),
    monthAvailability: formatAvailability(month.ms.up, month.ms.unplanned),
    yearAvailability: formatAvailability(year.ms.up, year.ms.unplanned),
    unplannedMonthMs: month.ms.unplanned,
    accrued: formatAmount(credit.accrued),
    currency: credit.currency,
    promise: year.promise,
  };
}
