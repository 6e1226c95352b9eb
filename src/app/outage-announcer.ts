/** Says once that an outage began, and once that it ended, whatever it is that listens. */
import { type Outage, partsLengthMs } from '../domain/contract/outages.ts';
import type { DowntimeClass } from '../domain/contract/statement-result.ts';
import type { ServiceBefore, ServiceNow } from './fleet.ts';

export interface OutageListener {
  began(service: ServiceNow, outage: Outage): void;
  /** A class in which the outage has time that it had none in before. */
  reached(service: ServiceNow, outage: Outage, reached: DowntimeClass): void;
  ended(service: ServiceNow, outage: Outage): void;
}

const CLASSES: readonly DowntimeClass[] = ['planned', 'excluded', 'unplanned'];

/** Compares what was known of a service before and now, and announces what is new. */
export function announceOutages(now: ServiceNow, before: ServiceBefore | undefined, listener: OutageListener): void {
  for (const outage of now.outages) {
    const known = before?.outages.find((earlier) => earlier.id === outage.id);
    if (!known) listener.began(now, outage);
    for (const reached of CLASSES) {
      if (partsLengthMs(outage, reached) > 0 && (!known || partsLengthMs(known, reached) === 0)) {
        listener.reached(now, outage, reached);
      }
    }
    if (!outage.open && (!known || known.open)) listener.ended(now, outage);
  }
}
