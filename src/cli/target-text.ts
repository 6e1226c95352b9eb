/** A target as a person writes it on the command line, `https://example.kz/` or `smtp://mail.example.kz:25`, to a target. */
import { parseDnsName, parseNameServer, RECORD_TYPES, reverseName } from '../config/dns-and-bytes.ts';
import { parseHost, parseWebUrl } from '../config/scalars.ts';
import { nearest } from '../domain/text/nearest.ts';
import { UnreadableText } from '../domain/time/text.ts';
import { DEFAULT_STATUS, type MailSecurity, type StarttlsProtocol, type Target } from '../probes/target.ts';

/** The parts of `SCHEME://AUTHORITY/[?key=value]`. */
interface Parts {
  /** The whole. */
  readonly text: string;
  readonly authority: string;
  readonly query: URLSearchParams;
}

interface Scheme {
  readonly queryKeys: readonly string[];
  readonly build: (parts: Parts) => Target;
}

const SECURITIES = ['plain', 'starttls', 'tls'] as const;

/** What each scheme means: a new kind of target is a row here. */
const SCHEMES: Readonly<Record<string, Scheme>> = {
  smtp: mail('smtp', 25, 'plain'),
  smtps: mail('smtp', 465, 'tls'),
  imap: mail('imap', 143, 'plain'),
  imaps: mail('imap', 993, 'tls'),
  pop3: mail('pop3', 110, 'plain'),
  pop3s: mail('pop3', 995, 'tls'),
  tls: { queryKeys: ['starttls', 'minVersion', 'daysLeft'], build: tls },
  dns: { queryKeys: ['record', 'server'], build: dns },
  tcp: { queryKeys: [], build: tcp },
  icmp: { queryKeys: [], build: icmp },
};

/** Where TLS is looked for when no port is named. */
const TLS_PORTS: Readonly<Record<StarttlsProtocol | 'none', number>> = { none: 443, smtp: 25, imap: 143, pop3: 110 };
const DAYS_LEFT_MAX = 3_650;

const SCHEME_NAMES = ['http', 'https', ...Object.keys(SCHEMES)];
const EXPECTED = `a URL that begins with ${SCHEME_NAMES.map((name) => `${name}://`).join(', ')}`;

/** True when a text is meant as an address and not as the name of a check. */
export function looksLikeAddress(text: string): boolean {
  return text.includes('://');
}

/**
 * Reads a target.
 * @throws UnreadableText saying what was expected; what stands between `//` and `@` is not repeated.
 */
export function parseTarget(text: string): Target {
  if (/^[^/]*:\/\/[^/?#]*@/.test(text)) throw new UnreadableText('…@…', 'an address without a user and a password');
  if (/^https?:/i.test(text)) return { kind: 'http', url: parseWebUrl(text), status: DEFAULT_STATUS };
  const name = text.slice(0, text.indexOf('://')).toLowerCase();
  const scheme = Object.hasOwn(SCHEMES, name) ? SCHEMES[name] : undefined;
  if (scheme === undefined) {
    const near = nearest(name, SCHEME_NAMES);
    throw new UnreadableText(text, near === undefined ? EXPECTED : `${EXPECTED} (did you mean ${near}://?)`);
  }
  const [, authority, query = ''] = /:\/\/([^/?#]*)\/?(?:\?([^#]*))?$/.exec(text) ?? [];
  if (authority === undefined) throw new UnreadableText(text, `no path after the host of ${name}://`);
  const parts = { text, authority, query: new URLSearchParams(query) };
  for (const key of parts.query.keys()) {
    if (scheme.queryKeys.includes(key)) continue;
    const allowed =
      scheme.queryKeys.length === 0
        ? 'nothing after the question mark'
        : `after the question mark only ${scheme.queryKeys.join(', ')}`;
    throw new UnreadableText(`?${key}=`, allowed);
  }
  return scheme.build(parts);
}

function hostAndPort({ text, authority }: Parts): { host: string; port: number | undefined } {
  const [, v6, name, digits] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(authority) ?? [];
  const port = digits === undefined ? undefined : Number(digits);
  const host = v6 ?? name ?? '';
  if (host === '' || port === 0 || (port ?? 0) > 65_535) {
    throw new UnreadableText(text, 'a host, and a port from 1 to 65535 or none');
  }
  return { host: parseHost(host), port };
}

function tcp(parts: Parts): Target {
  const { host, port } = hostAndPort(parts);
  if (port === undefined) throw new UnreadableText(`tcp://${host}`, 'a host and a port such as tcp://example.kz:22');
  return { kind: 'tcp', host, port, tls: false };
}

function tls(parts: Parts): Target {
  const { query } = parts;
  const starttls = choice(query, 'starttls', ['smtp', 'imap', 'pop3'] as const);
  const { host, port = TLS_PORTS[starttls ?? 'none'] } = hostAndPort(parts);
  const daysLeft = query.get('daysLeft');
  if (daysLeft !== null && !(/^\d{1,4}$/.test(daysLeft) && Number(daysLeft) <= DAYS_LEFT_MAX)) {
    throw new UnreadableText(`daysLeft=${daysLeft}`, `a whole number from 0 to ${DAYS_LEFT_MAX}`);
  }
  return {
    kind: 'tls',
    host,
    port,
    minVersion: choice(query, 'minVersion', ['TLSv1.2', 'TLSv1.3'] as const) ?? 'TLSv1.2',
    ...(starttls === undefined ? {} : { starttls }),
    ...(daysLeft === null ? {} : { daysLeft: Number(daysLeft) }),
  };
}

/** The name is what is asked for; who is asked stands in the query, as `servers` of a check does. */
function dns({ authority, query }: Parts): Target {
  const name = parseDnsName(authority.replace(/^\[(.*)\]$/, '$1'));
  const reverse = reverseName(name);
  const servers = query.getAll('server').map(parseNameServer);
  return {
    kind: 'dns',
    name: reverse ?? name,
    type: choice(query, 'record', RECORD_TYPES) ?? (reverse === undefined ? 'A' : 'PTR'),
    expect: { kind: 'some' },
    dnssec: false,
    ...(servers.length === 0 ? {} : { servers }),
  };
}

function icmp(parts: Parts): Target {
  const { host, port } = hostAndPort(parts);
  if (port !== undefined) throw new UnreadableText(parts.text, 'a host without a port');
  return { kind: 'icmp', host };
}

function mail(kind: 'smtp' | 'imap' | 'pop3', defaultPort: number, defaultSecurity: MailSecurity): Scheme {
  return {
    queryKeys: ['security'],
    build: (parts) => {
      const { host, port = defaultPort } = hostAndPort(parts);
      return { kind, host, port, security: choice(parts.query, 'security', SECURITIES) ?? defaultSecurity };
    },
  };
}

/** Undefined when the key is not there. */
function choice<Word extends string>(query: URLSearchParams, key: string, words: readonly Word[]): Word | undefined {
  const found = query.get(key);
  if (found === null) return undefined;
  const word = words.find((known) => known === found);
  if (word === undefined)
    throw new UnreadableText(`${key}=${found}`, `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`);
  return word;
}
