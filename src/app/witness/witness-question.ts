/** What a witness is asked about a check: the same target, and the module that the operator named for its kind. */
import type { WitnessModules } from '../../config/configuration.ts';
import type { WitnessKind } from '../../config/provider-schema.ts';
import type { MailServer, Target } from '../../probes/target.ts';
import type { WitnessQuestion } from './witness-answer.ts';

/** Undefined: a witness cannot be asked about such a check, or no module is named for it. */
export function questionAbout(target: Target, modules: WitnessModules): WitnessQuestion | undefined {
  const kind = kindOf(target);
  const module = kind && modules[kind];
  return module === undefined ? undefined : { target: textOf(target), module };
}

function kindOf(target: Target): WitnessKind | undefined {
  switch (target.kind) {
    case 'http':
    case 'icmp':
      return target.kind;
    case 'tcp':
      return target.tls ? 'tls' : 'tcp';
    case 'tls':
      return target.starttls === undefined ? 'tls' : `${target.starttls}_starttls`;
    case 'smtp':
    case 'imap':
    case 'pop3':
      return mailKind(target.kind, target);
    // Of these the module would have to hold what is asked, or the witness a mailbox's password.
    case 'dns':
    case 'delivery':
      return undefined;
  }
}

function mailKind(kind: 'smtp' | 'imap' | 'pop3', { security }: MailServer): WitnessKind {
  if (security === 'tls') return `${kind}s`;
  return security === 'starttls' ? `${kind}_starttls` : kind;
}

function textOf(target: Target): string {
  if (target.kind === 'http') return target.url;
  if (!('host' in target)) return '';
  if (!('port' in target)) return target.host;
  return `${target.host.includes(':') ? `[${target.host}]` : target.host}:${target.port}`;
}
