/** Rules of a check's mail server: who logs in, and that nobody overhears it. */
import { requireEnvironment } from './check-secret.ts';
import type { SourceDocument } from './document.ts';
import type { KeyPath } from './problem.ts';
import { has, textAt, valueAt } from './raw.ts';

const ALLOWANCE = 'allowPlainTextPassword';

/** Records what does not fit together; `address` is `host:port`, `usual` the security where neither port nor key says. */
export function checkMailServer(
  document: SourceDocument,
  path: KeyPath,
  server: unknown,
  address: string | undefined,
  usual: 'plain' | 'starttls',
): void {
  const hasPassword = has(server, 'password');
  if (hasPassword !== has(server, 'username')) {
    const missing = hasPassword ? 'username' : 'password';
    document.complain({ path: [...path, missing], expected: 'username and password, or neither' });
  }
  if (textAt(server, 'password') !== undefined) requireEnvironment(document, [...path, 'password']);
  if (valueAt(server, 'inbox') === true && !hasPassword) {
    document.complain({ path: [...path, 'inbox'], expected: 'an inbox only with username and password' });
  }
  const security = textAt(server, 'security') ?? (/:(?:465|993|995)$/.test(address ?? '') ? 'tls' : usual);
  const allowed = valueAt(server, ALLOWANCE) === true;
  if (hasPassword && security === 'plain' && !allowed) {
    document.complain({
      path: [...path, 'password'],
      expected: `security starttls or tls, or ${ALLOWANCE}: true where anybody may read it`,
    });
  }
  if (allowed && security !== 'plain') {
    document.complain({ path: [...path, ALLOWANCE], expected: `no ${ALLOWANCE} where TLS protects the password` });
  }
}
