/**
 * The shape of probe modules: the file format of the multi-target exporter that Prometheus users run, as far as Kepil
 * can do what it asks. What it cannot is refused by name; nothing is passed over.
 */
import { RE2JS } from 're2js';
import { z } from 'zod';
import { UnreadableText } from '../domain/time/text.ts';
import { parseDnsName, RECORD_TYPES } from './dns-and-bytes.ts';
import { FROM_ENVIRONMENT } from './environment.ts';
import { parseGoDuration } from './go-duration.ts';
import { Secret } from './secret.ts';
import { choice, flag, identifier, integer, list, mapping, plainText, text } from './shape.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
const VERSIONS = ['HTTP/1.0', 'HTTP/1.1', 'HTTP/2.0'] as const;
const SECURITIES = ['plain', 'starttls', 'tls'] as const;
/** By number (RFC 1035 section 4.1.1, RFC 2136 section 2.2). */
export const RESPONSE_CODES = [
  'NOERROR',
  'FORMERR',
  'SERVFAIL',
  'NXDOMAIN',
  'NOTIMP',
  'REFUSED',
  'YXDOMAIN',
  'YXRRSET',
  'NXRRSET',
  'NOTAUTH',
  'NOTZONE',
] as const;
const TIMEOUT_MS_MAX = 120_000;

/** Headers that frame the message or name the host: Kepil writes them itself. */
const OWN_HEADERS = new Set(['host', 'content-length', 'transfer-encoding', 'connection', 'upgrade', 'expect', 'te']);

/** An option of the exporter's that would change what is probed, and that Kepil does not have. */
function missing(why: string) {
  return z
    .never({ error: `nothing here: ${why}` })
    .optional()
    .meta({ description: `Not supported: ${why}.` });
}

const regexp = text('a regular expression in the syntax of RE2', (found) => {
  try {
    RE2JS.compile(found);
    return found;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UnreadableText(found, `a regular expression in the syntax of RE2 (${reason})`);
  }
});

const headerName = text('the name of a header', (found) => {
  if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/.test(found)) throw new UnreadableText(found, 'the name of a header');
  return found.toLowerCase();
});

const headerMatch = mapping('a mapping of header, regexp and allow_missing', {
  header: headerName,
  regexp,
  allow_missing: flag().default(false),
});

const sentHeader = z.string({ error: 'the name of a header' }).superRefine((found, context) => {
  if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/.test(found)) {
    context.addIssue({ code: 'custom', message: 'the name of a header' });
  } else if (OWN_HEADERS.has(found.toLowerCase())) {
    context.addIssue({ code: 'custom', message: `no ${found}: Kepil writes it from the target itself` });
  }
});

const ipProtocol = {
  preferred_ip_protocol: choice(['ip4', 'ip6'])
    .default('ip6')
    .meta({ description: 'The family of address that is dialled where there is one.' }),
  ip_protocol_fallback: flag().default(true).meta({ description: 'Whether the other family will do.' }),
};

const tlsConfig = mapping('a mapping of insecure_skip_verify', {
  insecure_skip_verify: flag().default(false),
  ca_file: missing('authorities to trust are listed in probing.trust of kepil.yaml'),
  ca: missing('authorities to trust are listed in probing.trust of kepil.yaml'),
  cert_file: missing('Kepil has no certificates of clients'),
  key_file: missing('Kepil has no certificates of clients'),
  cert: missing('Kepil has no certificates of clients'),
  key: missing('Kepil has no certificates of clients'),
  server_name: missing('the certificate must be for the host of the target'),
  min_version: missing('a version is asked for with probe_tls_version_info'),
  max_version: missing('a version is asked for with probe_tls_version_info'),
});

const secret = text(FROM_ENVIRONMENT, (found) => new Secret(found));

const http = mapping('a mapping of settings for http', {
  ...ipProtocol,
  valid_status_codes: list('a list of status codes', integer(100, 599))
    .default([])
    .meta({ description: 'Default: 2xx.' }),
  valid_http_versions: list('a list of HTTP/1.0, HTTP/1.1 and HTTP/2.0', choice(VERSIONS)).default([]),
  method: choice(METHODS).default('GET'),
  headers: z
    .record(sentHeader, plainText('the value of a header', 2_000), { error: 'a mapping of headers to values' })
    .default({}),
  body: z
    .string({ error: 'a text' })
    .max(64 * 1024, { error: 'a text of at most 65536 characters' })
    .optional(),
  follow_redirects: flag().default(true),
  no_follow_redirects: flag().optional().meta({ description: 'The older name of the contrary of follow_redirects.' }),
  fail_if_ssl: flag().default(false),
  fail_if_not_ssl: flag().default(false),
  fail_if_body_matches_regexp: list('a list of regular expressions', regexp).default([]),
  fail_if_body_not_matches_regexp: list('a list of regular expressions', regexp).default([]),
  fail_if_header_matches: list('a list of header, regexp and allow_missing', headerMatch).default([]),
  fail_if_header_not_matches: list('a list of header, regexp and allow_missing', headerMatch).default([]),
  basic_auth: mapping('a mapping of username and password', {
    username: plainText('a user name'),
    password: secret,
    password_file: missing('a password is taken from the environment'),
  }).optional(),
  bearer_token: secret.optional(),
  authorization: mapping('a mapping of type and credentials', {
    type: plainText('a type such as Bearer', 50).default('Bearer'),
    credentials: secret,
    credentials_file: missing('credentials are taken from the environment'),
  }).optional(),
  tls_config: tlsConfig.prefault({}),
  enable_http2: flag().default(true).meta({ description: 'Whether HTTP/2 is offered in the TLS handshake.' }),
  bearer_token_file: missing('a token is taken from the environment'),
  body_file: missing('the body is written as body'),
  body_size_limit: missing('of a body 1 MiB is read'),
  compression: missing('the body is asked for as it is'),
  oauth2: missing('Kepil asks nobody for tokens'),
  proxy_url: missing('the target itself is dialled, past the guard'),
  proxy_from_environment: missing('the target itself is dialled, past the guard'),
  proxy_connect_header: missing('the target itself is dialled, past the guard'),
  no_proxy: missing('the target itself is dialled, past the guard'),
  skip_resolve_phase_with_proxy: missing('the target itself is dialled, past the guard'),
});

