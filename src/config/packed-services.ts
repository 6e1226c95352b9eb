/**
 * What a services file defines as a few bytes a service: it is handed over from thread to thread so, and kept between two
 * readings of a configuration. Unpacked it is a part at a time, so that nobody holds the event loop with it.
 */
import { deserialize, serialize } from 'node:v8';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { CustomerFact } from '../domain/facts/fact.ts';
import type { CheckContext } from './build-service.ts';
import type { NamedIds } from './check-references.ts';
import type { ConfiguredService } from './configuration.ts';
import type { Problem } from './problem.ts';
import type { ServicesReading } from './read-services.ts';

/** Services or customers in a part: one or two milliseconds to unpack. */
const IN_A_PART = 200;

export interface PackedServices {
  readonly readable: boolean;
  readonly problems: readonly Problem[];
  readonly ids: Uint8Array;
  readonly customers: readonly Uint8Array[];
  readonly services: readonly Uint8Array[];
}

export function packServices({ readable, problems, ids, customers, services }: ServicesReading): PackedServices {
  return { readable, problems, ids: pack(ids), customers: parts(customers), services: parts(services) };
}

export function unpackIds(packed: Uint8Array): NamedIds {
  return unpack(packed) as NamedIds;
}

export function unpackCustomers(part: Uint8Array): readonly CustomerFact[] {
  return unpack(part) as readonly CustomerFact[];
}

/**
 * @param context that the services were built with: what all checks have in common they share with it again.
 * @param texts each text of which many services have the same, once.
 */
export function unpackServices(
  part: Uint8Array,
  { vantages, allow, trust, blockPages }: CheckContext,
  texts: Map<string, string>,
): readonly ConfiguredService[] {
  const one = (text: string): string => {
    const known = texts.get(text);
    if (known === undefined) texts.set(text, text);
    return known ?? text;
  };
  return (unpack(part) as readonly ConfiguredService[]).map(({ checks, ...service }) => ({
    ...service,
    checks: checks.map(({ fact, request, group, fate }) => ({
      fact: { ...fact, vantages },
      request: {
        ...request,
        ...(request.trust === undefined ? {} : { trust }),
        ...(request.blockPages === undefined ? {} : { blockPages }),
      },
      allow,
      ...(group === undefined ? {} : { group: one(group) }),
      ...(fate === undefined ? {} : { fate: one(fate) }),
    })),
  }));
}

function parts(items: readonly unknown[]): Uint8Array[] {
  const packed: Uint8Array[] = [];
  for (let from = 0; from < items.length; from += IN_A_PART) packed.push(pack(items.slice(from, from + IN_A_PART)));
  return packed;
}

function pack(value: unknown): Uint8Array {
  return zstdCompressSync(serialize(value));
}

function unpack(packed: Uint8Array): unknown {
  return deserialize(zstdDecompressSync(packed));
}
