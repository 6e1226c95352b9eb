/** Rules of probe modules that span several fields, and secrets that stand in them openly. */
import type { SourceDocument } from './document.ts';
import { FROM_ENVIRONMENT } from './environment.ts';
import { PROBER_BLOCKS } from './modules-schema.ts';
import type { KeyPath } from './problem.ts';
import { entriesAt, has, textAt, valueAt } from './raw.ts';

const AUTHORIZATIONS = ['basic_auth', 'bearer_token', 'authorization'];
const SECRETS: readonly KeyPath[] = [['basic_auth', 'password'], ['bearer_token'], ['authorization', 'credentials']];
/** Headers whose value is a secret more often than not. */
const SECRET_HEADERS = /^(?:authorization|proxy-authorization|cookie|x-api-key|.*token.*|.*secret.*)$/i;

/** Records what does not fit together in the modules of a document. */
export function checkModules(document: SourceDocument): void {
  for (const { value, path } of entriesAt(document.value, [], 'modules')) {
    const prober = textAt(value, 'prober');
    for (const block of PROBER_BLOCKS) {
      if (block === prober || !has(value, block)) continue;
      document.complain({ path: [...path, block], expected: `no block of ${block} in a module of ${prober}` });
    }
    checkHttp(document, [...path, 'http'], valueAt(value, 'http'));
    if (prober === 'dns') checkQuestion(document, path, value);
  }
}

/** The exporter would ask for ANY of the root. */
function checkQuestion(document: SourceDocument, path: KeyPath, module: unknown): void {
  const lacking = ['query_name', 'query_type'].filter((key) => !has(valueAt(module, 'dns'), key));
  if (lacking.length > 0) {
    document.complain({ path, found: `a module of dns`, expected: `dns with ${lacking.join(' and ')} in it` });
  }
}

function checkHttp(document: SourceDocument, path: KeyPath, http: unknown): void {
  const ways = AUTHORIZATIONS.filter((key) => has(http, key));
  if (ways.length > 1) {
    document.complain({ path, found: ways.join(' and '), expected: `at most one of ${AUTHORIZATIONS.join(', ')}` });
  }
  if (has(http, 'follow_redirects') && has(http, 'no_follow_redirects')) {
    document.complain({ path: [...path, 'no_follow_redirects'], expected: 'follow_redirects alone' });
  }
  for (const secret of SECRETS) {
    if (textAt(http, ...secret) !== undefined) requireEnvironment(document, [...path, ...secret]);
  }
  for (const header of entriesAt(http, path, 'headers')) {
    if (SECRET_HEADERS.test(String(header.path.at(-1)))) requireEnvironment(document, header.path);
  }
}

function requireEnvironment(document: SourceDocument, path: KeyPath): void {
  if (!document.isFromEnvironment(path)) document.complain({ path, expected: FROM_ENVIRONMENT });
}
