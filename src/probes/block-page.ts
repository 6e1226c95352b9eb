/**
 * Notices that a reply is the provider's own page for blocked services. It reads along with what a probe reads anyway, and
 * a little further where a probe has already failed; nothing is asked for, and no outcome depends on it.
 */
import { type Decoded, decode, isCoded } from './content-coding.ts';
import { GatheredBytes } from './gathered-bytes.ts';
import { BODY_BYTES_MAX } from './http-body.ts';
import { obeys, textOf, valuesOf } from './http-headers.ts';
import type { BlockPage } from './target.ts';
import { createTextSearch, type TextSearch } from './text-search.ts';
import type { ReplyHeaders } from './watch.ts';

/** So much of a body is looked at. */
export const LOOKED_AT_BYTES = 64 * 1024;
const LOCATION_LENGTH_MAX = 4_096;

interface KnownPage {
  /** From 1. */
  readonly number: number;
  readonly page: BlockPage;
  readonly location: URL | null;
  readonly needle: Buffer | null;
}

/** A page of which all but the text is there. */
interface Candidate {
  readonly number: number;
  readonly needle: Buffer;
  readonly search: TextSearch;
}

/** Read once from what all checks share. */
const known = new WeakMap<readonly BlockPage[], readonly KnownPage[]>();

/** Of one probe, over all its redirects. */
export class BlockPageWatch {
  readonly #pages: readonly KnownPage[];
  #candidates: readonly Candidate[] = [];
  #coding: string | null = null;
  /** What is packed; it is looked at when it is whole. */
  #kept = new GatheredBytes();
  #bytes = 0;
  #found: number | undefined;

  constructor(pages: readonly BlockPage[]) {
    this.#pages = knownPages(pages);
  }

  /** Which page a reply was, from 1; the first of several. */
  get found(): number | undefined {
    return this.#found;
  }

  /** Whether more of the body may show that the reply is one. */
  get wants(): boolean {
    return this.#found === undefined && this.#candidates.length > 0 && this.#bytes < LOOKED_AT_BYTES;
  }

  /** A reply began. @param href what was asked for. */
  begin(status: number, headers: ReplyHeaders, href: string): void {
    this.#kept = new GatheredBytes();
    this.#bytes = 0;
    const fitting = this.#pages.filter((page) => fits(page, status, headers, href));
    for (const { number, needle } of fitting) if (needle === null) this.#find(number);
    this.#candidates = fitting.flatMap(({ number, needle }) =>
      needle === null ? [] : { number, needle, search: createTextSearch(needle) },
    );
    const coding = textOf(headers, 'content-encoding');
    this.#coding = isCoded(coding) ? coding : null;
  }

  /** Takes the next part of the body. */
  take(chunk: Buffer): void {
    if (!this.wants) return;
    const part = chunk.subarray(0, LOOKED_AT_BYTES - this.#bytes);
    this.#bytes += part.length;
    if (this.#coding !== null) this.#kept.add(part);
    else for (const { number, search } of this.#candidates) if (takeIn(search, part)) this.#find(number);
  }

  /** No more of the body will come. */
  end(): void {
    if (this.#coding === null || this.#found !== undefined || this.#candidates.length === 0) return;
    const decoded: Decoded = decode(this.#kept.bytes(), this.#coding, BODY_BYTES_MAX);
    if (decoded.kind !== 'bytes') return;
    for (const { number, needle } of this.#candidates) if (decoded.bytes.includes(needle)) this.#find(number);
  }

  #find(number: number): void {
    this.#found = Math.min(number, this.#found ?? number);
  }
}

function knownPages(pages: readonly BlockPage[]): readonly KnownPage[] {
  const before = known.get(pages);
  if (before) return before;
  const made = pages.map((page, index) => ({
    number: index + 1,
    page,
    location: page.location === undefined ? null : new URL(page.location),
    needle: page.text === undefined ? null : Buffer.from(page.text, 'utf8'),
  }));
  known.set(pages, made);
  return made;
}

function fits({ page, location }: KnownPage, status: number, headers: ReplyHeaders, href: string): boolean {
  if (page.status?.every(({ from, to }) => status < from || to < status)) return false;
  if (location !== null && !leadsTo(location, headers, href)) return false;
  return (page.headers ?? []).every((rule) => valuesOf(headers, rule.name).some((value) => obeys(value, rule)));
}

/** To the place itself or one below it. */
function leadsTo(place: URL, headers: ReplyHeaders, href: string): boolean {
  const [location, ...more] = valuesOf(headers, 'location');
  if (location === undefined || more.length > 0 || location.length > LOCATION_LENGTH_MAX) return false;
  const url = URL.parse(location, href);
  if (url === null || url.origin !== place.origin) return false;
  if (place.search !== '' && url.search !== place.search) return false;
  const below = place.pathname.endsWith('/') ? place.pathname : `${place.pathname}/`;
  return url.pathname === place.pathname || url.pathname.startsWith(below);
}

function takeIn(search: TextSearch, part: Buffer): boolean {
  search.take(part);
  return search.found;
}
