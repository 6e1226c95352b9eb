/** Turns the sandbox block into what its customers would be if someone had configured them by hand. */
import type { CustomerFact } from '../domain/facts/fact.ts';
import { MINUTE, SECOND } from '../domain/time/instant.ts';
import { parseInstant } from '../domain/time/text.ts';
import { buildService, type CheckContext } from './build-service.ts';
import type { ConfiguredService, SandboxSite } from './configuration.ts';
import type { SandboxBlock } from './sandbox-schema.ts';
import type { CheckEntry } from './services-schema.ts';

const HOST = '127.0.0.1';
/** The sandbox lives on loopback, which the target guard refuses to everyone else. */
const LOOPBACK = ['127.0.0.0/8'];
const ACTIVE_SINCE = parseInstant('2026-01-01T00:00:00+05:00');
/** Short, so that the first scripted outage shows while someone is still watching. */
const PACE = { interval: 2 * SECOND, timeout: SECOND, maxGap: MINUTE / 2, failures: 3, successes: 2 };

export interface Sandbox {
  readonly customers: readonly CustomerFact[];
  readonly services: readonly ConfiguredService[];
  readonly sites: readonly SandboxSite[];
}

/** Customers, services, checks and sites of the block; a service bears its customer's id. */
export function buildSandbox(block: SandboxBlock, context: CheckContext): Sandbox {
  return {
    customers: block.customers.map(({ id, name, email, locale }) => ({ type: 'customer', id, name, email, locale })),
    services: block.customers.map((customer) => buildSandboxService(customer, context)),
    sites: block.customers.flatMap(({ id, web, mail }): SandboxSite[] => [
      { service: id, component: 'web', ports: { http: web.port }, script: web.script },
      {
        service: id,
        component: 'mail',
        ports: { smtp: mail.smtpPort, imap: mail.imapPort },
        script: mail.script,
      },
    ]),
  };
}

function buildSandboxService(customer: SandboxBlock['customers'][number], context: CheckContext): ConfiguredService {
  const { id, monthlyFee, web, mail } = customer;
  const check = (target: Pick<CheckEntry, 'id' | 'http' | 'smtp' | 'imap'>): CheckEntry => ({
    ...PACE,
    quorum: 'majority',
    ...target,
  });
  const component = (checks: CheckEntry[]) => ({ require: 'all' as const, counts: true, checks });
  return buildService(
    {
      id,
      customer: id,
      lifecycle: [{ from: ACTIVE_SINCE, status: 'active' }],
      fees: [{ from: ACTIVE_SINCE, monthly: monthlyFee }],
      components: {
        web: component([check({ id: 'home', http: `http://${HOST}:${web.port}/` })]),
        mail: component([
          check({ id: 'smtp', smtp: { host: HOST, port: mail.smtpPort } }),
          check({ id: 'imap', imap: { host: HOST, port: mail.imapPort } }),
        ]),
      },
    },
    { ...context, allow: LOOPBACK },
  );
}
