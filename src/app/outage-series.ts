/** Outages as points of a time series: a part is one point that is written again as it grows, ends or changes class. */
import type { Outage } from '../domain/contract/outages.ts';
import { type Millis, SECOND } from '../domain/time/instant.ts';
import type { OutagePoint } from '../outputs/influx/point.ts';
import type { ServiceBefore, ServiceNow } from './fleet.ts';

/** A part that only grows is written again this often: in a mass outage every service has one. */
const GROWTH_STEP: Millis = 15 * SECOND;

/** The points that say what changed; all of them when nothing was known before. */
export function outagePoints(now: ServiceNow, before: ServiceBefore | undefined): readonly OutagePoint[] {
  const known = new Map((before ? allParts(before) : []).map((point) => [keyOf(point), point]));
  const current = allParts(now);
  const changed = current.filter((point) => {
    const written = known.get(keyOf(point));
    known.delete(keyOf(point));
    if (!written || written.end !== point.end) return true;
    return point.end === undefined
      ? Math.floor(written.durationMs / GROWTH_STEP) !== Math.floor(point.durationMs / GROWTH_STEP)
      : written.durationMs !== point.durationMs;
  });
  // What is left was a part and is none any more: classed anew, or withdrawn.
  const gone = [...known.values()].filter((point) => now.outages.some((outage) => contains(outage, point)));
  return [...changed, ...gone.map((point) => ({ ...point, end: point.start, durationMs: 0 }))];
}

function allParts({ service, customer, outages }: ServiceBefore): readonly OutagePoint[] {
  return outages.flatMap((outage) =>
    outage.parts.map((part): OutagePoint => {
      const lasts = outage.open && part.end === outage.end;
      return {
        service,
        customer,
        class: part.class,
        start: part.start,
        ...(lasts ? {} : { end: part.end }),
        durationMs: part.end - part.start,
      };
    }),
  );
}

function keyOf(point: OutagePoint): string {
  return `${point.start} ${point.class}`;
}

function contains(outage: Outage, point: OutagePoint): boolean {
  return outage.start <= point.start && point.start < outage.end;
}
