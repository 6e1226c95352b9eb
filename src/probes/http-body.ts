/**
 * What a body must hold, must not hold, or must say as JSON. A text is looked for as the body streams by; only JSON and
 * compressed bodies are kept, up to a bound.
 */
import type { Quote } from './confidence.ts';
import { type Decoded, decode, isCoded } from './content-coding.ts';
import { GatheredBytes } from './gathered-bytes.ts';
import { findValue, parsePointer } from './json-pointer.ts';
import type { Failure } from './outcome.ts';
import { printable } from './printable.ts';
import type { HttpTarget, JsonRule } from './target.ts';
import { createTextSearch, type TextSearch } from './text-search.ts';

/** So much of a body is read, and so much is a compressed one decoded to. */
export const BODY_BYTES_MAX = 1024 * 1024;
/** A JSON text becomes objects many times its size. */
const JSON_BYTES_MAX = 256 * 1024;
const BEGINNING_BYTES = 120;

/** Of one target; the same for all its probes. */
export interface BodyRules {
  readonly contains: Wanted | null;
  readonly lacks: Wanted | null;
  readonly json: (JsonRule & { readonly steps: readonly string[] }) | null;
}

interface Wanted {
  readonly text: string;
  readonly needle: Buffer;
}

/** What was found wrong: the word, and one sentence each of what was seen and expected. */
export interface Finding {
  readonly failure: Failure;
  readonly seen: string;
  readonly expected: string;
}

/** Null: the body may be anything. Throws an Error for a pointer that is none. */
export function bodyRulesOf({ contains, lacks, json }: HttpTarget): BodyRules | null {
  if (contains === undefined && lacks === undefined && json === undefined) return null;
  const steps = json === undefined ? [] : parsePointer(json.path);
  if (steps === null) throw new Error('json: found a path that is no JSON pointer');
  return { contains: wanted(contains), lacks: wanted(lacks), json: json === undefined ? null : { ...json, steps } };
}

function wanted(text: string | undefined): Wanted | null {
  return text === undefined ? null : { text, needle: Buffer.from(text, 'utf8') };
}

/** Of one reply. */
export class BodyCheck {
  readonly #rules: BodyRules;
  readonly #quote: Quote;
  readonly #coding: string | null;
  readonly #contains: TextSearch | null = null;
  readonly #lacks: TextSearch | null = null;
  readonly #kept: GatheredBytes | null = null;
  #beginning = '';
  #bytes = 0;

  /** `coding` is the reply's Content-Encoding, if any. */
  constructor(rules: BodyRules, coding: string | undefined, quote: Quote) {
    this.#rules = rules;
    this.#quote = quote;
    this.#coding = isCoded(coding) ? coding : null;
    if (this.#coding !== null || rules.json !== null) {
      this.#kept = new GatheredBytes();
    } else {
      if (rules.contains !== null) this.#contains = createTextSearch(rules.contains.needle);
      if (rules.lacks !== null) this.#lacks = createTextSearch(rules.lacks.needle);
    }
  }

  /** Takes the next part of the body; `BODY_BYTES_MAX` in all, at most. */
  take(chunk: Buffer): void {
    if (this.#kept !== null) this.#kept.add(chunk);
    else if (this.#beginning.length < BEGINNING_BYTES) this.#beginning += beginningOf(chunk, this.#beginning.length);
    this.#contains?.take(chunk);
    this.#lacks?.take(chunk);
    this.#bytes += chunk.length;
  }

  /** What is wrong with the body; null when it is good. `whole`: there is no more of it than was taken. */
  judge(whole: boolean): Finding | null {
    if (this.#kept === null) {
      return this.#judgeTexts(this.#contains?.found ?? false, this.#lacks?.found ?? false, whole);
    }
    const bytes = this.#kept.bytes();
    const decoded: Decoded =
      this.#coding === null ? { kind: 'bytes', bytes } : decode(bytes, this.#coding, BODY_BYTES_MAX);
    if (decoded.kind === 'bytes') return this.#judgeKept(decoded.bytes, whole);
    const coding = `content-encoding ${this.#quote(this.#coding ?? '')}`;
    return decoded.kind === 'too large'
      ? this.#finding('http_body_too_large', `${coding}: it decodes to more than ${BODY_BYTES_MAX} bytes`)
      : this.#finding(
          this.#rules.json === null ? 'http_body_mismatch' : 'http_json_mismatch',
          `${coding}, which was not asked for, of ${bytes.length} bytes that cannot be decoded`,
        );
  }

  /** A compressed body is judged by its text. */
  #judgeKept(bytes: Buffer, whole: boolean): Finding | null {
    this.#beginning = beginningOf(bytes, 0);
    this.#bytes = bytes.length;
    const { contains, lacks, json } = this.#rules;
    const holds = contains !== null && bytes.includes(contains.needle);
    const wrong = this.#judgeTexts(holds, lacks !== null && bytes.includes(lacks.needle), whole);
    if (wrong !== null || json === null) return wrong;
    if (!whole || bytes.length > JSON_BYTES_MAX) {
      return this.#finding('http_body_too_large', `more than ${whole ? JSON_BYTES_MAX : bytes.length} bytes of JSON`);
    }
    const found = findValue(bytes.toString('utf8').replace(/^\ufeff/, ''), json.steps);
    if (found.kind === 'value' && found.value === json.equals) return null;
    const seen =
      found.kind === 'value'
        ? `${this.#quote(JSON.stringify(found.value))} at ${shownPath(json)}`
        : found.kind === 'missing'
          ? `nothing at ${shownPath(json)} of ${this.#described()}`
          : `${found.why}: ${this.#described()}`;
    return this.#finding('http_json_mismatch', seen);
  }

  #judgeTexts(holds: boolean, holdsUnwanted: boolean, whole: boolean): Finding | null {
    const { contains, lacks } = this.#rules;
    if (contains !== null && !holds) {
      const [count, rest] = this.#parts();
      const seen = `${count} without it, ${rest}`;
      return whole
        ? this.#finding('http_body_mismatch', seen)
        : this.#finding('http_body_too_large', `${seen}, and more to come`);
    }
    if (lacks !== null && holdsUnwanted) {
      const [count, rest] = this.#parts();
      const expected = `a body without "${printable(lacks.text)}"`;
      return { failure: 'http_body_mismatch', seen: `${count} with "${printable(lacks.text)}", ${rest}`, expected };
    }
    return null;
  }

  #finding(failure: Failure, seen: string): Finding {
    return { failure, seen, expected: this.#expected() };
  }

  #expected(): string {
    const { contains, lacks, json } = this.#rules;
    const parts: string[] = [];
    if (contains !== null) parts.push(`a body with "${printable(contains.text)}"`);
    if (lacks !== null) parts.push(`a body without "${printable(lacks.text)}"`);
    if (json !== null) parts.push(`${printable(JSON.stringify(json.equals))} at ${shownPath(json)}`);
    return parts.join(', ');
  }

  #described(): string {
    return this.#parts().join(', ');
  }

  #parts(): [string, string] {
    return [
      `${this.#bytes} bytes`,
      `beginning "${this.#quote(this.#beginning, this.#bytes > this.#beginning.length)}"`,
    ];
  }
}

function beginningOf(chunk: Buffer, already: number): string {
  return chunk.subarray(0, BEGINNING_BYTES - already).toString('latin1');
}

function shownPath(json: JsonRule): string {
  return json.path === '' ? 'the whole' : printable(json.path);
}
