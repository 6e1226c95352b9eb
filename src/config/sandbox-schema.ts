/** The shape of the `sandbox` block: customers whose sites Kepil itself serves on loopback and breaks by a script. */
import type { z } from 'zod';
import { LOCALES } from '../domain/facts/fact.ts';
import { type Millis, SECOND } from '../domain/time/instant.ts';
import { parseDuration, UnreadableText } from '../domain/time/text.ts';
import { parseEmail } from './scalars.ts';
import { money } from './services-schema.ts';
import { choice, identifier, integer, list, mapping, oneOf, plainText, text } from './shape.ts';

/**
 * `up`: serves. `down`: the port is closed. `error`: answers with a refusal (HTTP 503, SMTP 421, IMAP BYE). `silent`:
 * accepts and never answers.
 */
const SANDBOX_BEHAVIOURS = ['up', 'down', 'error', 'silent'] as const;
export type SandboxBehaviour = (typeof SANDBOX_BEHAVIOURS)[number];

export interface SandboxStep {
  readonly behaviour: SandboxBehaviour;
  readonly durationMs: Millis;
}

const SCRIPT = `steps of ${oneOf(SANDBOX_BEHAVIOURS)} with a duration such as "up 60s, down 45s"`;

/**
 * Reads `up 60s, down 45s, up 90s`: what the site does, one after the other, again and again.
 * @throws UnreadableText for an unknown word, or a step that does not last from a second on.
 */
export function parseScript(script: string): SandboxStep[] {
  return script.split(',').map((part) => {
    const [word, length = '', ...rest] = part.trim().split(/ +/);
    const behaviour = SANDBOX_BEHAVIOURS.find((known) => known === word);
    const durationMs = behaviour === undefined || rest.length > 0 ? 0 : durationOr(length, 0);
    if (behaviour === undefined || durationMs < SECOND) throw new UnreadableText(script, SCRIPT);
    return { behaviour, durationMs };
  });
}

function durationOr(length: string, otherwise: Millis): Millis {
  try {
    return parseDuration(length);
  } catch {
    return otherwise;
  }
}

const port = integer(1, 65_535);
const script = text(SCRIPT, parseScript);

export const sandboxSchema = mapping('a mapping of customers', {
  customers: list(
    'a list of at least one sandbox customer',
    mapping('a sandbox customer with id, name, email, locale, monthlyFee, web and mail', {
      id: identifier('an id'),
      name: plainText('a name'),
      email: text('a mail address such as ops@example.kz', parseEmail),
      locale: choice(LOCALES),
      monthlyFee: money,
      web: mapping('a mapping of port and script', { port, script }),
      mail: mapping('a mapping of smtpPort, imapPort and script', { smtpPort: port, imapPort: port, script }),
    }),
    1,
  ),
});

export type SandboxBlock = z.output<typeof sandboxSchema>;
