/** Secrets do not stand in files openly. */
import type { SourceDocument } from './document.ts';
import { FROM_ENVIRONMENT } from './environment.ts';
import type { KeyPath } from './problem.ts';

/** Records a secret that stands in a file openly. */
export function requireEnvironment(document: SourceDocument, path: KeyPath): void {
  if (!document.isFromEnvironment(path)) document.complain({ path, expected: FROM_ENVIRONMENT });
}
