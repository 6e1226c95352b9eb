/**
 * The state of a service over time: vantage points make checks, checks components, components the service
 * (REPLAY.md, How the states are computed), for whichever boundary is asked.
 */
import type { Boundary, CheckFact, ComponentDefinition, ServiceFact } from '../facts/fact.ts';
import { inForce, knownAt, type Ledger } from '../facts/ledger.ts';
import type { Instant } from '../time/instant.ts';
import type { Edge } from './detector.ts';
import { timelineOfEdges } from './edge-position.ts';
import { detectEdges } from './history.ts';
import { coveredThrough, oldestCoverage } from './last-state.ts';
import { decideCheck, decideComponent } from './quorum.ts';
import { clipTimeline, combine, concatenate, type Timeline } from './timeline.ts';

/** How edges are placed: as each check's definition says, or all of them by one rule. */
export type Placement = 'as-defined' | Boundary;

/**
 * How far the newest state reaches: as far as it was observed, or on to the instant asked about while the next
 * observation is not overdue.
 */
export type Tail = 'covered' | 'assumed';

/** What is asked: the states as known at `asOf`; none is claimed from that instant on. */
export interface StateQuestion {
  readonly ledger: Ledger;
  readonly asOf: Instant;
  readonly tail: Tail;
}

/** Edges of every vantage point of a check, found once and placed as often as asked. */
interface CheckEdges {
  readonly definitions: ReturnType<typeof inForce<CheckFact>>;
  readonly vantages: ReadonlyMap<string, { readonly edges: readonly Edge[]; readonly end: Instant }>;
}

export class ServiceStates {
  readonly #question: StateQuestion;
  readonly #definitions: ReturnType<typeof inForce<ServiceFact>>;
  readonly #checks = new Map<string, CheckEdges>();

  constructor(question: StateQuestion, definitions: readonly ServiceFact[]) {
    this.#question = question;
    this.#definitions = inForce(definitions);
  }

  /** The service's timeline: its counting components, all of them required (rule 5). */
  service(placement: Placement): Timeline {
    return concatenate(
      this.#definitions.map((period) => {
        const counting = Object.values(period.fact.components).filter((component) => component.counts);
        const timelines = counting.map((component) => this.#component(component, placement));
        return clipTimeline(combine(timelines, decideComponent('all', counting.length)), period);
      }),
    );
  }

  /** One component's timeline by name, `unknown` where the service is defined without it. */
  component(name: string, placement: Placement): Timeline {
    return concatenate(
      this.#definitions.map((period) => {
        const component = period.fact.components[name];
        return component ? clipTimeline(this.#component(component, placement), period) : [];
      }),
    );
  }

  #component(component: ComponentDefinition, placement: Placement): Timeline {
    const timelines = component.checks.map((id) => this.#check(id, placement));
    return combine(timelines, decideComponent(component.require, timelines.length));
  }

  #check(id: string, placement: Placement): Timeline {
    const { definitions, vantages } = this.#edgesOf(id);
    return concatenate(
      definitions.map((period) => {
        const boundary = placement === 'as-defined' ? period.fact.boundary : placement;
        const timelines = period.fact.vantages.map((name) => {
          const seen = vantages.get(name);
          return seen ? timelineOfEdges(seen.edges, boundary, seen.end) : [];
        });
        return clipTimeline(combine(timelines, decideCheck(period.fact.quorum)), period);
      }),
    );
  }

  #edgesOf(id: string): CheckEdges {
    const cached = this.#checks.get(id);
    if (cached) return cached;
    const { ledger, asOf } = this.#question;
    const definitions = inForce(knownAt(ledger.check(id), asOf));
    const names = new Set(definitions.flatMap((period) => period.fact.vantages));
    const vantages = new Map([...names].map((name) => [name, this.#vantage(id, name, definitions)]));
    const found = { definitions, vantages };
    this.#checks.set(id, found);
    return found;
  }

  #vantage(check: string, vantage: string, definitions: CheckEdges['definitions']) {
    const { ledger, asOf, tail } = this.#question;
    const record = ledger.vantage(check, vantage);
    if (!record) return { edges: [], end: asOf };
    if (record.observations.length > 0) {
      const observations = record.observations.filter((observation) => observation.at <= asOf);
      return { edges: detectEdges(observations, definitions), end: asOf };
    }
    const edges = knownAt(record.edges, asOf);
    const definition = definitions.at(-1)?.fact;
    const through = coveredThrough(ledger, definition, vantage, edges, asOf);
    const assumed = tail === 'assumed' && definition !== undefined && asOf - through <= oldestCoverage(definition);
    return { edges, end: assumed ? asOf : through };
  }
}