const mail = mapping('a mapping of settings for a mail server', {
  ...ipProtocol,
  security: choice(SECURITIES).optional().meta({ description: 'Default: tls on ports 465, 993 and 995, else plain.' }),
  tls_config: tlsConfig.prefault({}),
});

const tcp = mapping('a mapping of settings for tcp', {
  ...ipProtocol,
  query_response: list(
    'a list of expect, send and starttls',
    mapping('a mapping of expect, send and starttls', {
      expect: regexp.optional(),
      send: z.string({ error: 'a text' }).max(2_000, { error: 'a text of at most 2000 characters' }).optional(),
      starttls: flag().default(false),
    }),
  ).default([]),
  tls: flag().default(false).meta({ description: 'TLS from the first byte.' }),
  tls_config: tlsConfig.prefault({}),
  source_ip_address: missing('the system chooses the address'),
});

const regexps = list('a list of regular expressions', regexp).default([]);

const recordRules = mapping('a mapping of lists of regular expressions', {
  fail_if_matches_regexp: regexps,
  fail_if_all_match_regexp: regexps,
  fail_if_not_matches_regexp: regexps,
  fail_if_none_matches_regexp: regexps,
}).prefault({});

const dns = mapping('a mapping of settings for dns', {
  ...ipProtocol,
  query_name: text('a name such as example.kz', parseDnsName).optional(),
  query_type: choice(RECORD_TYPES).optional(),
  valid_rcodes: list('a list of response codes', choice(RESPONSE_CODES)).default(['NOERROR']),
  validate_answer_rrs: recordRules,
  validate_authority_rrs: recordRules,
  validate_additional_rrs: recordRules,
  transport_protocol: z.literal('udp', { error: 'udp: TCP follows where an answer does not fit' }).optional(),
  query_class: z.literal('IN', { error: 'IN: there is no other Internet' }).optional(),
  recursion_desired: z.literal(true, { error: 'true: Kepil asks as a resolver is asked' }).optional(),
  dns_over_tls: z.literal(false, { error: 'false: Kepil asks over UDP' }).optional(),
  tls_config: missing('Kepil asks over UDP'),
  source_ip_address: missing('the system chooses the address'),
});

const icmp = mapping('a mapping of settings for icmp', {
  ...ipProtocol,
  payload_size: missing('the system’s ping chooses it'),
  dont_fragment: missing('the system’s ping chooses it'),
  ttl: missing('the system’s ping chooses it'),
  source_ip_address: missing('the system chooses the address'),
});

/** Blocks that only the module's own prober reads. */
export const PROBER_BLOCKS = ['http', 'tcp', 'smtp', 'imap', 'pop3', 'dns', 'icmp'] as const;

export const moduleSchema = mapping('a module with a prober', {
  prober: choice(PROBER_BLOCKS),
  timeout: text('a duration such as 5s or 1m30s', (found) => {
    const ms = parseGoDuration(found);
    if (ms < 1 || ms > TIMEOUT_MS_MAX) throw new UnreadableText(found, 'a duration from 1ms to 120s');
    return ms;
  })
    .optional()
    .meta({ description: 'Default: what the scrape leaves.' }),
  http: http.prefault({}),
  tcp: tcp.prefault({}),
  smtp: mail.prefault({}),
  imap: mail.prefault({}),
  pop3: mail.prefault({}),
  dns: dns.prefault({}),
  icmp: icmp.prefault({}),
});

const MODULE_NAME = 'the name of a module';

/** A file of modules, by itself. */
export const modulesFileSchema = mapping('a mapping of modules', {
  modules: z.record(identifier(MODULE_NAME), moduleSchema, { error: 'a mapping of names to modules' }),
});

/** The block in `kepil.yaml`: modules by name, and a file that holds more. */
export const modulesBlock = z
  .object(
    { file: plainText('a file of modules, relative to this file', 500).optional() },
    { error: 'a mapping of names to modules, or of file' },
  )
  .catchall(moduleSchema);

export type ModuleEntry = z.output<typeof moduleSchema>;
export type HttpModule = ModuleEntry['http'];
export type DnsModule = ModuleEntry['dns'];
