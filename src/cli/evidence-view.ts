/** The evidence of a proposed exclusion as sentences, for the person who has to decide on it. */
import type { ProposalRecord } from '../desk/exclusion-proposals.ts';
import type { Instant } from '../domain/time/instant.ts';
import { printable } from './terminal-text.ts';

const RULES: Readonly<Record<string, string>> = {
  'address-elsewhere': 'the name leads to an address that is not the provider’s',
  'block-page': 'the provider’s page for blocked services was shown',
  'path-broken': 'from inside the provider’s network it was up',
};

/** A line that says on what the proposal rests, and one for each probe and each answer of a witness. */
export function evidenceLines(
  { id, end, evidence }: Pick<ProposalRecord, 'id' | 'end' | 'evidence'>,
  show: (instant: Instant) => string,
): readonly string[] {
  const { rule, witness, count } = evidence;
  const said = [`${id}: ${RULES[String(rule)] ?? String(rule)}`];
  if (typeof witness === 'string') said.push(`${witness} said so ${Number(count)} times`);
  if (end === undefined) said.push('proposed while the outage lasted, on its beginning');
  const when = (at: unknown): string => (typeof at === 'number' ? show(at) : '–');
  const probes = recordsIn(evidence.probes).map(({ at, check, error, address, blockPage }) => {
    const page = blockPage === undefined ? '' : `, page ${String(blockPage)} of provider.blockPages`;
    return `  ${when(at)}  ${String(check)}  ${String(error ?? 'down')} at ${String(address ?? 'no address')}${page}`;
  });
  const answers = recordsIn(evidence.answers).map(
    ({ at, check }) => `  ${when(at)}  ${String(check)}  up, said the witness`,
  );
  return [said.join('; '), ...probes, ...answers].map(printable);
}

function recordsIn(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (!Array.isArray(value)) return [];
  return value.filter((one) => typeof one === 'object' && one !== null);
}
