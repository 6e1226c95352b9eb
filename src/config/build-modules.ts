/** From modules as they are written to modules as they are run; those that are there without being written. */
import { type DnsModule, type HttpModule, type ModuleEntry, moduleSchema, RESPONSE_CODES } from './modules-schema.ts';
import type {
  AnyModule,
  DnsProbeModule,
  HeaderMatch,
  HttpProbeModule,
  ProbeModule,
  ProbeModules,
  RecordRules,
} from './probe-module.ts';

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
  pop3: { prober: 'pop3' },
  pop3_starttls: { prober: 'pop3', pop3: { security: 'starttls' } },
  pop3s: { prober: 'pop3', pop3: { security: 'tls' } },
  icmp: { prober: 'icmp' },
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
    anyCertificate: 'tls_config' in block && block.tls_config?.insecure_skip_verify === true,
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
    case 'dns':
      return { prober: entry.prober, ...common, ...buildDns(entry.dns) };
    case 'icmp':
      return { prober: entry.prober, ...common };
    case 'smtp':
    case 'imap':
    case 'pop3': {
      const { security } = entry[entry.prober];
      return { prober: entry.prober, ...common, ...(security === undefined ? {} : { security }) };
    }
  }
}

function buildDns(dns: DnsModule): Omit<DnsProbeModule, keyof AnyModule | 'prober'> {
  const { query_name: name, query_type: type } = dns;
  if (name === undefined || type === undefined) throw new TypeError('a module that was found good has a question');
  return {
    name,
    type,
    codes: dns.valid_rcodes.map((code) => RESPONSE_CODES.indexOf(code)),
    answer: recordRules(dns.validate_answer_rrs),
    authority: recordRules(dns.validate_authority_rrs),
    additional: recordRules(dns.validate_additional_rrs),
  };
}

function recordRules(rules: DnsModule['validate_answer_rrs']): RecordRules {
  return {
    failIfMatches: rules.fail_if_matches_regexp,
    failIfAllMatch: rules.fail_if_all_match_regexp,
    failIfNotMatches: rules.fail_if_not_matches_regexp,
    failIfNoneMatches: rules.fail_if_none_matches_regexp,
  };
}

function buildHttp(http: HttpModule): Omit<HttpProbeModule, keyof AnyModule | 'prober'> {
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
