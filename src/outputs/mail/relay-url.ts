/** Where mail is handed over, from one URL. No message here repeats the URL: it holds a password. */

/** `required`: no mail without STARTTLS; `offered`: STARTTLS where the relay offers it; `off`: never. */
export type RelayTls = 'implicit' | 'required' | 'offered' | 'off';

export interface Relay {
  readonly host: string;
  readonly port: number;
  readonly tls: RelayTls;
  /** Whether the relay's certificate must be good. */
  readonly verify: boolean;
  readonly auth: { readonly user: string; readonly pass: string } | null;
}

const PORTS = { 'smtp:': 25, 'smtps:': 465 } as const;

/**
 * Reads `smtp://user:pass@host:port` or `smtps://…`. Options: `?tls=required|offered|off` (smtp only; with a password
 * `required`, else `offered`) and `?verify=off` for a relay with a certificate of its own making.
 * @throws RangeError that names the part, what was found and what was expected, never the password.
 */
export function parseRelayUrl(text: string): Relay {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== 'smtp:' && url?.protocol !== 'smtps:') {
    throw new RangeError('relay: found no URL of a relay, expected smtp://host:port or smtps://user:pass@host:port');
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (host === '') throw new RangeError('relay: found no host, expected smtp://host:port');
  if (!/^\/?$/.test(url.pathname) || url.hash !== '') {
    throw new RangeError('relay: found a path or fragment after the host, expected none');
  }
  const auth = credentials(url);
  const options = new Map(url.searchParams);
  const verify = choice(options, 'verify', ['on', 'off'] as const) !== 'off';
  const tls = choice(options, 'tls', ['required', 'offered', 'off'] as const);
  for (const name of options.keys()) {
    if (name !== 'tls' && name !== 'verify') {
      throw new RangeError(`relay: found the option "${name}", expected tls or verify`);
    }
  }
  if (url.protocol === 'smtps:' && tls !== undefined) {
    throw new RangeError('relay: found the option tls with smtps, which is TLS from the start; expected none');
  }
  return {
    host,
    port: url.port === '' ? PORTS[url.protocol] : Number(url.port),
    tls: url.protocol === 'smtps:' ? 'implicit' : (tls ?? (auth ? 'required' : 'offered')),
    verify,
    auth,
  };
}

function credentials(url: URL): Relay['auth'] {
  if (url.username === '' && url.password === '') return null;
  if (url.username === '' || url.password === '') {
    throw new RangeError('relay: found a user without a password or the reverse, expected user:pass');
  }
  try {
    return { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) };
  } catch {
    throw new RangeError('relay: found a malformed % in user or password, expected percent-encoding such as %40');
  }
}

function choice<T extends string>(
  options: ReadonlyMap<string, string>,
  name: string,
  known: readonly T[],
): T | undefined {
  const found = options.get(name);
  if (found === undefined) return undefined;
  const value = known.find((candidate) => candidate === found);
  if (value === undefined) throw new RangeError(`relay: found ${name}="${found}", expected ${known.join(', ')}`);
  return value;
}
