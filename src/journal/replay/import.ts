/** The facts of a replay file as a live journal records them. */
import { createHash } from 'node:crypto';
import { detectEdges } from '../../domain/detection/history.ts';
import { lastStateOf } from '../../domain/detection/last-state.ts';
import type { CheckFact, EdgeFact, ObservationFact, ReplayFact } from '../../domain/facts/fact.ts';
import { inForce, ledgerOf } from '../../domain/facts/ledger.ts';
import type { Instant } from '../../domain/time/instant.ts';
import { canonicalJson } from '../canonical-json.ts';
import type { Draft } from '../journal.ts';

/**
 * What to record so that the journal knows what the file says: raw observations become the edges that detection finds in
 * them, and each last state ends at `latestAt`, for a live journal claims nothing beyond what was covered. The keys make
 * importing the same file again a repetition that changes nothing.
 */
export function importDrafts(facts: readonly ReplayFact[], latestAt: Instant): readonly Draft[] {
  const kept = facts.filter((fact) => fact.type !== 'observation');
  const edges = [...kept, ...detectedEdges(facts, latestAt)];
  return [...edges, ...closingEdges(edges, latestAt)].map((fact) => ({
    fact,
    key: `import/${createHash('sha256').update(canonicalJson(fact)).digest('hex')}`,
  }));
}

function detectedEdges(facts: readonly ReplayFact[], at: Instant): readonly EdgeFact[] {
  const definitions = Map.groupBy(
    facts.filter((fact): fact is CheckFact => fact.type === 'check'),
    (check) => check.id,
  );
  const observations = facts.filter((fact): fact is ObservationFact => fact.type === 'observation');
  const seen = Map.groupBy(observations, ({ check, vantage }) => JSON.stringify([check, vantage]));
  return [...seen.values()].flatMap((list) => {
    const [first] = list;
    if (!first) return [];
    const { check, vantage } = first;
    const edges = detectEdges(list, inForce(definitions.get(check) ?? []));
    return edges.map((edge): EdgeFact => ({ type: 'edge', check, vantage, ...edge, at }));
  });
}

/** Edges into `unknown` where a state would otherwise hold on after the file's end. */
function closingEdges(facts: readonly ReplayFact[], latestAt: Instant): readonly EdgeFact[] {
  const ledger = ledgerOf(facts);
  return ledger.checks().flatMap((check) =>
    ledger.vantagesOf(check).flatMap((vantage): EdgeFact[] => {
      if ((lastStateOf(ledger, check, vantage, latestAt)?.state ?? 'unknown') === 'unknown') return [];
      return [{ type: 'edge', check, vantage, to: 'unknown', earliest: latestAt, latest: latestAt, at: latestAt }];
    }),
  );
}
