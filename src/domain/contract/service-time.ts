/** A service's time as facts and contract make it: what statements, outages and metrics are all computed from. */
import { type Placement, ServiceStates, type Tail } from '../detection/service-states.ts';
import { spansOf, type Timeline } from '../detection/timeline.ts';
import type { LifecycleFact, ServiceFact } from '../facts/fact.ts';
import { knownAt, type Ledger, type ServiceRecord } from '../facts/ledger.ts';
import type { Instant } from '../time/instant.ts';
import type { Interval } from '../time/interval.ts';
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
  readonly definition: ServiceFact;
  readonly lifecycle: readonly LifecycleFact[];
  readonly #states: ServiceStates;

  /** @throws RangeError when the facts known then do not define the service. */
  constructor(question: ServiceQuestion, tail: Tail = 'covered') {
    const { ledger, service, asOf } = question;
    const record = ledger.service(service);
    const definitions = knownAt(record?.definitions ?? [], asOf);
    const definition = definitions.at(-1);
    if (!record || !definition) throw new RangeError(`service: found "${service}", expected one that the facts define`);
    this.question = question;
    this.record = record;
    this.definition = definition;
    this.lifecycle = knownAt(record.lifecycle, asOf);
    this.#states = new ServiceStates({ ledger, asOf, tail }, definitions);
  }

  /** Its state over all time, with edges placed as asked. */
  timeline(placement: Placement): Timeline {
    return this.#states.service(placement);
  }

  /** The state of one of its components over all time. */
  component(name: string): Timeline {
    return this.#states.component(name, 'as-defined');
  }

  /** What classifies its time inside a period, for each placement of its edges. */
  timeWithin(period: Interval): (placement: Placement) => ServiceTime {
    const { ledger, contract, service, asOf } = this.question;
    const context = {
      active: activeSpans(this.lifecycle, period),
      planned: plannedSpans({ ledger, contract, service, customer: this.definition.customer, asOf, period }),
      excluded: excludedSpans(ledger, service, asOf),
    };
    return (placement) => {
      const timeline = this.timeline(placement);
      return { ...context, up: spansOf(timeline, 'up', period), down: spansOf(timeline, 'down', period) };
    };
  }
}
