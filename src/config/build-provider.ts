import type { ProposedReason } from '../domain/facts/fact.ts';
import type { BlockPage } from '../probes/target.ts';
import { buildHeaderRules } from './build-http-target.ts';
import type { ConfiguredProposals } from './configuration.ts';
import type { MainFile } from './main-schema.ts';

type Provider = NonNullable<MainFile['provider']>;

/** By what, and how far by itself, exclusions are proposed. */
export function buildProposals(
  { addresses = [], witness }: Provider,
  autoAccept: readonly ProposedReason[],
): ConfiguredProposals {
  if (witness === undefined) return { addresses, autoAccept };
  const { url, timeout, modules } = witness;
  return { addresses, autoAccept, witness: { url, timeoutMs: timeout, modules } };
}

/** The provider's pages for blocked services. Names of headers become lower case. */
export function buildBlockPages(pages: NonNullable<Provider['blockPages']>): readonly BlockPage[] {
  return pages.map(({ status, location, text, headers }) => ({
    ...(status === undefined ? {} : { status }),
    ...(location === undefined ? {} : { location }),
    ...(text === undefined ? {} : { text }),
    ...(headers === undefined ? {} : { headers: buildHeaderRules(headers) }),
  }));
}
