/** The hash chain, byte for byte as docs/journal.md writes it down so that anyone can recompute it. */
import { hash as digest } from 'node:crypto';
import type { Instant } from '../domain/time/instant.ts';

/** The hash before the first entry: SHA-256 of the 24 ASCII characters `kepil journal, version 1`. */
export const GENESIS_HASH = digest('sha256', 'kepil journal, version 1');

/** What an entry's hash covers besides the hash before it. `factText` is the fact's canonical JSON. */
export interface HashedEntry {
  readonly seq: number;
  readonly recordedAt: Instant;
  readonly key: string | null;
  readonly factText: string;
}

/** SHA-256 in hexadecimal of the previous hash's 64 digits followed by the entry's canonical JSON in UTF-8. */
export function chainHash(previousHash: string, entry: HashedEntry): string {
  return digest(
    'sha256',
    `${previousHash}{"fact":${entry.factText},"key":${JSON.stringify(entry.key)},"recordedAt":${entry.recordedAt},"seq":${entry.seq}}`,
  );
}
