/**
 * Asks a witness for one probe, in the protocol of the multi-target exporter, and reads of its reply what is needed: whether
 * the probe was good, and at which address. The witness is the operator's own, but what it sends is text from outside: bounded
 * in size and time, and nothing but two numbers is taken from it.
 */
import { rootCertificates } from 'node:tls';
import { Client } from 'undici';
import type { Millis } from '../../domain/time/instant.ts';
import { SECOND } from '../../domain/time/instant.ts';
import type { Clock } from '../../runtime/clock.ts';
import { VERSION } from '../../runtime/version.ts';

export interface WitnessPlace {
  /** Of its `/probe`: `http:` or `https:`, without credentials. */
  readonly url: string;
  /** From the connection to the last byte; its own probe must be done in it. */
  readonly timeoutMs: Millis;
  /** PEM texts of authorities to trust besides the system's. */
  readonly trust: readonly string[];
}

export interface WitnessQuestion {
  readonly target: string;
  readonly module: string;
}

/** `up` and `down` are about the target, at the address with that hash; `none` is about the witness. */
export type WitnessAnswer =
  | { readonly kind: 'up' | 'down'; readonly addressHash: number }
  | { readonly kind: 'none'; readonly why: string };

const REPLY_BYTES_MAX = 256 * 1024;
const HEADERS_BYTES_MAX = 16 * 1024;
/** Left to the witness for the way back; it leaves half a second itself. */
const SPARE: Millis = SECOND;
const WHY_LENGTH = 200;

/** Asks once. Never rejects; an aborted signal ends it as `none`. */
export async function askWitness(
  { url, timeoutMs, trust }: WitnessPlace,
  { target, module }: WitnessQuestion,
  clock: Pick<Clock, 'after'>,
  signal: AbortSignal,
): Promise<WitnessAnswer> {
  const place = new URL(url);
  place.searchParams.set('target', target);
  place.searchParams.set('module', module);
  const deadline = new AbortController();
  const cancel = clock.after(timeoutMs, () => deadline.abort(new Error(`no reply within ${timeoutMs} ms`)));
  const client = new Client(place.origin, {
    maxHeaderSize: HEADERS_BYTES_MAX,
    maxResponseSize: REPLY_BYTES_MAX,
    headersTimeout: 0,
    bodyTimeout: 0,
    allowH2: false,
    connect: { timeout: timeoutMs, ...(trust.length === 0 ? {} : { ca: [...rootCertificates, ...trust] }) },
  });
  try {
    const { statusCode, body } = await client.request({
      path: place.pathname + place.search,
      method: 'GET',
      headers: {
        accept: 'text/plain',
        'user-agent': `Kepil/${VERSION}`,
        'x-prometheus-scrape-timeout-seconds': String(Math.max(SPARE, timeoutMs - SPARE) / SECOND),
      },
      signal: AbortSignal.any([signal, deadline.signal]),
    });
    const text = await body.text();
    return statusCode === 200 ? readAnswer(text) : { kind: 'none', why: `status ${statusCode}` };
  } catch (error) {
    return { kind: 'none', why: (error instanceof Error ? error.message : String(error)).slice(0, WHY_LENGTH) };
  } finally {
    cancel();
    void client.destroy();
  }
}

/** Of the exposition format the two samples; a reply that has one of them not at all, or twice, says nothing. */
export function readAnswer(text: string): WitnessAnswer {
  const success = sampleOf(text, 'probe_success');
  const addressHash = sampleOf(text, 'probe_ip_addr_hash');
  if (success !== 0 && success !== 1) return { kind: 'none', why: 'a reply without probe_success 0 or 1' };
  if (success === 0) return { kind: 'down', addressHash: addressHash ?? 0 };
  return addressHash === undefined
    ? { kind: 'none', why: 'a reply without probe_ip_addr_hash' }
    : { kind: 'up', addressHash };
}

function sampleOf(text: string, name: string): number | undefined {
  const found = text.split('\n').filter((line) => line.startsWith(`${name} `));
  const [line = ''] = found;
  const value = line.slice(name.length + 1).trim();
  return found.length === 1 && /^\d+(?:\.\d+)?(?:e\+?\d{1,2})?$/.test(value) ? Number(value) : undefined;
}
