/** What one HTTP exchange of `/probe` showed: collected while it runs, held no longer than the answer is made. */
import type { ExporterSample } from '../../outputs/metrics/exporter-text.ts';
import type { Watch } from '../../probes/watch.ts';
import { readTls } from './tls-seen.ts';

export class HttpReplyRecord {
  status = 0;
  /** Of the protocol, such as `1.1`; empty while nothing came. */
  version = '';
  bodyBytes = 0;
  /** Samples of the handshake; empty without TLS. */
  tls: readonly ExporterSample[] = [];
  #headers: Readonly<Record<string, string | string[] | undefined>> = {};
  readonly #keepBody: boolean;
  readonly #chunks: Buffer[] = [];

  /** @param keepBody whether the body will be looked at; else it is only counted. */
  constructor(keepBody: boolean) {
    this.#keepBody = keepBody;
  }

  readonly watch: Watch = {
    secured: (socket) => {
      this.tls = readTls(socket);
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
      // The parser uses its memory again.
      if (this.#keepBody) this.#chunks.push(Buffer.from(chunk));
    },
  };

  /** The values of a header, by its name in lower case. */
  header(name: string): readonly string[] {
    const found = Object.hasOwn(this.#headers, name) ? this.#headers[name] : undefined;
    return found === undefined ? [] : Array.isArray(found) ? found : [found];
  }

  body(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}
