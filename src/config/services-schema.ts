/** The shape of a services file: customers and their services. */
import { z } from 'zod';
import { BOUNDARIES, LIFECYCLE_STATUSES, LOCALES } from '../domain/facts/fact.ts';
import { minorDigits, parseMoney } from '../domain/money/money.ts';
import { DAY, HOUR, SECOND } from '../domain/time/instant.ts';
import { parseInstant, UnreadableText } from '../domain/time/text.ts';
import { parseBytes, parseDnsName, parseNameServer, RECORD_TYPES } from './dns-and-bytes.ts';
import { FROM_ENVIRONMENT } from './environment.ts';
import { httpOptions } from './http-schema.ts';
import { parseEmail, parseHost, parseHostAndPort, parseStatusRanges, parseWebUrl } from './scalars.ts';
import { Secret } from './secret.ts';
import { choice, duration, flag, identifier, integer, list, mapping, plainText, text } from './shape.ts';

const MAIL_SECURITIES = ['plain', 'starttls', 'tls'] as const;

/** Dates outside these are a slip of the pen: a service neither begins before the web nor in two centuries. */
const EARLIEST = parseInstant('1990-01-01T00:00:00Z');
const LATEST = parseInstant('2200-01-01T00:00:00Z');

export const instant = text('an instant with its offset such as 2026-03-10T00:30:00+05:00', (found) => {
  const at = parseInstant(found);
  if (at < EARLIEST || at >= LATEST) throw new UnreadableText(found, 'an instant from the year 1990 to 2199');
  return at;
});

/** Money as amount and currency; both are text, since YAML would read 12000.00 as a floating-point number. */
export const money = mapping('a mapping of amount and currency', {
  amount: z.string({ error: 'an amount in quotes such as "12000.00"' }),
  currency: z.string({ error: 'an ISO 4217 code such as KZT' }),
}).transform(({ amount, currency }, context) => {
  const digits = minorDigits(currency);
  try {
    return parseMoney(amount, currency);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    context.issues.push(
      digits === undefined
        ? { code: 'custom', path: ['currency'], message: 'an ISO 4217 code such as KZT', input: currency }
        : {
            code: 'custom',
            path: ['amount'],
            message: `an amount such as "12000.00" with at most ${digits} decimals`,
            input: amount,
          },
    );
    return z.NEVER;
  }
});

/** `200-299,301`, or one code as a number. */
export const statusCodes = z
  .union([z.string(), z.int().transform(String)], { error: 'HTTP status codes such as 200-299,301' })
  .transform((found, context) => {
    try {
      return parseStatusRanges(found);
    } catch (error) {
      if (!(error instanceof UnreadableText)) throw error;
      context.issues.push({ code: 'custom', message: error.expected, input: found });
      return z.NEVER;
    }
  });

const hostAndPort = text('a host and a port from 1 to 65535 such as mail.example.kz:25', parseHostAndPort);

export const INTERVAL = duration(SECOND, DAY);
export const TIMEOUT = duration(100, HOUR);

const mailAddress = text('a mail address such as ops@example.kz', parseEmail);
const userName = plainText('a user name', 300);
const password = text(FROM_ENVIRONMENT, (found) => new Secret(found));

const MAIL_SERVER_KEYS = {
  server: hostAndPort,
  security: choice(MAIL_SECURITIES)
    .optional()
    .meta({ description: 'Default: tls on ports 465 and 993, else starttls.' }),
  allowPlainTextPassword: flag()
    .optional()
    .meta({ description: 'Send the password where no TLS protects it. With security plain only.' }),
};

const delivery = mapping('a mapping of from, to, submission and mailbox', {
  from: mailAddress.meta({ description: 'The sender of the messages.' }),
  to: mailAddress.meta({ description: 'Their recipient: an address whose mail lands in the mailbox.' }),
  submission: mapping('a mapping of server, username and password', {
    ...MAIL_SERVER_KEYS,
    username: userName.optional(),
    password: password.optional(),
  }).meta({ description: 'The SMTP server that takes the messages.' }),
  mailbox: mapping('a mapping of server, username and password', {
    ...MAIL_SERVER_KEYS,
    username: userName,
    password,
  }).meta({ description: 'The IMAP server and mailbox in which they have to turn up, and are deleted.' }),
});

const bytes = (what: string) =>
  text(`${what}, with \\r, \\n, \\t, \\\\ and \\xHH for what cannot be typed`, parseBytes);

