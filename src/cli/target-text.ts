/** A target as a person writes it on the command line, `https://example.kz/` or `smtp://mail.example.kz:25`, to a target. */
import { parseHost, parseWebUrl } from '../config/scalars.ts';
import { UnreadableText } from '../domain/time/text.ts';
import { DEFAULT_STATUS, type MailSecurity, type Target } from '../probes/target.ts';

/** The parts of `SCHEME://HOST[:PORT]/[?key=value]`. */
interface Parts {
  readonly scheme: string;
  readonly host: string;
  readonly port: number | undefined;
  readonly query: URLSearchParams;
}

interface Scheme {
  readonly queryKeys: readonly string[];
  readonly build: (parts: Parts) => Target;
}

/** What each scheme means: a new kind of target is a row here. */
const SCHEMES: Readonly<Record<string, Scheme>> = {
  smtp: mail('smtp', 25, 'plain'),
  smtps: mail('smtp', 465, 'tls'),
  imap: mail('imap', 143, 'plain'),
  imaps: mail('imap', 993, 'tls'),
  tcp: { queryKeys: [], build: tcp },
};

const EXPECTED = `a URL that begins with ${['http', 'https', ...Object.keys(SCHEMES)].map((name) => `${name}://`).join(', ')}`;

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
  const [, name = '', authority = '', query = ''] =
    /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)\/?(?:\?([^#]*))?$/i.exec(text) ?? [];
  const scheme = Object.hasOwn(SCHEMES, name.toLowerCase()) ? SCHEMES[name.toLowerCase()] : undefined;
  if (scheme === undefined) throw new UnreadableText(text, EXPECTED);
  const parts = { scheme: name.toLowerCase(), ...hostAndPort(text, authority), query: new URLSearchParams(query) };
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

function hostAndPort(text: string, authority: string): { host: string; port: number | undefined } {
  const [, v6, name, digits] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(authority) ?? [];
  const port = digits === undefined ? undefined : Number(digits);
  const host = v6 ?? name ?? '';
  if (host === '' || port === 0 || (port ?? 0) > 65_535) {
    throw new UnreadableText(text, 'a host, and a port from 1 to 65535 or none');
  }
  return { host: parseHost(host), port };
}

function tcp({ host, port }: Parts): Target {
  if (port === undefined) throw new UnreadableText(`tcp://${host}`, 'a host and a port such as tcp://example.kz:22');
  return { kind: 'tcp', host, port, tls: false };
}

function mail(kind: 'smtp' | 'imap', defaultPort: number, defaultSecurity: MailSecurity): Scheme {
  return {
    queryKeys: ['security'],
    build: ({ host, port = defaultPort, query }) => ({
      kind,
      host,
      port,
      security: mailSecurity(query.get('security'), defaultSecurity),
    }),
  };
}

function mailSecurity(found: string | null, otherwise: MailSecurity): MailSecurity {
  if (found === null) return otherwise;
  if (found === 'plain' || found === 'starttls' || found === 'tls') return found;
  throw new UnreadableText(`security=${found}`, 'plain, starttls or tls');
}
