/** A service's time as facts and contract make it: what statements, outages and metrics are all computed from. */
import { type Placement, ServiceStates, type Tail } from '../detection/service-states.ts';
import { spansOf, type Timeline } from '../detection/timeline.ts';
import type { LifecycleFact, ServiceFact } from '../facts/fact.ts';
import { inForce, knownAt, type Ledger, type ServiceRecord } from '../facts/ledger.ts';
import type { Instant } from '../time/instant.ts';
import { type Interval, overlap } from '../time/interval.ts';
import { normalize } from '../time/interval-set.ts';
import { activeSpans } from './activity.ts';
import type { ServiceTime } from './classes.ts';
import { excludedSpans } from './exclusions.ts';
import { plannedSpans } from './planned-work.ts';
import type { Contract } from './terms.ts';

export interface ServiceQuestion {
  readonly ledger: Ledger;
  readonly contract: Contract;
  readonly service: string;
  /** What was known when: facts recorded later do not exist. */
  readonly asOf: Instant;
}

/** A service as known at an instant. */
export class KnownService {
  readonly question: ServiceQuestion;
  readonly record: ServiceRecord;
  /** As it stands at the instant asked about. */
  readonly definition: ServiceFact;
  readonly lifecycle: readonly LifecycleFact[];
  readonly #periods: ReturnType<typeof inForce<ServiceFact>>;
  readonly #states: ServiceStates;
  readonly #timelines = new Map<Placement, Timeline>();

  /** @throws RangeError when the facts known then do not define the service. */
  constructor(question: ServiceQuestion, tail: Tail = 'covered') {
    const { ledger, service, asOf } = question;
    const record = ledger.service(service);
    const definitions = knownAt(record?.definitions ?? [], asOf);
    const periods = inForce(definitions);
    const definition = (periods.findLast((period) => period.start <= asOf) ?? periods[0])?.fact;
    if (!record || !definition) throw new RangeError(`service: found "${service}", expected one that the facts define`);
    this.question = question;
    this.record = record;
    this.definition = definition;
    this.lifecycle = knownAt(record.lifecycle, asOf);
    this.#periods = periods;
    this.#states = new ServiceStates({ ledger, asOf, tail }, definitions);
  }

  /** Its state over all time, with edges placed as asked. */
  timeline(placement: Placement): Timeline {
    const known = this.#timelines.get(placement);
    if (known) return known;
    const timeline = this.#states.service(placement);
    this.#timelines.set(placement, timeline);
    return timeline;
  }

  /** The state of one of its components over all time. */
  component(name: string): Timeline {
    return this.#states.component(name, 'as-defined');
  }

  /** What classifies its time inside a period, for each placement of its edges. */
  timeWithin(period: Interval): (placement: Placement) => ServiceTime {
    const { ledger, contract, service, asOf } = this.question;
    // A service may change hands: each night is judged by the notices of whoever had it then.
    const planned = this.#periods.flatMap(({ start, end, fact: { customer } }) => {
      const within = overlap(period, { start, end });
      return within ? plannedSpans({ ledger, contract, service, customer, asOf, period: within }) : [];
    });
    const context = {
      active: activeSpans(this.lifecycle, period),
      planned: normalize(planned),
      excluded: excludedSpans(ledger, service, asOf),
    };
    return (placement) => {
      const timeline = this.timeline(placement);
      return { ...context, up: spansOf(timeline, 'up', period), down: spansOf(timeline, 'down', period) };
    };
  }
}
