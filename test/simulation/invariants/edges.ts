/** Every journalled edge brackets a true change, or is an exact unknown. */
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
    if (latest - earliest > check.maxGapMs) return say(`its bounds are further apart than ${check.maxGapMs} ms`);
    const seenAt = map.elapsedAt(latest).filter((elapsed) => scenario.truth.isOk(check.id, elapsed) === (to === 'up'));
    if (seenAt.length === 0) return say('no request sent at its latest instant got that');
    if (earliest === latest) return [];
    const from = map.elapsedAt(earliest)[0];
    const until = seenAt.at(-1) as number;
    if (from === undefined) return say('its earliest instant never was');
    const changed = scenario.truth
      .runsOf(check.id)
      .some(({ start, ok }) => ok === (to === 'up') && start > from && start <= until);
    return changed ? [] : say('the truth did not change so in between');
  }
}
