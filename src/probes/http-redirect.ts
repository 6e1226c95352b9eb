/**
 * Where a redirect leads, and what may be sent there (RFC 9110, section 15.4, and the Fetch standard, "HTTP-redirect
 * fetch").
 *
 * 1. What the target was given to send, its headers, credentials and body, is sent to the target's own origin (scheme,
 *    host and port) only; once a redirect has left it, they are gone for good.
 * 2. The address is looked up and guarded anew; this is the caller's.
 */
import type { Quote } from './confidence.ts';
import { Fault } from './fault.ts';
import { BARE_HEADERS, type Hop, placeOf } from './http-plan.ts';
import { printable } from './printable.ts';
import type { HttpMethod, Redirects } from './target.ts';
import type { ReplyHeaders } from './watch.ts';

const LOCATION_LENGTH_MAX = 4_096;

export interface Reply {
  readonly status: number;
  readonly headers: ReplyHeaders;
}

/** The request that a redirect asks for. `trail`: the hops asked so far, the last one answered with the redirect. Throws a `Fault`. */
export function nextHop(reply: Reply, trail: readonly Hop[], redirects: Redirects, quote: Quote): Hop {
  const from = trail.at(-1);
  if (from === undefined) throw new TypeError('a redirect answers a request');
  const url = readLocation(reply, from, quote);
  const refuse = (why: string): Fault => refusal(`${why}: ${quote(url.href)}`, wordFor(redirects));
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw refuse('redirected to another scheme');
  if (url.username !== '' || url.password !== '') throw refuse('redirected to a URL with credentials');
  if (trail.length > redirects.limit) {
    throw refusal(`redirect ${trail.length}: ${quote(url.href)}`, `at most ${redirects.limit} redirects`);
  }
  if (!isWithin(redirects, from, url)) throw refuse('redirected elsewhere');
  url.hash = '';
  const place = placeOf(url);
  const method = methodAfter(reply.status, from.method);
  if (trail.some((hop) => hop.href === place.href && hop.method === method)) throw refuse('redirected in a loop');
  const keepsBody = from.body !== null && method === from.method;
  const sameOrigin = place.origin.href === from.origin.href;
  if (keepsBody && !sameOrigin) throw refuse('redirected to another origin, with a body that is not for it');
  const headers = sameOrigin ? from.headers : BARE_HEADERS;
  return {
    ...place,
    method,
    headers: keepsBody || from.body === null ? headers : withoutContent(headers),
    body: keepsBody ? from.body : null,
  };
}

function readLocation({ status, headers }: Reply, from: Hop, quote: Quote): URL {
  const { location } = headers;
  if (typeof location !== 'string') {
    throw refusal(`status ${status} with ${location === undefined ? 'no' : 'several'} Location`, 'one Location');
  }
  const url = location.length > LOCATION_LENGTH_MAX ? null : URL.parse(location, from.href);
  if (url === null) throw refusal(`status ${status} with Location: ${quote(location)}`, 'a URL');
  return url;
}

/** 303 asks to get, and so do 301 and 302 of a POST; the others ask the same again. */
function methodAfter(status: number, method: HttpMethod): HttpMethod {
  if (status === 303 && method !== 'HEAD') return 'GET';
  return (status === 301 || status === 302) && method === 'POST' ? 'GET' : method;
}

function isWithin({ only }: Redirects, from: Hop, to: URL): boolean {
  if (only === 'any') return true;
  if (only === 'https') return to.protocol === 'https:';
  return (to.protocol === 'https:' || !from.secure) && siteOf(to.hostname) === siteOf(from.origin.hostname);
}

function siteOf(hostname: string): string {
  return hostname.replace(/^www\.(?=.+\.)/, '').replace(/\.$/, '');
}

function withoutContent(headers: readonly string[]): readonly string[] {
  const kept: string[] = [];
  for (let at = 0; at < headers.length; at += 2) {
    const [name = '', value = ''] = headers.slice(at, at + 2);
    if (!name.startsWith('content-')) kept.push(name, value);
  }
  return kept;
}

function wordFor({ only }: Redirects): string {
  if (only === 'same-site') return 'a redirect within the site';
  return only === 'https' ? 'a redirect to an https URL' : 'a redirect to an http or https URL';
}

function refusal(seen: string, expected: string): Fault {
  return new Fault('http_redirect', printable(seen), expected);
}
