/** Rules that span several fields of a check of `http`. */
import { quote } from '../domain/time/text.ts';
import { requireEnvironment } from './check-secret.ts';
import type { SourceDocument } from './document.ts';
import type { KeyPath } from './problem.ts';
import { entriesAt, has, textAt, valueAt } from './raw.ts';

/** Set by Kepil, by the connection or by the framing of the request. */
const NOT_TO_SET: ReadonlySet<string> = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** Headers that are nothing but a secret. */
const SECRET_HEADERS: ReadonlySet<string> = new Set(['authorization', 'cookie', 'proxy-authorization']);

/** Records what does not fit together in a check of `http`. */
export function checkHttp(document: SourceDocument, path: KeyPath, check: unknown): void {
  checkMethod(document, path, check);
  checkHeaders(document, path, check);
  checkAuth(document, path, check);
}

function checkMethod(document: SourceDocument, path: KeyPath, check: unknown): void {
  const method = textAt(check, 'method') ?? 'GET';
  if (has(check, 'body') && (method === 'GET' || method === 'HEAD')) {
    document.complain({ path: [...path, 'body'], expected: `no body in a request of ${method}` });
  }
  if (method !== 'HEAD') return;
  for (const key of ['contains', 'lacks', 'json']) {
    if (has(check, key)) {
      document.complain({ path: [...path, key], expected: `no ${key} with HEAD, whose reply has no body` });
    }
  }
}

function checkHeaders(document: SourceDocument, base: KeyPath, check: unknown): void {
  for (const owner of ['headers', 'responseHeaders']) {
    const seen = new Set<string>();
    for (const { path } of entriesAt(check, base, owner)) {
      const written = String(path.at(-1));
      const name = written.toLowerCase();
      const complain = (expected: string) =>
        document.complain({ path: [...base, owner], key: written, found: quote(written), expected });
      if (seen.has(name)) complain('each header once, in whatever case');
      seen.add(name);
      if (owner === 'responseHeaders') continue;
      if (NOT_TO_SET.has(name)) complain('a header that Kepil does not set itself');
      if (SECRET_HEADERS.has(name)) requireEnvironment(document, path);
    }
  }
}

function checkAuth(document: SourceDocument, base: KeyPath, check: unknown): void {
  const auth = valueAt(check, 'auth');
  if (typeof auth !== 'object' || auth === null) return;
  const path = [...base, 'auth'];
  const keys = ['username', 'password', 'bearer'].filter((key) => has(auth, key)).join(' and ');
  if (keys !== 'username and password' && keys !== 'bearer') {
    const found = keys === '' ? 'none of them' : keys;
    document.complain({ path, found, expected: 'username and password, or bearer' });
  }
  for (const key of ['password', 'bearer']) {
    if (textAt(auth, key) !== undefined) requireEnvironment(document, [...path, key]);
  }
  const other = entriesAt(check, base, 'headers').find(
    (entry) => String(entry.path.at(-1)).toLowerCase() === 'authorization',
  );
  if (other !== undefined)
    document.complain({ path, found: 'auth beside the header Authorization', expected: 'one of them' });
}
