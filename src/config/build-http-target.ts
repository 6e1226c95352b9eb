import type { HeaderRule, HttpAuth, HttpTarget } from '../probes/target.ts';
import type { TargetEntry } from './services-schema.ts';

/** Good status codes where a check names none: success and redirection. */
const GOOD_STATUS = [{ from: 200, to: 399 }];

/** The target of a check of `http` from its entry, which must have been checked. Names of headers become lower case. */
export function buildHttpTarget(url: string, entry: TargetEntry): HttpTarget {
  const { contains, lacks, json, responseHeaders, method, headers, body, auth, redirects, http2 } = entry;
  return {
    kind: 'http',
    url,
    status: entry.status ?? GOOD_STATUS,
    ...(contains === undefined ? {} : { contains }),
    ...(lacks === undefined ? {} : { lacks }),
    ...(json === undefined ? {} : { json }),
    ...(responseHeaders === undefined ? {} : { responseHeaders: buildHeaderRules(responseHeaders) }),
    ...(method === undefined ? {} : { method }),
    ...(headers === undefined
      ? {}
      : { headers: Object.entries(headers).map(([name, value]) => ({ name: name.toLowerCase(), value })) }),
    ...(body === undefined ? {} : { body }),
    ...(auth === undefined ? {} : { auth: buildAuth(auth) }),
    ...(redirects === undefined ? {} : { redirects }),
    ...(http2 === undefined ? {} : { http2 }),
  };
}

/** What headers of a reply must be. Names become lower case. */
export function buildHeaderRules(rules: NonNullable<TargetEntry['responseHeaders']>): readonly HeaderRule[] {
  return Object.entries(rules).map(([name, rule]) => ({
    name: name.toLowerCase(),
    ...(rule === 'present' ? {} : rule),
  }));
}

function buildAuth({ username, password, bearer }: NonNullable<TargetEntry['auth']>): HttpAuth {
  if (bearer !== undefined) return { bearer: bearer.reveal() };
  return { username: username ?? '', password: password?.reveal() ?? '' };
}
