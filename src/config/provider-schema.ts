/** The shape of `provider`: what is known of the provider itself, by which evidence tells whose doing an outage was. */
import { MINUTE, SECOND } from '../domain/time/instant.ts';
import { headerRules } from './http-schema.ts';
import { parseAddressRange, parseWebUrl } from './scalars.ts';
import { statusCodes } from './services-schema.ts';
import { duration, list, mapping, plainText, text } from './shape.ts';

/** Kinds of checks that a witness can be asked about, mail and TLS by how they are secured. */
const WITNESS_KINDS = [
  'http',
  'smtp',
  'smtp_starttls',
  'smtps',
  'imap',
  'imap_starttls',
  'imaps',
  'pop3',
  'pop3_starttls',
  'pop3s',
  'tls',
  'tcp',
  'icmp',
] as const;
export type WitnessKind = (typeof WITNESS_KINDS)[number];

const moduleName = plainText('the name of a module of the witness').optional();
const moduleNames = Object.fromEntries(WITNESS_KINDS.map((kind) => [kind, moduleName])) as Record<
  WitnessKind,
  typeof moduleName
>;

const witness = mapping('a mapping of url, timeout and modules', {
  url: text('the URL of a multi-target exporter’s /probe such as http://10.0.0.5:9115/probe', parseWebUrl).meta({
    description: 'A multi-target exporter inside the provider’s network: another Kepil, or the blackbox exporter.',
  }),
  timeout: duration(SECOND, MINUTE).prefault('10s').meta({ description: 'Deadline of one question to it.' }),
  modules: mapping(`a mapping of ${WITNESS_KINDS.join(', ')}`, moduleNames).meta({
    description: 'By the kind of a check, the module that the witness probes with.',
  }),
});

/** More are not pages but a list of the customers’ ideas. */
const BLOCK_PAGES_MOST = 16;

const blockPage = mapping('a mapping of status, location, text and headers', {
  status: statusCodes.optional().meta({ description: 'Status of the reply; absent: any.' }),
  location: text('an absolute URL with its scheme such as https://example.kz/suspended', parseWebUrl)
    .optional()
    .meta({ description: 'Where the reply redirects to: this place, or one below it.' }),
  text: plainText('a text', 1_000).optional().meta({ description: 'Text that the body holds in its first 64 KiB.' }),
  headers: headerRules.optional().meta({ description: 'What headers of the reply are.' }),
});

export const provider = mapping('a mapping of addresses, blockPages and witness', {
  addresses: list(
    'a list of at least one address range such as [203.0.113.0/24]',
    text('an address range such as 203.0.113.0/24', parseAddressRange),
    1,
  )
    .optional()
    .meta({ description: 'The provider’s own addresses: what is down elsewhere may not be its doing.' }),
  blockPages: list('a list of at least one page such as { status: 403, text: "This site is suspended" }', blockPage, 1)
    .max(BLOCK_PAGES_MOST, { error: `at most ${BLOCK_PAGES_MOST} pages` })
    .optional()
    .meta({ description: 'How the provider’s own page for blocked services looks; all that is written must hold.' }),
  witness: witness.optional().meta({ description: 'A second opinion from inside the provider’s network.' }),
});
