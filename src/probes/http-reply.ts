/** Judges a reply as it comes, whichever protocol carries it, and settles the exchange as soon as the answer is known. */
import type { Exchange } from './exchange.ts';
import { BODY_BYTES_MAX, BodyCheck, type Finding } from './http-body.ts';
import type { HttpPlan } from './http-plan.ts';
import { printable } from './printable.ts';
import type { HeaderRule, StatusRange } from './target.ts';
import type { ReplyHeaders } from './watch.ts';

export const HEADERS_BYTES_MAX = 32 * 1024;
/** Bounds what no callback counts: an endless reason phrase, chunk extensions, a body in one-byte chunks. */
export const WIRE_BYTES_MAX = 8 * BODY_BYTES_MAX;
const INTERIM_REPLIES_MAX = 16;

/** Goes on to where a redirect leads. May throw a `Fault`. */
export type Follow = (status: number, headers: ReplyHeaders) => void;

export class HttpReply {
  readonly #exchange: Exchange;
  readonly #plan: HttpPlan;
  readonly #follow: Follow | null;
  #body: BodyCheck | null = null;
  #interimReplies = 0;
  #headersRead = false;
  #bodyBytes = 0;
  #redirected = false;

  /** `follow`: what to do about a redirect; null when it is a reply like any other. */
  constructor(exchange: Exchange, plan: HttpPlan, follow: Follow | null) {
    this.#exchange = exchange;
    this.#plan = plan;
    this.#follow = follow;
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
    if (this.#follow !== null && isRedirect(status)) {
      this.#redirected = true;
      try {
        this.#follow(status, headers);
      } catch (thrown) {
        this.#exchange.failWith(thrown);
      }
      return;
    }
    const wrong = judgeStatus(status, this.#plan.status) ?? this.#judgeHeaders(headers);
    if (wrong !== null) this.#fail(wrong);
    else if (this.#plan.bodyRules !== null) {
      this.#body = new BodyCheck(this.#plan.bodyRules, textOf(headers['content-encoding']), this.#plan.quote);
    }
  }

  data(chunk: Buffer): void {
    if (this.over) return;
    const part = chunk.subarray(0, BODY_BYTES_MAX - this.#bodyBytes);
    this.#body?.take(part);
    this.#exchange.watch?.body?.(part);
    this.#bodyBytes += chunk.length;
    if (this.#bodyBytes > BODY_BYTES_MAX) this.overflow();
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
    const wrong = this.#body?.judge(whole) ?? null;
    if (wrong === null) this.#exchange.succeed();
    else this.#fail(wrong);
  }

  #fail({ failure, seen, expected }: Finding): void {
    this.#exchange.fail(failure, seen, expected);
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

function valuesOf(headers: ReplyHeaders, name: string): readonly string[] {
  const found = Object.hasOwn(headers, name) ? headers[name] : undefined;
  if (found === undefined) return [];
  return typeof found === 'string' ? [found] : found;
}

function textOf(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'object' ? value.join(', ') : value;
}

function obeys(value: string, { equals, contains }: HeaderRule): boolean {
  if (equals !== undefined) return value === equals;
  return contains === undefined || value.includes(contains);
}

function sayRule({ equals, contains }: HeaderRule): string {
  if (equals !== undefined) return `: ${equals}`;
  return contains === undefined ? ' present' : ` with ${contains} in it`;
}
