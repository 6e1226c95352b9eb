import { nearest } from '../../domain/text/nearest.ts';

/** Words that name the known word nearest to an unknown one; empty when none is near. */
export function suggestion(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === undefined ? '' : ` (nearest: ${near})`;
}
