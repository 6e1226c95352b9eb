/** The shape of `kepil.yaml`. */
import type { z } from 'zod';
import { BOUNDARIES, PROPOSED_REASONS } from '../domain/facts/fact.ts';
import { HOUR, SECOND } from '../domain/time/instant.ts';
import { FROM_ENVIRONMENT } from './environment.ts';
import { modulesBlock } from './modules-schema.ts';
import { provider } from './provider-schema.ts';
import { sandboxSchema } from './sandbox-schema.ts';
import { parseAddressRange, parseHost, parseRelay, parseSender, parseTimeOfDay, parseWebUrl } from './scalars.ts';
import { Secret } from './secret.ts';
import { check, INTERVAL, TIMEOUT } from './services-schema.ts';
import { choice, duration, flag, identifier, integer, list, mapping, plainText, text } from './shape.ts';

/** Time between two probes of a check where nothing else is written. */
export const DEFAULT_INTERVAL = '60s';

const filePattern = plainText('a file name or a pattern such as services/*.yaml, relative to this file', 500);

const defaults = mapping('a mapping of interval, timeout, failures, successes and boundary', {
  interval: INTERVAL.prefault(DEFAULT_INTERVAL).meta({ description: 'Time between two probes of a check.' }),
  timeout: TIMEOUT.prefault('10s').meta({ description: 'Deadline of a probe.' }),
  failures: integer(1, 100).default(3).meta({ description: 'Failed probes in a row that confirm an outage.' }),
  successes: integer(1, 100).default(2).meta({ description: 'Good probes in a row that confirm recovery.' }),
  boundary: choice(BOUNDARIES).default('midpoint').meta({ description: 'Where an edge of an outage is placed.' }),
});

/** What of a check's keys is about the target; the others are about detection. */
const target = check.omit({
  interval: true,
  maxGap: true,
  failures: true,
  successes: true,
  quorum: true,
  boundary: true,
});

const canaries = mapping('a mapping of need, interval and targets', {
  need: integer(1, 100).default(1).meta({ description: 'How many of them must answer.' }),
  interval: duration(5 * SECOND, HOUR)
    .prefault('60s')
    .meta({ description: 'Time between two looks while nothing fails.' }),
  targets: list(
    'a list of at least one target',
    mapping('a target with id and exactly one kind such as http', {
      ...target.shape,
      timeout: TIMEOUT.prefault('3s').meta({ description: 'How long a failure of a check may be in doubt.' }),
    }),
    1,
  ),
});

const PROBING =
  'a mapping of allow, trust, sharedFate, canaries, threads, perServer, inFlight, extra, jitter, seed and defaults';

const probing = mapping(PROBING, {
  allow: list(
    'a list of address ranges such as [10.0.0.0/8]',
    text('an address range such as 10.0.0.0/8', parseAddressRange),
  )
    .default([])
    .meta({ description: 'Private address ranges that may be probed all the same.' }),
  trust: list('a list of PEM files', plainText('a PEM file, relative to this file', 500))
    .default([])
    .meta({ description: 'Certificates of private authorities to trust besides the system’s.' }),
  sharedFate: flag()
    .default(true)
    .meta({ description: 'Whether outages may be dated by the probes of a server’s other checks.' }),
  threads: integer(1, 64).optional().meta({
    description:
      'Threads that probe. Default: one for each 200 probes a second at the start, at most one a core and 8.',
  }),
  perServer: integer(1, 1_000)
    .default(8)
    .meta({ description: 'Probes at once to one server; more only where its own schedule needs them.' }),
  inFlight: integer(16, 1_000_000)
    .default(30_000)
    .meta({ description: 'Probes at once to all servers. Each needs a descriptor.' }),
  extra: integer(0, 1_000)
    .default(100)
    .meta({ description: 'Probes besides the schedule, in per cent of it: confirmations, and what is down.' }),
  jitter: integer(0, 100)
    .default(10)
    .meta({ description: 'How far slots wander about their grid, in per cent of the interval; 0: they stay on it.' }),
  seed: integer(0, 4_294_967_295).default(1).meta({ description: 'What their wandering is drawn from.' }),
  canaries: canaries.optional().meta({
    description:
      'Targets of known good standing outside the provider’s network. Absent: the monitor cannot doubt itself.',
  }),
  defaults: defaults.prefault({}),
});

const exclusions = mapping('a mapping of autoAccept', {
  autoAccept: list('a list of reasons such as [dns-propagation]', choice(PROPOSED_REASONS))
    .default([])
    .meta({ description: 'Reasons for which a proposed exclusion is accepted without a person.' }),
});

const secret = text(FROM_ENVIRONMENT, (found) => new Secret(found));

const mail = mapping('a mapping of relay and from', {
  relay: text('a mail relay such as smtp://127.0.0.1:25', (found) => new Secret(parseRelay(found))),
  from: text('a sender such as SLA <ops@example.kz>', parseSender),
  username: plainText('a user name').optional(),
  password: secret.optional(),
});

const influx = mapping('a mapping of url and database', {
  url: text('an absolute URL with its scheme such as http://127.0.0.1:8086/', parseWebUrl),
  database: plainText('the name of a database'),
  username: plainText('a user name').optional(),
  password: secret.optional(),
});

const statements = mapping('a mapping of sendOnDay and at', {
  sendOnDay: integer(1, 28).default(1).meta({ description: 'Day of the month on which the month before is closed.' }),
  at: text('a time of day such as 09:00', parseTimeOfDay)
    .prefault('09:00')
    .meta({ description: 'Time of that day on the contract clock.' }),
});

const probeClients = mapping('a mapping of clients and names', {
  clients: list(
    'a list of address ranges such as [10.0.0.5/32]',
    text('an address range such as 10.0.0.5/32', parseAddressRange),
  ).default([]),
  names: list('a list of host names', text('a host name', parseHost))
    .default([])
    .meta({ description: 'Names under which they reach it, besides its address.' }),
});

export const mainSchema = mapping('a mapping of contracts, contract, services, journal and listen', {
  contracts: filePattern.meta({ description: 'Contract files, relative to this file.' }),
  contract: identifier('the id of a contract').meta({ description: 'The contract of services that name none.' }),
  services: filePattern.meta({ description: 'Files of customers and services, relative to this file.' }),
  journal: mapping('a mapping of path', {
    path: plainText('a file, relative to this file', 500).meta({ description: 'The journal’s SQLite file.' }),
  }),
  listen: mapping('a mapping of host and port', {
    host: text('a host name or an IP address', parseHost),
    port: integer(0, 65_535).meta({ description: '0 takes any free port.' }),
    probe: probeClients.prefault({}).meta({ description: 'Who may ask /probe besides this machine.' }),
  }),
  vantage: identifier('the name of this vantage point').default('local'),
  probing: probing.prefault({}),
  provider: provider.optional().meta({ description: 'Absent: no exclusion is proposed.' }),
  exclusions: exclusions.prefault({}),
  mail: mail.optional().meta({ description: 'Absent: no mail is sent.' }),
  influx: influx.optional().meta({ description: 'Absent: no samples are written.' }),
  statements: statements.prefault({}),
  modules: modulesBlock.prefault({}).meta({ description: 'How /probe probes, by the name of a module.' }),
  sandbox: sandboxSchema.optional().meta({ description: 'Customers with sites that Kepil serves and breaks itself.' }),
});

export type MainFile = z.output<typeof mainSchema>;
