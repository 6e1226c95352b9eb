/** Nothing acknowledged is missing, the chain is whole, and no number is skipped. */
import type { Evidence, Violation } from './evidence.ts';

export async function checkJournal({
  books,
  entries,
  acknowledged,
  overflowed,
}: Evidence): Promise<readonly Violation[]> {
  const violations: Violation[] = [];
  if (overflowed) violations.push('journal: more waited for it than memory should hold');
  const verification = await books.journal.verify();
  if (!verification.ok) violations.push(`journal: entry ${verification.brokenAt} is not as it was written`);
  entries.forEach(({ seq }, i) => {
    if (seq !== i + 1) violations.push(`journal: found entry ${seq}, expected ${i + 1}`);
  });
  for (const [seq, hash] of acknowledged) {
    if (entries[seq - 1]?.hash !== hash) violations.push(`journal: entry ${seq} was acknowledged and is missing`);
  }
  return violations;
}
