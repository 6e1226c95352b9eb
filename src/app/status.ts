/** The daemon's account of itself and the fleet (`kepil status`, the HTTP API). */
import { formatAvailability } from '../domain/contract/availability-text.ts';
import type { ServiceFigures } from '../domain/contract/fleet-figures.ts';
import { formatAmount } from '../domain/money/money.ts';
import type { Instant } from '../domain/time/instant.ts';
import type { ServiceStatus } from '../report/status.ts';
import type { KnownOutage } from './fleet.ts';

/** One service's row. */
export function statusOf(shown: ServiceFigures, outages: readonly KnownOutage[], now: Instant): ServiceStatus {
  const { service, customer, state, since = null, accrued, promise } = shown;
  const open = state === 'down' ? outages.findLast((outage) => outage.open) : undefined;
  const latest = open?.parts.at(-1);
  const unplannedMonthMs = shown.ms('month', 'unplanned');
  return {
    service,
    customer,
    state,
    since,
    ...(open
      ? {
          openOutage: {
            start: open.start,
            class: latest && latest.end === open.end ? latest.class : 'outside',
            durationMs: Math.max(0, now - open.start),
          },
        }
      : {}),
    monthAvailability: formatAvailability(shown.ms('month', 'up'), unplannedMonthMs),
    yearAvailability: formatAvailability(shown.ms('year', 'up'), shown.ms('year', 'unplanned')),
    unplannedMonthMs,
    accrued: formatAmount(accrued),
    currency: accrued.currency,
    promise,
  };
}
