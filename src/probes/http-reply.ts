/** Judges a reply as it comes, whichever protocol carries it, and settles the exchange as soon as the answer is known. */
import { type BlockPageWatch, LOOKED_AT_BYTES } from './block-page.ts';
import type { Exchange } from './exchange.ts';
import { Fault } from './fault.ts';
import { BODY_BYTES_MAX, BodyCheck, type Finding } from './http-body.ts';
import { obeys, textOf, valuesOf } from './http-headers.ts';
import type { HttpPlan } from './http-plan.ts';
import { printable } from './printable.ts';
import type { HeaderRule, StatusRange } from './target.ts';
import type { ReplyHeaders } from './watch.ts';

export const HEADERS_BYTES_MAX = 32 * 1024;
/** Bounds what no callback counts: an endless reason phrase, chunk extensions, a body in one-byte chunks. */
export const WIRE_BYTES_MAX = 8 * BODY_BYTES_MAX;
const INTERIM_REPLIES_MAX = 16;
/** For so long a reply that has failed is read on for a page of blocked services. */
const LOOK_MS = 2_000;
/** Parts of a body that are kept for it, as they came: more make up the 64 KiB only where they are made small on purpose. */
const KEPT_PARTS_MOST = 64;

/** Goes on to where a redirect leads. May throw a `Fault`. */
export type Follow = (status: number, headers: ReplyHeaders) => void;

/** What a reply is held against. */
export interface Expected {
  readonly plan: HttpPlan;
  /** What to do about a redirect; null when it is a reply like any other. */
  readonly follow: Follow | null;
  /** What was asked for. */
  readonly href: string;
  /** Null: no page of blocked services is looked for. */
  readonly pages: BlockPageWatch | null;
}

export class HttpReply {
  readonly #exchange: Exchange;
  readonly #plan: HttpPlan;
  readonly #follow: Follow | null;
  readonly #href: string;
  readonly #pages: BlockPageWatch | null;
  #body: BodyCheck | null = null;
  #interimReplies = 0;
  #headersRead = false;
  #bodyBytes = 0;
  #redirected = false;
  /** What a page of blocked services will be looked for in, should the reply fail. */
  #head: { readonly status: number; readonly headers: ReplyHeaders } | null = null;
  readonly #kept: Buffer[] = [];
  /** It has failed, and is read on for a page of blocked services. */
  #isLooking = false;

  constructor(exchange: Exchange, { plan, follow, href, pages }: Expected) {
    this.#exchange = exchange;
    this.#plan = plan;
    this.#follow = follow;
    this.#href = href;
    this.#pages = pages;
  }

  /** True: nothing that comes on this connection matters any more. */
  get over(): boolean {
    return this.#redirected || this.#exchange.done;
  }

