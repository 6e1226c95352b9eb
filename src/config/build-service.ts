import type { CheckFact, ServiceFact } from '../domain/facts/fact.ts';
import type { MailSecurity, Target } from '../probes/target.ts';
import type { ConfiguredCanaries, ConfiguredCheck, ConfiguredService } from './configuration.ts';
import type { MainFile } from './main-schema.ts';
import type { CheckEntry, ServiceEntry } from './services-schema.ts';

/** What checks take from the main file. */
export interface CheckContext {
  readonly vantage: string;
  readonly defaults: MainFile['probing']['defaults'];
  readonly allow: readonly string[];
  /** PEM texts. */
  readonly trust: readonly string[];
  /** Whether edges may be dated by the probes of a server's other checks. */
  readonly sharedFate: boolean;
}

/** What of a check or a canary says what is probed. */
type TargetEntry = NonNullable<MainFile['probing']['canaries']>['targets'][number] | CheckEntry;

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
      checks.map((check) => buildCheck(checkId(entry, name, check), check, entry, context)),
    ),
  };
}

function checkId(service: ServiceEntry, component: string, check: CheckEntry): string {
  return `${service.id}/${component}/${check.id}`;
}

function buildCheck(id: string, entry: CheckEntry, service: ServiceEntry, context: CheckContext): ConfiguredCheck {
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
  const target = buildTarget(entry);
  const { server } = service;
  const sharesFate = server !== undefined && (service.sharedFate ?? context.sharedFate);
  return {
    fact,
    request: { target, timeoutMs, ...(trust.length === 0 ? {} : { trust }) },
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
    request: { target: buildTarget(entry), timeoutMs: entry.timeout, ...(trust.length === 0 ? {} : { trust }) },
    allow,
  }));
  return { canaries, need, intervalMs: interval };
}

function buildTarget(entry: TargetEntry): Target {
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
  throw new TypeError(`check ${entry.id}: a check that was found good has one of http, smtp and imap`);
}

function securityOf(entry: TargetEntry, port: number): MailSecurity {
  return entry.security ?? (IMPLICIT_TLS_PORTS.has(port) ? 'tls' : 'plain');
}
