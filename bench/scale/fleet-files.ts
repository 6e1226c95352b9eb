/** A hosting provider's configuration at any size: customers, fees, lifecycles, servers of some 200 services each. */
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HTTPS_ADDRESSES, type Ports, type Served } from './servers.ts';

const SHIPPED_CONTRACTS = fileURLToPath(new URL('../../config/contracts', import.meta.url));
const SERVICES_PER_FILE = 1_000;
const SERVICES_PER_SERVER = 200;
/** Customers have two services each, as resellers and agencies make it in the mean. */
const SERVICES_PER_CUSTOMER = 2;
const LOCALES = ['kk', 'ru', 'en'];
const FEES = ['1990.00', '4500.00', '12000.00'];

export interface FleetOptions {
  /** Services, each with one check of its web site. */
  readonly services: number;
  /** Mail checks: SMTP and IMAP of every so many services. */
  readonly mail: number;
  /** Of the web checks; mail checks are run half as often. */
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  /** Share of the web checks that go over TLS, 0 to 1. */
  readonly https: number;
}

export interface Fleet {
  readonly configPath: string;
  readonly journalPath: string;
  /** Whether a check's target is in the set that dies. */
  readonly isMortal: (check: string) => boolean;
  readonly webChecks: number;
  readonly mailChecks: number;
  readonly mortalChecks: number;
}

/** Writes the main file and the services files into an empty folder. */
export async function writeFleet(folder: string, port: number, served: Served, options: FleetOptions): Promise<Fleet> {
  const { services, mail, intervalSeconds, timeoutSeconds, https } = options;
  await mkdir(join(folder, 'services'), { recursive: true });
  await cp(SHIPPED_CONTRACTS, join(folder, 'contracts'), { recursive: true });
  await writeFile(join(folder, 'trust.pem'), served.certificate);
  // Short fleets still have some servers, so that half of them can die.
  const perServer = Math.max(1, Math.min(SERVICES_PER_SERVER, Math.floor(services / 10)));
  const withMail = Math.ceil(mail / 2);
  let mailChecks = 0;
  let mortalChecks = 0;
  for (let from = 0; from < services; from += SERVICES_PER_FILE) {
    const to = Math.min(services, from + SERVICES_PER_FILE);
    let customers = 'customers:\n';
    let entries = 'services:\n';
    for (let n = from; n < to; n += 1) {
      if (n % SERVICES_PER_CUSTOMER === 0) customers += customerOf(n / SERVICES_PER_CUSTOMER);
      const server = Math.floor(n / perServer);
      const isMortal = server % 2 === 1;
      const ports = isMortal ? served.mortal : served.alive;
      // Spread over the fleet, not heaped up on its first servers.
      const hasMail = Math.floor(((n + 1) * withMail) / services) > Math.floor((n * withMail) / services);
      const isHttps = Math.floor((n + 1) * https) > Math.floor(n * https);
      const checksOfMail = hasMail ? Math.min(2, mail - mailChecks) : 0;
      mailChecks += checksOfMail;
      if (isMortal) mortalChecks += 1 + checksOfMail;
      entries += serviceOf(n, server, ports, { isHttps, checksOfMail, mailInterval: 2 * intervalSeconds });
    }
    const name = `services-${String(from / SERVICES_PER_FILE).padStart(4, '0')}.yaml`;
    await writeFile(join(folder, 'services', name), customers + entries);
  }
  const configPath = join(folder, 'kepil.yaml');
  await writeFile(
    configPath,
    `contracts: contracts/*.yaml
contract: ps-builder
services: services/*.yaml
journal: { path: data/kepil.sqlite }
listen: { host: 127.0.0.1, port: ${port} }
probing:
  allow: [127.0.0.0/8]
  trust: [trust.pem]
  defaults: { interval: ${intervalSeconds}s, timeout: ${timeoutSeconds}s }
`,
  );
  const isMortal = (check: string): boolean => {
    const n = Number(/^site-(\d+)\//.exec(check)?.[1]);
    return Math.floor(n / perServer) % 2 === 1;
  };
  return {
    configPath,
    journalPath: join(folder, 'data', 'kepil.sqlite'),
    isMortal,
    webChecks: services,
    mailChecks,
    mortalChecks,
  };
}

function customerOf(n: number): string {
  return `  - id: customer-${n}
    name: "Customer ${n} ЖШС"
    email: ops@customer-${n}.example
    locale: ${LOCALES[n % LOCALES.length]}
`;
}

function serviceOf(
  n: number,
  server: number,
  ports: Ports,
  has: { readonly isHttps: boolean; readonly checksOfMail: number; readonly mailInterval: number },
): string {
  const address = `127.10.${server >> 8}.${server & 255}`;
  const url = has.isHttps
    ? `https://${HTTPS_ADDRESSES[server % HTTPS_ADDRESSES.length]}:${ports.https}/site-${n}`
    : `http://${address}:${ports.http}/site-${n}`;
  const mail = [`smtp: "${address}:${ports.smtp}"`, `imap: "${address}:${ports.imap}"`]
    .slice(0, has.checksOfMail)
    .map((target) => `          - { id: ${target.slice(0, 4)}, ${target}, interval: ${has.mailInterval}s }\n`);
  return `  - id: site-${n}
    customer: customer-${Math.floor(n / SERVICES_PER_CUSTOMER)}
    plan: start
    server: web-${server}
    lifecycle:
      - { from: 2026-01-01T00:00:00+05:00, status: active }
    fees:
      - { from: 2026-01-01T00:00:00+05:00, monthly: { amount: "${FEES[n % FEES.length]}", currency: KZT } }
    components:
      web:
        checks:
          - { id: home, http: "${url}" }
${mail.length === 0 ? '' : `      mail:\n        checks:\n${mail.join('')}`}`;
}
