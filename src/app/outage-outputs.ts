/** What the log and the metrics show of outages. */
import { type Outage, partsLengthMs } from '../domain/contract/outages.ts';
import { formatInstant } from '../domain/time/contract-calendar.ts';
import type { LastOutage } from '../outputs/metrics/outage-metrics.ts';
import type { Logger } from '../runtime/log.ts';
import type { KnownOutage, ServiceNow } from './fleet.ts';
import type { OutageListener } from './outage-announcer.ts';

/** Writes beginnings, classes and endings of outages to the log. */
export function logOutages(log: Logger): OutageListener {
  return {
    began: (service, outage) => log.warn(fieldsOf(service, outage), 'outage began'),
    reached: (service, outage, reached) => log.info({ ...fieldsOf(service, outage), class: reached }, 'outage classed'),
    ended: (service, outage) =>
      log.info(
        { ...fieldsOf(service, outage), end: instant(service, outage.end), durationMs: outage.end - outage.start },
        'outage ended',
      ),
  };
}

function fieldsOf(service: ServiceNow, outage: Outage): Readonly<Record<string, unknown>> {
  return { service: service.service, customer: service.customer, start: instant(service, outage.start) };
}

function instant({ contract }: ServiceNow, at: number): string {
  return formatInstant(at, contract.offsetMinutes);
}

/** An outage as the metrics show it. */
export function metricOf(service: string, outage: KnownOutage): LastOutage {
  return {
    id: outage.id,
    service,
    start: outage.start,
    ...(outage.open ? {} : { end: outage.end }),
    ms: {
      planned: partsLengthMs(outage, 'planned'),
      excluded: partsLengthMs(outage, 'excluded'),
      unplanned: partsLengthMs(outage, 'unplanned'),
    },
  };
}