  /** The first byte came. */
  begin(): void {
    if (this.#exchange.phase === 'firstByteMs' && !this.#redirected) this.#exchange.enter('transferMs');
  }

  /** A status line and its headers came. */
  start(status: number, headers: ReplyHeaders): void {
    if (this.over) return;
    if (status < 100) {
      this.#exchange.fail('http_protocol', `status ${status}`, 'status 100-999');
      return;
    }
    if (status < 200) {
      this.#interimReplies += 1;
      if (this.#interimReplies > INTERIM_REPLIES_MAX) {
        this.#exchange.fail('http_protocol', `more than ${INTERIM_REPLIES_MAX} interim replies`);
      }
      return;
    }
    this.#headersRead = true;
    this.#exchange.evidence.status = status;
    this.#exchange.watch?.head?.(status, headers);
    if (this.#pages !== null) this.#head = { status, headers };
    if (this.#follow !== null && isRedirect(status)) {
      this.#redirect(this.#follow, status, headers);
      return;
    }
    const wrong = judgeStatus(status, this.#plan.status) ?? this.#judgeHeaders(headers);
    if (wrong !== null) this.#fail(wrong);
    else if (this.#plan.bodyRules !== null) {
      this.#body = new BodyCheck(this.#plan.bodyRules, textOf(headers, 'content-encoding'), this.#plan.quote);
    }
  }

  #redirect(follow: Follow, status: number, headers: ReplyHeaders): void {
    this.#redirected = true;
    this.#pages?.begin(status, headers, this.#href);
    this.#noteBlockPage();
    try {
      follow(status, headers);
    } catch (thrown) {
      this.#redirected = false;
      if (thrown instanceof Fault) this.#fail(thrown);
      else this.#exchange.failWith(thrown);
    }
  }

  data(chunk: Buffer): void {
    if (this.over) return;
    const part = chunk.subarray(0, BODY_BYTES_MAX - this.#bodyBytes);
    this.#body?.take(part);
    this.#exchange.watch?.body?.(part);
    if (this.#isLooking) this.#pages?.take(part);
    // A reply without rules for its body is good by now: nothing will be looked for in it.
    else if (this.#body !== null && this.#pages !== null) this.#keep(part);
    this.#bodyBytes += chunk.length;
    if (this.#isLooking && !this.#pages?.wants) this.#endLook();
    else if (this.#bodyBytes > BODY_BYTES_MAX) this.overflow();
  }

  #keep(part: Buffer): void {
    if (this.#bodyBytes < LOOKED_AT_BYTES && this.#kept.length < KEPT_PARTS_MOST) this.#kept.push(part);
  }

  /** The reply is complete. */
  end(): void {
    if (!this.over) this.#conclude(true);
  }

  /** A bound is reached. Of the body, that matters only while something is still looked for. */
  overflow(): void {
    if (this.over) return;
    if (this.#headersRead) this.#conclude(false);
    else this.#exchange.fail('http_headers_too_large', `no end of the headers in ${WIRE_BYTES_MAX} bytes`);
  }

  #conclude(whole: boolean): void {
    if (this.#isLooking) {
      this.#endLook();
      return;
    }
    const wrong = this.#body?.judge(whole) ?? null;
    if (wrong === null) {
      // What was seen on the way to a good reply is no evidence of anything.
      if (this.#exchange.evidence.blockPage !== undefined) delete this.#exchange.evidence.blockPage;
      this.#exchange.succeed();
    } else {
      this.#exchange.condemn(wrong.failure, wrong.seen, wrong.expected);
      this.#beginLook();
      this.#endLook();
    }
  }

  /** Fails, now or when a little more of the body was looked at, which changes neither the outcome nor its times. */
  #fail({
    failure,
    seen,
    expected,
  }: Pick<Finding, 'failure' | 'seen'> & { readonly expected: string | undefined }): void {
    this.#exchange.condemn(failure, seen, expected);
    this.#beginLook();
    if (!this.#pages?.wants) this.#endLook();
    else {
      this.#isLooking = true;
      this.#exchange.pause(LOOK_MS, () => this.#endLook());
    }
  }

  /** A reply that is good costs nothing: what came of it is looked at when it has failed. */
  #beginLook(): void {
    if (this.#head === null) return;
    this.#pages?.begin(this.#head.status, this.#head.headers, this.#href);
    for (const part of this.#kept.splice(0)) this.#pages?.take(part);
  }

  /** Settles what was decided. */
  #endLook(): void {
    this.#pages?.end();
    this.#noteBlockPage();
    this.#exchange.conclude();
  }

  #noteBlockPage(): void {
    const found = this.#pages?.found;
    if (found !== undefined) this.#exchange.evidence.blockPage = found;
  }

  #judgeHeaders(headers: ReplyHeaders): Finding | null {
    for (const rule of this.#plan.headerRules) {
      const found = valuesOf(headers, rule.name);
      if (found.some((value) => obeys(value, rule))) continue;
      const name = printable(rule.name);
      return {
        failure: 'http_header_mismatch',
        seen: found.length === 0 ? `no ${name}` : `${name}: ${this.#plan.quote(found.join(', '))}`,
        expected: printable(`${rule.name}${sayRule(rule)}`),
      };
    }
    return null;
  }
}

/** RFC 9110, section 15.4: those that name another place for the same question. */
function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}

function judgeStatus(status: number, accepted: readonly StatusRange[]): Finding | null {
  for (const range of accepted) if (range.from <= status && status <= range.to) return null;
  const expected = accepted.map((range) => (range.from === range.to ? `${range.from}` : `${range.from}-${range.to}`));
  return { failure: 'http_status', seen: `status ${status}`, expected: `status ${expected.join(', ')}` };
}

function sayRule({ equals, contains }: HeaderRule): string {
  if (equals !== undefined) return `: ${equals}`;
  return contains === undefined ? ' present' : ` with ${contains} in it`;
}
