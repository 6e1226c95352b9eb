/** The shape of a services file: customers and their services. */
import { z } from 'zod';
import { BOUNDARIES, LIFECYCLE_STATUSES, LOCALES } from '../domain/facts/fact.ts';
import { minorDigits, parseMoney } from '../domain/money/money.ts';
import { DAY, SECOND } from '../domain/time/instant.ts';
import { parseInstant, UnreadableText } from '../domain/time/text.ts';
import { parseEmail, parseHostAndPort, parseStatusRanges, parseWebUrl } from './scalars.ts';
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

const statusCodes = z
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
export const TIMEOUT = duration(100, 300 * SECOND);

export const check = mapping('a check with id and one of http, smtp and imap', {
  id: identifier('an id'),
  http: text('an absolute URL with its scheme such as https://example.kz/', parseWebUrl).optional(),
  status: statusCodes.optional().meta({ description: 'Good status codes, default 200-399. With http only.' }),
  contains: plainText('a text', 1_000)
    .optional()
    .meta({ description: 'Text that the page must hold. With http only.' }),
  smtp: hostAndPort.optional(),
  imap: hostAndPort.optional(),
  security: choice(MAIL_SECURITIES)
    .optional()
    .meta({ description: 'With smtp and imap only. Default: tls on ports 465 and 993, else plain.' }),
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