export const check = mapping('a check with id and exactly one kind such as http', {
  id: identifier('an id'),
  http: text('an absolute URL with its scheme such as https://example.kz/', parseWebUrl).optional(),
  status: statusCodes.optional().meta({ description: 'Good status codes, default 200-399. With http only.' }),
  ...httpOptions,
  smtp: hostAndPort.optional(),
  imap: hostAndPort.optional(),
  pop3: hostAndPort.optional(),
  tls: hostAndPort.optional(),
  dns: text('a name such as example.kz, or an address with record: PTR', parseDnsName).optional(),
  tcp: hostAndPort.optional(),
  icmp: text('a host name or an IP address', parseHost).optional(),
  security: choice(MAIL_SECURITIES).optional().meta({
    description:
      'With smtp, imap, pop3 and tcp only. Default: tls on ports 465, 993 and 995 of mail, else plain. With tcp: plain or tls.',
  }),
  username: userName.optional().meta({ description: 'Who logs in. With smtp, imap and pop3 only.' }),
  password: password.optional().meta({ description: 'With username.' }),
  allowPlainTextPassword: flag()
    .optional()
    .meta({ description: 'Send the password where no TLS protects it. With security plain only.' }),
  sender: mailAddress.optional().meta({ description: 'Asked with MAIL FROM, no mail is sent. With smtp only.' }),
  recipient: mailAddress.optional().meta({ description: 'Asked with RCPT TO, no mail is sent. With smtp only.' }),
  inbox: flag().optional().meta({ description: 'Open the inbox after the login, for reading only. With imap only.' }),
  delivery: delivery
    .optional()
    .meta({ description: 'A round trip: a message is sent, found in a mailbox and deleted.' }),
  starttls: choice(['smtp', 'imap', 'pop3'])
    .optional()
    .meta({ description: 'With tls only: the protocol in which STARTTLS is asked for.' }),
  daysLeft: integer(1, 1_000)
    .optional()
    .meta({ description: 'With tls only: down when a certificate ends within so many days.' }),
  minVersion: choice(['TLSv1.2', 'TLSv1.3'])
    .optional()
    .meta({ description: 'With tls only: the oldest version that is good enough, default TLSv1.2.' }),
  record: choice(RECORD_TYPES).optional().meta({ description: 'With dns only: the type of record, default A.' }),
  answers: list('a list of at least one record such as ["10 mail.example.kz"]', plainText('a record', 2_000), 1)
    .max(100, { error: 'at most 100 records' })
    .optional()
    .meta({ description: 'With dns only: records that must be in the answer, as in a zone file.' }),
  match: choice(['any', 'all', 'exactly'])
    .optional()
    .meta({ description: 'With answers only: one of them, each of them (default), or they and no other.' }),
  nxdomain: z
    .literal(true, { error: 'true, or nothing' })
    .optional()
    .meta({ description: 'With dns only: up when the name does not exist.' }),
  dnssec: flag()
    .optional()
    .meta({ description: 'With dns only: the name server must have validated the answer (AD flag).' }),
  servers: list(
    'a list of at least one name server such as [192.0.2.53]',
    text('the address of a name server such as 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:5353', parseNameServer),
    1,
  )
    .max(8, { error: 'at most 8 name servers' })
    .optional()
    .meta({ description: 'With dns only: name servers to ask in this order. Default: those of the machine.' }),
  send: bytes('a text to send').optional().meta({ description: 'With tcp only, together with expect.' }),
  expect: bytes('a text that must come').optional().meta({ description: 'With tcp only.' }),
  ip: z
    .union([z.literal('any'), z.literal(4), z.literal(6), z.literal('both')], { error: 'any, 4, 6 or both' })
    .optional()
    .meta({ description: 'Address family: IPv4 or else IPv6 (any, the default), one of them, or each in turn.' }),
  interval: INTERVAL.optional(),
  timeout: TIMEOUT.optional(),
  maxGap: duration(SECOND, 7 * DAY)
    .optional()
    .meta({ description: 'Probes further apart leave the time between them unknown. Default: three intervals.' }),
  failures: integer(1, 100).optional(),
  successes: integer(1, 100).optional(),
  quorum: z
    .union([z.literal('majority'), z.int().min(1).max(100)], { error: 'majority or a whole number from 1 to 100' })
    .default('majority')
    .meta({ description: 'How many living vantage points must see it down.' }),
  boundary: choice(BOUNDARIES).optional(),
});

const component = mapping('a component with checks', {
  require: z
    .union([z.literal('all'), z.literal('any'), z.int().min(1).max(100)], {
      error: 'all, any or a whole number from 1 to 100',
    })
    .default('all')
    .meta({ description: 'How many of the checks must be up.' }),
  counts: flag().default(true).meta({ description: 'Whether its downtime is the service’s downtime.' }),
  checks: list('a list of at least one check', check, 1),
});

const COMPONENT_NAME = 'a component’s name in lower case such as web, mail or dns';

const service = mapping('a service with id, customer and components', {
  id: identifier('an id'),
  customer: identifier('the id of a customer'),
  contract: identifier('the id of a contract').optional(),
  plan: identifier('the name of a tariff plan')
    .optional()
    .meta({ description: 'The tariff plan, for sums over services.' }),
  server: identifier('the name of a server')
    .optional()
    .meta({ description: 'Services with one server share its fate.' }),
  sharedFate: flag()
    .optional()
    .meta({ description: 'Whether its outages may be dated by the probes of the server’s other checks.' }),
  lifecycle: list(
    'a list of from and status',
    mapping('a mapping of from and status', { from: instant, status: choice(LIFECYCLE_STATUSES) }),
  )
    .default([])
    .meta({ description: 'Before the first entry the service is not active.' }),
  fees: list(
    'a list of from and monthly',
    mapping('a mapping of from and monthly', { from: instant, monthly: money }),
  ).default([]),
  components: z
    .record(z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, { error: COMPONENT_NAME }), component, {
      error: 'a mapping of components such as web and mail',
    })
    .refine((components) => Object.keys(components).length > 0, { error: 'at least one component such as web' }),
});

const customer = mapping('a customer with id, name, email and locale', {
  id: identifier('an id'),
  name: plainText('a name'),
  email: text('a mail address such as ops@example.kz', parseEmail),
  locale: choice(LOCALES),
});

export const servicesSchema = mapping('a mapping of customers and services', {
  customers: list('a list of customers', customer).default([]),
  services: list('a list of services', service).default([]),
});

export type ServicesFile = z.output<typeof servicesSchema>;
export type ServiceEntry = ServicesFile['services'][number];
export type CheckEntry = ServiceEntry['components'][string]['checks'][number];
/** What of a check or a canary says what is probed. */
export type TargetEntry = Omit<CheckEntry, 'interval' | 'maxGap' | 'failures' | 'successes' | 'quorum' | 'boundary'>;
