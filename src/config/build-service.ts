import type { CheckFact, ServiceFact } from '../domain/facts/fact.ts';
import { MINUTE } from '../domain/time/instant.ts';
import type { BlockPage, DeliveryTarget, DnsTarget, MailCredentials, MailServer, Target } from '../probes/target.ts';
import { buildHttpTarget } from './build-http-target.ts';
import type { ConfiguredCanaries, ConfiguredCheck, ConfiguredService } from './configuration.ts';
import { parseRecord, reverseName } from './dns-and-bytes.ts';
import type { MainFile } from './main-schema.ts';
import type { HostAndPort } from './scalars.ts';
import type { Secret } from './secret.ts';
import type { CheckEntry, ServiceEntry, TargetEntry } from './services-schema.ts';

/** What checks take from the main file. */
export interface CheckContext {
  /** One list for all checks. */
  readonly vantages: readonly string[];
  readonly defaults: MainFile['probing']['defaults'];
  readonly allow: readonly string[];
  /** PEM texts. */
  readonly trust: readonly string[];
  /** Whether edges may be dated by the probes of a server's other checks. */
  readonly sharedFate: boolean;
  /** One list for all checks. */
  readonly blockPages: readonly BlockPage[];
}

/** Mail may take minutes and be on time. */
const DELIVERY_TIMEOUT = 5 * MINUTE;
/** Ports on which TLS comes first (RFC 8314, section 3). */
const IMPLICIT_TLS_PORTS: ReadonlySet<number> = new Set([465, 993, 995]);

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
      checks.map((check) => buildCheck(checkId(entry, name, check), check, entry, context)),
    ),
  };
}

function checkId(service: ServiceEntry, component: string, check: CheckEntry): string {
  return `${service.id}/${component}/${check.id}`;
}

function buildCheck(id: string, entry: CheckEntry, service: ServiceEntry, context: CheckContext): ConfiguredCheck {
  const { defaults, vantages, allow, trust, blockPages } = context;
  const intervalMs = entry.interval ?? defaults.interval;
  const fact: CheckFact = {
    type: 'check',
    id,
    vantages,
    intervalMs,
    maxGapMs: entry.maxGap ?? 3 * intervalMs,
    failures: entry.failures ?? defaults.failures,
    successes: entry.successes ?? defaults.successes,
    quorum: entry.quorum,
    boundary: entry.boundary ?? defaults.boundary,
  };
  // A default timeout yields to a short interval, so that whoever writes `interval: 5s` need not write a timeout too.
  const usualMs = entry.delivery === undefined ? defaults.timeout : DELIVERY_TIMEOUT;
  const timeoutMs = entry.timeout ?? Math.min(usualMs, intervalMs);
  const target = buildTarget(entry, `${id}@${vantages.join()}`);
  const { server } = service;
  const sharesFate = server !== undefined && (service.sharedFate ?? context.sharedFate);
  return {
    fact,
    request: {
      target,
      timeoutMs,
      ...(trust.length === 0 ? {} : { trust }),
      ...(entry.ip === undefined ? {} : { ip: entry.ip }),
      ...(blockPages.length === 0 || target.kind !== 'http' ? {} : { blockPages }),
    },
    allow,
    ...(server === undefined ? {} : { group: server }),
    ...(sharesFate ? { fate: `${server}/${target.kind}` } : {}),
  };
}

/** The canaries, which must have been checked. */
export function buildCanaries(
  { targets, need, interval }: NonNullable<MainFile['probing']['canaries']>,
  { allow, trust }: Pick<CheckContext, 'allow' | 'trust'>,
): ConfiguredCanaries {
  const canaries = targets.map((entry) => ({
    request: {
      target: buildTarget(entry, `canary ${entry.id}`),
      timeoutMs: entry.timeout,
      ...(trust.length === 0 ? {} : { trust }),
      ...(entry.ip === undefined ? {} : { ip: entry.ip }),
    },
    allow,
  }));
  return { canaries, need, intervalMs: interval };
}

/** `mark` tells the messages of a mail round trip from those of others. */
function buildTarget(entry: TargetEntry, mark: string): Target {
  if (entry.http !== undefined) return buildHttpTarget(entry.http, entry);
  if (entry.smtp !== undefined) {
    return {
      kind: 'smtp',
      ...mailServer(entry.smtp, entry, 'plain'),
      ...(entry.sender === undefined ? {} : { sender: entry.sender }),
      ...(entry.recipient === undefined ? {} : { recipient: entry.recipient }),
    };
  }
  if (entry.imap !== undefined) {
    return {
      kind: 'imap',
      ...mailServer(entry.imap, entry, 'plain'),
      ...(entry.inbox === undefined ? {} : { inbox: entry.inbox }),
    };
  }
  if (entry.pop3 !== undefined) return { kind: 'pop3', ...mailServer(entry.pop3, entry, 'plain') };
  if (entry.delivery !== undefined) return deliveryTarget(entry.delivery, mark);
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

function buildDnsTarget(name: string, entry: TargetEntry): DnsTarget {
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

function deliveryTarget(entry: NonNullable<CheckEntry['delivery']>, mark: string): DeliveryTarget {
  const { from, to, submission, mailbox } = entry;
  return {
    kind: 'delivery',
    submission: mailServer(submission.server, submission, 'starttls'),
    mailbox: {
      ...mailServer(mailbox.server, mailbox, 'starttls'),
      credentials: mailCredentials(mailbox.username, mailbox.password, mailbox.allowPlainTextPassword),
    },
    from,
    to,
    mark,
  };
}

type MailKeys = Pick<CheckEntry, 'security' | 'username' | 'password' | 'allowPlainTextPassword'>;

/** `usual` is the security on a port that says nothing of it. */
function mailServer(to: HostAndPort, keys: MailKeys, usual: 'plain' | 'starttls'): MailServer {
  const { username, password, allowPlainTextPassword } = keys;
  return {
    ...to,
    security: keys.security ?? (IMPLICIT_TLS_PORTS.has(to.port) ? 'tls' : usual),
    ...(username === undefined || password === undefined
      ? {}
      : { credentials: mailCredentials(username, password, allowPlainTextPassword) }),
  };
}

function mailCredentials(username: string, password: Secret, inPlainText: boolean | undefined): MailCredentials {
  return { username, password: password.reveal(), ...(inPlainText ? { inPlainText } : {}) };
}
