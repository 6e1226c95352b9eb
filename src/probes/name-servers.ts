/**
 * The default lookup: the hosts file, then the machine's name servers.
 *
 * They are asked by c-ares instead of getaddrinfo: that runs on four threads for the whole process and cannot be cancelled,
 * so a few customers with dead name servers would hold up the probes of all others. Each probe asks anew; nothing is cached.
 * Search domains are not tried. IPv6 is asked for only when a name has no IPv4 address, or
 * when the probe is one over IPv6.
 *
 * 1. Probes that ask for one name at the same moment share one question: its answer is as new as each of them.
 * 2. The number of open questions is bounded. A question outlives its probe, by some ten seconds at most.
 * 3. While any question is open for long, the name servers are doubted too (see resolver-health).
 */
import { promises } from 'node:dns';
import type { CancelTimer, Clock } from '../runtime/clock.ts';
import { createHostsFile } from './hosts-file.ts';
import { createResolverHealth, type ResolverHealth } from './resolver-health.ts';
import { codeOf } from './socket-fault.ts';

/**
 * Resolves to a name's IP addresses, best first, of one family when one is asked for; rejects with an error that has a
 * `code` of node:dns.
 */
export type Lookup = (name: string, family?: 4 | 6) => Promise<readonly string[]>;

export interface NameServers {
  readonly lookup: Lookup;
  readonly health: ResolverHealth;
  /** `address` or `address:port` of each, as asked now. */
  servers(): readonly string[];
  /** Gives up on every question that is still open. */
  close(): void;
}

export interface NameServerSettings {
  readonly clock: Clock;
  /** `address` or `address:port`; default: those of the machine. */
  readonly servers?: readonly string[];
  readonly hostsPath?: string;
  /** How many questions may be open at once; default 32768. */
  readonly openMax?: number;
}

/** A lost datagram is asked again after this; the probe's own deadline bounds the whole. */
const ASK_AGAIN_MS = 1_500;
const ASK_TIMES = 3;
/** A working resolver answers for the root from its cache. */
const ROOT_WITHIN_MS = 1_000;
/** Who asks this much later than another asks on his own: the answer is to be of the probe's own time. */
const SHARE_MS = 100;
/** Question numbers have 16 bits; half of them leaves a free one to be found at once. */
const OPEN_MAX = 32_768;
/** A question open for longer casts doubt; looked at so often. */
const SLOW_MS = 50;
/** The machine's list of name servers is read again this often at most, when those on it are dead. */
const RENEW_EVERY_MS = 5_000;

interface Question {
  readonly answer: Promise<readonly string[]>;
  readonly askedMs: number;
}

/** The default lookup, with the health of the name servers behind it. */
export function createNameServers(settings: NameServerSettings): NameServers {
  const { clock, servers, hostsPath = '/etc/hosts', openMax = OPEN_MAX } = settings;
  const hosts = createHostsFile(hostsPath, clock);
  const open = (timeout: number, tries: number) => {
    const resolver = new promises.Resolver({ timeout, tries });
    if (servers !== undefined) resolver.setServers(servers);
    return resolver;
  };
  let resolver = open(ASK_AGAIN_MS, ASK_TIMES);
  let doubter = open(ROOT_WITHIN_MS, 1);
  let renewedMs = clock.monotonicMs();
  const retired = new Set<promises.Resolver>();
  /** A machine that moves to another network gets other name servers; c-ares reads the list only at its start. */
  const renew = () => {
    if (servers !== undefined || clock.monotonicMs() - renewedMs < RENEW_EVERY_MS) return;
    renewedMs = clock.monotonicMs();
    for (const old of retired) old.cancel();
    retired.clear();
    retired.add(resolver).add(doubter);
    resolver = open(ASK_AGAIN_MS, ASK_TIMES);
    doubter = open(ROOT_WITHIN_MS, 1);
  };
  const health = createResolverHealth(clock, async () => {
    try {
      return await doubter.resolveNs('.');
    } catch (error) {
      if (codeOf(error) !== 'ECANCELLED') renew();
      throw error;
    }
  });

  const byName = new Map<string, Question>();
  /** In the order asked, so the first is the oldest. */
  const openQuestions = new Set<Question>();
  let cancelWatch: CancelTimer | null = null;
  const watch = () => {
    const [oldest] = openQuestions;
    cancelWatch = oldest === undefined ? null : clock.after(SLOW_MS, watch);
    if (oldest !== undefined && clock.monotonicMs() - oldest.askedMs >= SLOW_MS) void health.ask();
  };
  const ask = async (name: string, family: 4 | 6 | undefined): Promise<readonly string[]> => {
    const asked = resolver;
    if (family === 6) return await asked.resolve6(name);
    try {
      return await asked.resolve4(name);
    } catch (error) {
      if (family === 4 || codeOf(error) !== 'ENODATA') throw error;
      return await asked.resolve6(name);
    }
  };
  return {
    async lookup(name, family) {
      const known = hosts.find(name);
      if (known !== undefined) return known;
      const nowMs = clock.monotonicMs();
      const key = family === undefined ? name : `${name} ${family}`;
      const shared = byName.get(key);
      if (shared !== undefined && nowMs - shared.askedMs < SHARE_MS) return shared.answer;
      if (openQuestions.size >= openMax) {
        throw Object.assign(new Error(`${openMax} lookups are open`), { code: 'ENOBUFS' });
      }
      const question: Question = { answer: ask(name, family), askedMs: nowMs };
      byName.set(key, question);
      openQuestions.add(question);
      cancelWatch ??= clock.after(SLOW_MS, watch);
      try {
        return await question.answer;
      } finally {
        openQuestions.delete(question);
        if (byName.get(key) === question) byName.delete(key);
      }
    },
    health,
    servers: () => resolver.getServers(),
    close() {
      cancelWatch?.();
      for (const one of [resolver, doubter, ...retired]) one.cancel();
    },
  };
}
