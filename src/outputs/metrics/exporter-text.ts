/**
 * The text that answers `/probe`: metric families with the names, help texts and types of the multi-target exporter that
 * Prometheus users run, so that dashboards and alert rules made for it find what they look for.
 */
import { labelSet } from './exposition.ts';

/** What each family says of itself (exporter 0.23). A family that is not here does not exist. */
const HELP = {
  probe_dns_additional_rrs: 'Returns number of entries in the additional resource record list',
  probe_dns_answer_rrs: 'Returns number of entries in the answer resource record list',
  probe_dns_authority_rrs: 'Returns number of entries in the authority resource record list',
  probe_dns_duration_seconds: 'Duration of DNS request by phase',
  probe_dns_lookup_time_seconds: 'Returns the time taken for probe dns lookup in seconds',
  probe_dns_query_succeeded: 'Displays whether or not the query was executed successfully',
  probe_dns_serial: 'Returns the serial number of the zone',
  probe_duration_seconds: 'Returns how long the probe took to complete in seconds',
  probe_failed_due_to_regex: 'Indicates if probe failed due to regex',
  probe_http_content_length: 'Length of http content response',
  probe_http_duration_seconds: 'Duration of http request by phase, summed over all redirects',
  probe_http_last_modified_timestamp_seconds: 'Returns the Last-Modified HTTP response header in unixtime',
  probe_http_redirects: 'The number of redirects',
  probe_http_ssl: 'Indicates if SSL was used for the final redirect',
  probe_http_status_code: 'Response HTTP status code',
  probe_http_uncompressed_body_length: 'Length of uncompressed response body',
  probe_http_version: 'Returns the version of HTTP of the probe response',
  probe_icmp_duration_seconds: 'Duration of icmp request by phase',
  probe_icmp_reply_hop_limit: 'Replied packet hop limit (TTL for ipv4)',
  probe_ip_addr_hash: "Specifies the hash of IP address. It's useful to detect if the IP address changes.",
  probe_ip_protocol: 'Specifies whether probe ip protocol is IP4 or IP6',
  probe_ssl_earliest_cert_expiry: 'Returns last SSL chain expiry in unixtime',
  probe_ssl_last_chain_expiry_timestamp_seconds: 'Returns last SSL chain expiry in timestamp',
  probe_ssl_last_chain_info: 'Contains SSL leaf certificate information',
  probe_success: 'Displays whether or not the probe was a success',
  probe_tls_version_info: 'Returns the TLS version used or NaN when unknown',
} as const;

export type ExporterMetric = keyof typeof HELP;

export interface ExporterSample {
  readonly name: ExporterMetric;
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Prometheus text format 0.0.4, families by name. */
export function formatExporterText(samples: readonly ExporterSample[]): string {
  const families = Map.groupBy(samples, ({ name }) => name);
  return [...families]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, family]) => {
      const lines = family.map(
        ({ labels, value }) => `${name}${labels === undefined ? '' : labelSet(labels)} ${value}`,
      );
      return [`# HELP ${name} ${HELP[name]}`, `# TYPE ${name} gauge`, ...lines.sort(), ''].join('\n');
    })
    .join('');
}
