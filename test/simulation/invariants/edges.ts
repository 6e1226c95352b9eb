/** Every journalled edge brackets a true change, or is an exact unknown. */
import { PROBE_TIMEOUT } from '../scenario.ts';
import type { CheckUnderTest, Evidence, Violation } from './evidence.ts';

export function checkEdges({ checks, scenario, map }: Evidence): readonly Violation[] {
  return checks.flatMap((check) => check.edges.flatMap(({ fact }) => problemsOf(fact, check)));

  function problemsOf(
    { to, earliest, latest }: CheckUnderTest['edges'][number]['fact'],
    check: CheckUnderTest,
  ): Violation[] {
    const say = (what: string): Violation[] => [
      `edge of ${check.id} into ${to} within [${earliest}, ${latest}]: ${what}`,
    ];
    if (latest < earliest) return say('its bounds are the wrong way round');
    if (to === 'unknown') return earliest === latest ? [] : say('an edge into unknown must be exact');
    const furthest = check.maxGapMs + PROBE_TIMEOUT;
    if (latest - earliest > furthest) return say(`its bounds are further apart than ${furthest} ms`);
    const [from] = map.elapsedAt(earliest - (earliest === latest ? PROBE_TIMEOUT : 0));
    const until = map.elapsedAt(latest).at(-1);
    if (until === undefined) return say('its latest instant never was');
    if (earliest === latest) {
      const seen = scenario.truth
        .runsOf(check.id)
        .some((run) => run.ok === (to === 'up') && run.start <= until && run.end > (from ?? until));
      return seen ? [] : say('no request that was under way then got that');
    }
    if (from === undefined) return say('its earliest instant never was');
    const changed = scenario.truth
      .runsOf(check.id)
      .some(({ start, ok }) => ok === (to === 'up') && start > from && start <= until);
    return changed ? [] : say('the truth did not change so in between');
  }
}
