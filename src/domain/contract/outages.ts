/** A service's outages: maximal spans of `down` (REPLAY.md rule 5), each split into its classed parts. */
import { spansOf, type Timeline } from '../detection/timeline.ts';
import type { State } from '../facts/fact.ts';
import type { Instant, Millis } from '../time/instant.ts';
import { type Interval, overlap } from '../time/interval.ts';
import { classify, segmentsOf } from './classes.ts';
import { KnownService, type ServiceQuestion } from './service-time.ts';
import type { Segment } from './statement-result.ts';

/** A span of downtime. Its parts leave out time at which the service was not active. */
export interface Outage extends Interval {
  /** Nothing observed since says that it ended. */
  readonly open: boolean;
  readonly parts: readonly Segment[];
}

const ALL_TIME: Interval = { start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY };

/** The outages that overlap a period, whole, in order. */
export function outagesWithin(question: ServiceQuestion, period: Interval): readonly Outage[] {
  return outagesOf(new KnownService(question), period);
}

/** The same of a service that is known already. */
export function outagesOf(service: KnownService, period: Interval): readonly Outage[] {
  const timeline = service.timeline('as-defined');
  const lastSeen = timeline.findLast((transition) => transition.state !== 'unknown');
  return spansOf(timeline, 'down', ALL_TIME)
    .filter((span) => overlap(span, period))
    .map((span) => ({
      ...span,
      open: lastSeen?.state === 'down' && lastSeen.at === span.start,
      parts: segmentsOf(classify(service.timeWithin(span)('as-defined'), span)),
    }));
}

/** How long the parts of one class last together. */
export function partsLengthMs(outage: Outage, of: Segment['class']): Millis {
  return outage.parts.reduce((total, part) => total + (part.class === of ? part.end - part.start : 0), 0);
}

/** What is seen of a service now. */
export interface CurrentState {
  readonly state: State;
  readonly since: Instant | undefined;
  readonly components: Readonly<Record<string, State>>;
}

/**
 * The state of a service now, and since when. Where the newest observations are younger than `maxGap` and the time that
 * recording them takes, what they showed is taken to last: the next ones are under way. (A statement claims nothing that was not observed.)
 */
export function currentState(question: ServiceQuestion): CurrentState {
  const service = new KnownService(question, 'assumed');
  const newest = (timeline: Timeline) => timeline.findLast((transition) => transition.at < question.asOf);
  const current = newest(service.timeline('as-defined'));
  const names = Object.keys(service.definition.components);
  return {
    state: current?.state ?? 'unknown',
    since: current?.at,
    components: Object.fromEntries(names.map((name) => [name, newest(service.component(name))?.state ?? 'unknown'])),
  };
}
