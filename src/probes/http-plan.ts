/**
 * What is read from an HTTP target once and used by every probe of it: where to ask, what to send, what to look for.
 *
 * 1. Nothing that is sent can end its own line: methods are from a list, names are tokens, values are visible ASCII. The
 *    configuration says so to the person who wrote it; here it is a defect, thrown.
 * 2. What the target was given to send belongs to its own origin and goes to no other (see `http-redirect.ts`).
 */
import { VERSION } from '../runtime/version.ts';
import { type Quote, quoteWithout } from './confidence.ts';
import { type Host, parseHost } from './host.ts';
import { type BodyRules, bodyRulesOf } from './http-body.ts';
import { secretsOf } from './http-secrets.ts';
import type { HeaderRule, HttpHeader, HttpMethod, HttpTarget, Redirects, StatusRange } from './target.ts';

/** One request: of the target itself, or where a redirect leads. */
export interface Hop {
  /** Absolute, in the normal form of the WHATWG URL standard. */
  readonly href: string;
  /** Null: neither a name nor an address, and nothing may be dialled for it. */
  readonly host: Host | null;
  readonly port: number;
  readonly secure: boolean;
  /** Alone, without a path. */
  readonly origin: URL;
  readonly path: string;
  readonly method: HttpMethod;
  /** Names in lower case and values by turns. */
  readonly headers: readonly string[];
  readonly body: Buffer | null;
}

export interface HttpPlan {
  readonly first: Hop;
  readonly status: readonly StatusRange[];
  readonly headerRules: readonly HeaderRule[];
  readonly bodyRules: BodyRules | null;
  readonly redirects: Redirects | null;
  /** Offered in the TLS handshake. */
  readonly protocols: readonly string[];
  /** Shows none of the secrets of the target. */
  readonly quote: Quote;
}

/** Our own headers, where the target brings none of the same name. */
const OWN_HEADERS = ['user-agent', `Kepil/${VERSION}`, 'accept', '*/*', 'accept-encoding', 'identity'] as const;
const HTTP1 = ['http/1.1'] as const;
const HTTP2_OR_1 = ['h2', 'http/1.1'] as const;
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const NONE: readonly never[] = [];
/** RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^[\x20-\x7e\t]*$/;

const plans = new WeakMap<HttpTarget, HttpPlan>();

/** Throws an Error for a target that the configuration should not have let through. */
export function planOf(target: HttpTarget): HttpPlan {
  const known = plans.get(target);
  if (known !== undefined) return known;
  const url = new URL(target.url);
  if (url.username !== '' || url.password !== '') throw new Error('url: found credentials, expected none');
  const method = target.method ?? 'GET';
  if (!METHODS.has(method)) throw new Error(`method: found ${JSON.stringify(method)}, expected one of HTTP`);
  const made: HttpPlan = {
    first: {
      ...placeOf(url),
      method,
      headers: headersOf(target),
      body: target.body === undefined ? null : Buffer.from(target.body, 'utf8'),
    },
    status: target.status,
    headerRules: target.responseHeaders ?? NONE,
    bodyRules: bodyRulesOf(target),
    redirects: target.redirects === undefined || target.redirects.limit === 0 ? null : target.redirects,
    protocols: target.http2 === true ? HTTP2_OR_1 : HTTP1,
    quote: quoteWithout(secretsOf(target)),
  };
  plans.set(target, made);
  return made;
}

/** The parts of a URL that a connection and a request need. Throws for a URL that is no http or https URL. */
export function placeOf(url: URL): Pick<Hop, 'href' | 'host' | 'port' | 'secure' | 'origin' | 'path'> {
  const secure = url.protocol === 'https:';
  if (!secure && url.protocol !== 'http:') throw new Error(`url: found ${url.protocol}, expected http: or https:`);
  return {
    href: url.href,
    host: parseHost(url.hostname),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    secure,
    origin: new URL(url.origin),
    path: url.pathname + url.search,
  };
}

/** The headers of a request that carries nothing of the target's own. */
export const BARE_HEADERS: readonly string[] = OWN_HEADERS;

function headersOf(target: HttpTarget): readonly string[] {
  if (target.headers === undefined && target.auth === undefined) return OWN_HEADERS;
  const brought = [...(target.headers ?? NONE), ...authHeaders(target)];
  for (const { name, value } of brought) {
    if (!TOKEN.test(name)) throw new Error('headers: found a name that is no token of HTTP');
    if (!VALUE.test(value)) throw new Error(`headers: found a value of ${name} that is not visible ASCII`);
  }
  const names = new Set(brought.map(({ name }) => name.toLowerCase()));
  const own: string[] = [];
  for (let at = 0; at < OWN_HEADERS.length; at += 2) {
    const [name = '', value = ''] = OWN_HEADERS.slice(at, at + 2);
    if (!names.has(name)) own.push(name, value);
  }
  return [...own, ...brought.flatMap(({ name, value }) => [name.toLowerCase(), value])];
}

/** RFC 7617 (as UTF-8, section 2.1) and RFC 6750, section 2.1. */
function authHeaders({ auth }: HttpTarget): readonly HttpHeader[] {
  if (auth === undefined) return NONE;
  const credentials =
    'bearer' in auth
      ? `Bearer ${auth.bearer}`
      : `Basic ${Buffer.from(`${auth.username}:${auth.password}`, 'utf8').toString('base64')}`;
  return [{ name: 'authorization', value: credentials }];
}
