/** From modules as they are written to modules as they are run; those that are there without being written. */
import type { HttpModule, ModuleEntry } from './modules-schema.ts';
import { moduleSchema } from './modules-schema.ts';
import type { HeaderMatch, HttpProbeModule, ProbeModule, ProbeModules } from './probe-module.ts';

/** By the names that the exporter's users know, and one for each way to a mail server. */
const STANDING = {
  http_2xx: { prober: 'http' },
  http_post_2xx: { prober: 'http', http: { method: 'POST' } },
  tcp_connect: { prober: 'tcp' },
  smtp: { prober: 'smtp' },
  smtp_starttls: { prober: 'smtp', smtp: { security: 'starttls' } },
  smtps: { prober: 'smtp', smtp: { security: 'tls' } },
  imap: { prober: 'imap' },
  imap_starttls: { prober: 'imap', imap: { security: 'starttls' } },
  imaps: { prober: 'imap', imap: { security: 'tls' } },
} as const;

/** The standing modules, with those of each list in their place or besides; the last list wins. */
export function buildModules(...lists: readonly Readonly<Record<string, ModuleEntry>>[]): ProbeModules {
  const standing = Object.entries(STANDING).map(([name, entry]) => [name, moduleSchema.parse(entry)] as const);
  const entries = [...standing, ...lists.flatMap((list) => Object.entries(list))];
  return new Map(entries.map(([name, entry]) => [name, buildModule(entry)]));
}

function buildModule(entry: ModuleEntry): ProbeModule {
  const block = entry[entry.prober];
  const common = {
    ...(entry.timeout === undefined ? {} : { timeoutMs: entry.timeout }),
    first: block.preferred_ip_protocol === 'ip4' ? (4 as const) : (6 as const),
    fallback: block.ip_protocol_fallback,
    anyCertificate: block.tls_config.insecure_skip_verify,
  };
  switch (entry.prober) {
    case 'http':
      return { prober: entry.prober, ...common, ...buildHttp(entry.http) };
    case 'tcp':
      return {
        prober: entry.prober,
        ...common,
        tls: entry.tcp.tls,
        steps: entry.tcp.query_response.map(({ expect, send, starttls }) => ({
          ...(expect === undefined ? {} : { expect }),
          ...(send === undefined ? {} : { send }),
          starttls,
        })),
      };
    case 'smtp':
    case 'imap': {
      const { security } = entry[entry.prober];
      return { prober: entry.prober, ...common, ...(security === undefined ? {} : { security }) };
    }
  }
}

function buildHttp(http: HttpModule): Omit<HttpProbeModule, 'prober' | 'first' | 'fallback' | 'anyCertificate'> {
  const authorization = authorizationOf(http);
  return {
    statuses: http.valid_status_codes,
    versions: http.valid_http_versions,
    method: http.method,
    headers: Object.entries(http.headers).map(([name, value]) => ({ name, value })),
    ...(http.body === undefined ? {} : { body: http.body }),
    ...(authorization === undefined ? {} : { authorization }),
    followRedirects: http.no_follow_redirects === undefined ? http.follow_redirects : !http.no_follow_redirects,
    http2: http.enable_http2,
    failIfSsl: http.fail_if_ssl,
    failIfNotSsl: http.fail_if_not_ssl,
    failIfBodyMatches: http.fail_if_body_matches_regexp,
    failIfBodyNotMatches: http.fail_if_body_not_matches_regexp,
    failIfHeaderMatches: http.fail_if_header_matches.map(headerMatch),
    failIfHeaderNotMatches: http.fail_if_header_not_matches.map(headerMatch),
  };
}

function headerMatch({ header, regexp, allow_missing }: HttpModule['fail_if_header_matches'][number]): HeaderMatch {
  return { header, regexp, allowMissing: allow_missing };
}

function authorizationOf({ basic_auth, bearer_token, authorization }: HttpModule): string | undefined {
  if (basic_auth !== undefined) {
    const pair = Buffer.from(`${basic_auth.username}:${basic_auth.password.reveal()}`, 'utf8');
    return `Basic ${pair.toString('base64')}`;
  }
  if (bearer_token !== undefined) return `Bearer ${bearer_token.reveal()}`;
  return authorization && `${authorization.type} ${authorization.credentials.reveal()}`;
}
