/** Which address was dialled, as the exporter's metrics tell it. */
import { isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { ExporterSample } from '../../outputs/metrics/exporter-text.ts';

/** Family, hash of the address, and how long the lookup took. */
export function addressSamples(address: string | undefined, lookupMs: number | undefined): ExporterSample[] {
  const known = addressOf(address);
  const family = known === undefined ? 0 : known.kind() === 'ipv4' ? 4 : 6;
  return [
    { name: 'probe_dns_lookup_time_seconds', value: (lookupMs ?? 0) / 1_000 },
    { name: 'probe_ip_addr_hash', value: addressHash(address) },
    { name: 'probe_ip_protocol', value: family },
  ];
}

/** What stands for an address in the exporter's metrics: FNV-1a, 32 bits, over its bytes; 0 where there is none. */
export function addressHash(address: string | undefined): number {
  const known = addressOf(address);
  return known === undefined ? 0 : fnv1a(known.toByteArray());
}

function addressOf(address: string | undefined): ReturnType<typeof ipaddr.process> | undefined {
  return address !== undefined && (isIPv4(address) || isIPv6(address)) ? ipaddr.process(address) : undefined;
}

function fnv1a(bytes: readonly number[]): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
