/** What one HTTP exchange of `/probe` showed: collected while it runs, held no longer than the answer is made. */
import type { ExporterSample } from '../../outputs/metrics/exporter-text.ts';
import { GatheredBytes } from '../../probes/gathered-bytes.ts';
import type { ReplyHeaders, Watch } from '../../probes/watch.ts';
import { readTls } from './tls-seen.ts';

export interface ReplyRecordOptions {
  /** Whether the body will be looked at; else it is only counted. */
  readonly keepBody: boolean;
  /** Whether certificates count. */
  readonly verifies: boolean;
}

export class HttpReplyRecord {
  status = 0;
  /** Of the protocol, such as `1.1`; empty while nothing came. */
  version = '';
  bodyBytes = 0;
  /** Samples of the handshake; empty without TLS. */
  tls: readonly ExporterSample[] = [];
  #headers: ReplyHeaders = {};
  readonly #keepBody: boolean;
  readonly #verifies: boolean;
  #body = new GatheredBytes();

  constructor({ keepBody, verifies }: ReplyRecordOptions) {
    this.#keepBody = keepBody;
    this.#verifies = verifies;
  }

  readonly watch: Watch = {
    secured: (socket) => {
      this.tls = readTls(socket, this.#verifies);
    },
    begun: (bytes) => {
      this.version = /^HTTP\/(\d\.\d)/.exec(bytes.toString('latin1', 0, 8))?.[1] ?? '';
    },
    head: (status, headers) => {
      this.status = status;
      this.#headers = headers;
    },
    body: (chunk) => {
      this.bodyBytes += chunk.length;
      if (this.#keepBody) this.#body.add(chunk);
    },
  };

  /** The values of a header, by its name in lower case. */
  header(name: string): readonly string[] {
    const found = Object.hasOwn(this.#headers, name) ? this.#headers[name] : undefined;
    if (found === undefined) return [];
    return typeof found === 'string' ? [found] : found;
  }

  body(): Buffer {
    return this.#body.bytes();
  }

  /** Lets go of the body: that of a redirect that was followed is not looked at. */
  forgetBody(): void {
    this.#body = new GatheredBytes();
  }
}
