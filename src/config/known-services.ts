/** What was read of services files, kept for the next reading: of a hundred files of which one has changed, one is read. */
import { hash } from 'node:crypto';
import type { PackedServices } from './packed-services.ts';
import type { Surroundings } from './read-services.ts';

/** A services file without problems as it was read. */
export interface KnownFile {
  readonly name: string;
  /** Of its name and text. */
  readonly fingerprint: string;
  readonly packed: PackedServices;
}

export class KnownServices {
  #surroundings = '';
  #files = new Map<string, KnownFile>();

  /** What was read of a file with this fingerprint, under the same surroundings; undefined when it is to be read. */
  find(name: string, fingerprint: string, surroundings: Surroundings): PackedServices | undefined {
    const known = this.#files.get(name);
    if (known?.fingerprint !== fingerprint || this.#surroundings !== digestOf(surroundings)) return undefined;
    return known.packed;
  }

  /** Keeps these files and no others. */
  keep(files: readonly KnownFile[], surroundings: Surroundings): void {
    this.#surroundings = digestOf(surroundings);
    this.#files = new Map(files.map((file) => [file.name, file]));
  }
}

/** Of everything that a file is read with: the environment and the authorities' certificates are in it. */
const digests = new WeakMap<Surroundings, string>();

function digestOf(surroundings: Surroundings): string {
  const known = digests.get(surroundings);
  if (known !== undefined) return known;
  const { currencies, ...others } = surroundings;
  const digest = hash('sha256', JSON.stringify({ ...others, currencies: [...currencies] }));
  digests.set(surroundings, digest);
  return digest;
}
