import type { CheckFact, ServiceFact } from '../domain/facts/fact.ts';
import type { DnsTarget, MailSecurity, Target } from '../probes/target.ts';
import type { ConfiguredCheck, ConfiguredService } from './configuration.ts';
import { parseRecord, reverseName } from './dns-and-bytes.ts';
import type { MainFile } from './main-schema.ts';
import type { CheckEntry, ServiceEntry } from './services-schema.ts';

/** What checks take from the main file. */
export interface CheckContext {
  readonly vantage: string;
  readonly defaults: MainFile['probing']['defaults'];
  readonly allow: readonly string[];
  /** PEM texts. */
  readonly trust: readonly string[];
}

/** Good status codes where a check names none: success and redirection. */
const GOOD_STATUS = [{ from: 200, to: 399 }];
/** Ports on which TLS comes first (RFC 8314, section 3). */
const IMPLICIT_TLS_PORTS: ReadonlySet<number> = new Set([465, 993]);

/** A service with its facts and checks from its entry, which must have been checked. */
export function buildService(entry: ServiceEntry, context: CheckContext): ConfiguredService {
  const components = Object.entries(entry.components);
  const fact: ServiceFact = {
    type: 'service',
    id: entry.id,
    customer: entry.customer,
    components: Object.fromEntries(
      components.map(([name, { checks, require, counts }]) => [
        name,
        { checks: checks.map((check) => checkId(entry, name, check)), require, counts },
      ]),
    ),
    ...(entry.contract === undefined ? {} : { contract: entry.contract }),
    ...(entry.plan === undefined ? {} : { plan: entry.plan }),
  };
  return {
    fact,
    lifecycle: entry.lifecycle.map(({ from, status }) => ({ type: 'lifecycle', service: entry.id, from, status })),
    fees: entry.fees.map(({ from, monthly }) => ({ type: 'fee', service: entry.id, from, monthly })),
    checks: components.flatMap(([name, { checks }]) =>
      checks.map((check) => buildCheck(checkId(entry, name, check), check, entry.server, context)),
    ),
  };
}

function checkId(service: ServiceEntry, component: string, check: CheckEntry): string {
  return `${service.id}/${component}/${check.id}`;
}

function buildCheck(id: string, entry: CheckEntry, group: string | undefined, context: CheckContext): ConfiguredCheck {
  const { defaults, vantage, allow, trust } = context;
  const intervalMs = entry.interval ?? defaults.interval;
  const fact: CheckFact = {
    type: 'check',
    id,
    vantages: [vantage],
    intervalMs,
    maxGapMs: entry.maxGap ?? 3 * intervalMs,
    failures: entry.failures ?? defaults.failures,
    successes: entry.successes ?? defaults.successes,
    quorum: entry.quorum,
    boundary: entry.boundary ?? defaults.boundary,
  };
  // A default timeout yields to a short interval, so that whoever writes `interval: 5s` need not write a timeout too.
  const timeoutMs = entry.timeout ?? Math.min(defaults.timeout, intervalMs);
  return {
    fact,
    request: { target: buildTarget(entry), timeoutMs, ...(trust.length === 0 ? {} : { trust }) },
    allow,
    ...(group === undefined ? {} : { group }),
  };
}

function buildTarget(entry: CheckEntry): Target {
  if (entry.http !== undefined) {
    return {
      kind: 'http',
      url: entry.http,
      status: entry.status ?? GOOD_STATUS,
      ...(entry.contains === undefined ? {} : { contains: entry.contains }),
    };
  }
  if (entry.smtp !== undefined) return { kind: 'smtp', ...entry.smtp, security: securityOf(entry, entry.smtp.port) };
  if (entry.imap !== undefined) return { kind: 'imap', ...entry.imap, security: securityOf(entry, entry.imap.port) };
  if (entry.tls !== undefined) {
    return {
      kind: 'tls',
      ...entry.tls,
      minVersion: entry.minVersion ?? 'TLSv1.2',
      ...(entry.starttls === undefined ? {} : { starttls: entry.starttls }),
      ...(entry.daysLeft === undefined ? {} : { daysLeft: entry.daysLeft }),
    };
  }
  if (entry.dns !== undefined) return buildDnsTarget(entry.dns, entry);
  if (entry.tcp !== undefined) {
    return {
      kind: 'tcp',
      ...entry.tcp,
      tls: entry.security === 'tls',
      ...(entry.send === undefined ? {} : { send: entry.send }),
      ...(entry.expect === undefined ? {} : { expect: entry.expect }),
    };
  }
  if (entry.icmp !== undefined) return { kind: 'icmp', host: entry.icmp };
  throw new TypeError(`check ${entry.id}: a check that was found good has a kind`);
}

function buildDnsTarget(name: string, entry: CheckEntry): DnsTarget {
  const type = entry.record ?? 'A';
  const answers = entry.answers?.map((answer) => parseRecord(type, answer));
  return {
    kind: 'dns',
    name: reverseName(name) ?? name,
    type,
    dnssec: entry.dnssec ?? false,
    expect: entry.nxdomain
      ? { kind: 'nxdomain' }
      : answers === undefined
        ? { kind: 'some' }
        : { kind: entry.match ?? 'all', answers },
    ...(entry.servers === undefined ? {} : { servers: entry.servers }),
  };
}

function securityOf(entry: CheckEntry, port: number): MailSecurity {
  return entry.security ?? (IMPLICIT_TLS_PORTS.has(port) ? 'tls' : 'plain');
}
