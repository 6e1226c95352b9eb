/**
 * Reads the services files of a configuration: here when there is little to read, in threads when there is more, and not at
 * all what is known from the reading before. Whoever else is on the event loop has a turn between any two parts of them.
 */
import { setImmediate as turn } from 'node:timers/promises';
import type { CustomerFact } from '../domain/facts/fact.ts';
import type { CheckContext } from './build-service.ts';
import type { NamedIds, Placed } from './check-references.ts';
import type { Configuration, ConfiguredService } from './configuration.ts';
import { type Complaint, SourceDocument } from './document.ts';
import type { Environment } from './environment.ts';
import type { KnownServices } from './known-services.ts';
import { type PackedServices, packServices, unpackCustomers, unpackIds, unpackServices } from './packed-services.ts';
import type { KeyPath, Problem } from './problem.ts';
import { readServices, type ServicesReading, type Surroundings } from './read-services.ts';
import { readInThreads } from './services-threads.ts';

/** How services files are read. */
export interface ReadingOptions {
  /** Threads at most. */
  readonly threads: number;
  /** With so many bytes to read, and more, they are read in threads. */
  readonly threadsFromBytes: number;
  /** What was read before, and will be. */
  readonly known?: KnownServices;
}

export interface ServicesText {
  readonly name: string;
  readonly fingerprint: string;
  /** UTF-8. */
  readonly text: Buffer;
}

/** A services file and what was read of it. */
export class ServicesFile implements Placed {
  readonly readable: boolean;
  /** Of what it defines. */
  readonly counts: { readonly customers: number; readonly services: number };
  readonly #source: ServicesText;
  readonly #environment: Environment;
  /** What was read of it. */
  readonly read: ServicesReading | PackedServices;
  #document: SourceDocument | undefined;

  constructor(source: ServicesText, environment: Environment, read: ServicesReading | PackedServices) {
    this.#source = source;
    this.#environment = environment;
    this.read = read;
    this.readable = read.readable;
    const { customers, services } = this.ids();
    this.counts = { customers: customers.length, services: services.length };
  }

  ids(): NamedIds {
    return isPacked(this.read) ? unpackIds(this.read.ids) : this.read.ids;
  }

  /** Of the file by itself, and what was complained of since. */
  get problems(): readonly Problem[] {
    // What both say is told once where problems are sorted.
    return [...this.read.problems, ...(this.#document?.problems ?? [])];
  }

  complain(complaint: Complaint): void {
    this.#open().complain(complaint);
  }

  placeOf(path: KeyPath): string {
    return this.#open().placeOf(path);
  }

  /** Places need the text, and the parser. */
  #open(): SourceDocument {
    this.#document ??= new SourceDocument(this.#source.name, this.#source.text.toString(), this.#environment);
    return this.#document;
  }
}

/** Reads the files, all that are not known. */
export async function readServicesFiles(
  sources: readonly ServicesText[],
  surroundings: Surroundings,
  { threads, threadsFromBytes, known }: ReadingOptions,
): Promise<readonly ServicesFile[]> {
  const found = new Map<ServicesText, ServicesReading | PackedServices>();
  for (const source of sources) {
    const packed = known?.find(source.name, source.fingerprint, surroundings);
    if (packed) found.set(source, packed);
  }
  const unread = sources.filter((source) => !found.has(source));
  if (unread.reduce((bytes, { text }) => bytes + text.length, 0) >= threadsFromBytes) {
    const readings = await readInThreads(unread, surroundings, threads);
    for (const [index, reading] of readings.entries()) found.set(unread[index] as ServicesText, reading);
  } else {
    for (const source of unread) {
      const reading = readServices(source.name, source.text.toString(), surroundings);
      found.set(source, known ? packServices(reading) : reading);
    }
  }
  const files: ServicesFile[] = [];
  for (const source of sources) {
    files.push(new ServicesFile(source, surroundings.environment, found.get(source) as ServicesReading));
    await turn();
  }
  known?.keep(
    [...found].flatMap(([{ name, fingerprint }, packed]) =>
      isPacked(packed) && packed.problems.length === 0 ? [{ name, fingerprint, packed }] : [],
    ),
    surroundings,
  );
  return files;
}

/** All that files without problems define: what is packed stays so, and is unpacked each time that it is gone through. */
export function fleetOf(
  files: readonly ServicesFile[],
  context: CheckContext,
): Pick<Configuration, 'customers' | 'services'> {
  const texts = new Map<string, string>();
  // Without the files' texts, which nobody asks for any more.
  const readings = files.map(({ read }) => read);
  const { customers, services } = files.reduce(
    (sum, { counts }) => ({ customers: sum.customers + counts.customers, services: sum.services + counts.services }),
    { customers: 0, services: 0 },
  );
  return {
    customers: {
      length: customers,
      *[Symbol.iterator]() {
        for (const read of readings) yield* customersOf(read);
      },
    },
    services: {
      length: services,
      *[Symbol.iterator]() {
        for (const read of readings) yield* servicesOf(read, context, texts);
      },
    },
  };
}

function* customersOf(read: ServicesReading | PackedServices): Generator<CustomerFact> {
  if (!isPacked(read)) yield* read.customers;
  else for (const part of read.customers) yield* unpackCustomers(part);
}

/** @param texts see `unpackServices`. */
function* servicesOf(
  read: ServicesReading | PackedServices,
  context: CheckContext,
  texts: Map<string, string>,
): Generator<ConfiguredService> {
  if (!isPacked(read)) yield* read.services;
  else for (const part of read.services) yield* unpackServices(part, context, texts);
}

function isPacked(read: ServicesReading | PackedServices): read is PackedServices {
  return read.ids instanceof Uint8Array;
}
