/**
 * Secure contexts, shared by all probes that trust the same authorities: to make one costs more than a handshake.
 */
import { X509Certificate } from 'node:crypto';
import { createSecureContext, getCACertificates, type SecureContext, type SecureContextOptions } from 'node:tls';

export interface Trust {
  /** The context for the system's authorities and these PEM certificates. Throws when one of them is not a certificate. */
  contextFor(extra: readonly string[] | undefined): SecureContext;
  /** The same, but it also talks to servers of old versions and weak keys, for a probe that judges those itself. */
  examinerFor(extra: readonly string[] | undefined): SecureContext;
}

/** Private authorities are few; the bound only keeps a long life of reloads from gathering them. */
const CONTEXTS_MAX = 64;

/**
 * A key of the first group is made and sent for every connection. OpenSSL's own list begins with the hybrid of ML-KEM, a costly
 * one, and what a probe sends is no secret that has to outlive quantum computers: here it is for servers that want no other.
 */
const KEY_EXCHANGE = { ecdhCurve: 'X25519:P-256:P-384:P-521:X448:X25519MLKEM768' };
/** OpenSSL would refuse what is weak in the handshake, with an alert that does not say what is wrong. */
const EVEN_WEAK: SecureContextOptions = {
  minVersion: 'TLSv1',
  ciphers: 'DEFAULT:@SECLEVEL=0',
  ecdhCurve: `${KEY_EXCHANGE.ecdhCurve}:P-224:P-192`,
};

/** Contexts are made when first asked for, and kept. */
export function createTrust(): Trust {
  return { contextFor: createContexts(KEY_EXCHANGE), examinerFor: createContexts(EVEN_WEAK) };
}

function createContexts(options: SecureContextOptions): (extra: readonly string[] | undefined) => SecureContext {
  let common: SecureContext | undefined;
  const byAuthorities = new Map<string, SecureContext>();
  return (extra) => {
    if (extra === undefined || extra.length === 0) {
      common ??= createSecureContext(options);
      return common;
    }
    const key = extra.join('\n');
    const known = byAuthorities.get(key);
    if (known !== undefined) return known;
    // Node passes over what it cannot read, and the server would be called untrusted for it.
    for (const pem of extra) new X509Certificate(pem);
    const made = createSecureContext({ ...options, ca: [...getCACertificates('default'), ...extra] });
    if (byAuthorities.size >= CONTEXTS_MAX) byAuthorities.clear();
    byAuthorities.set(key, made);
    return made;
  };
}
