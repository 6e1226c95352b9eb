import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { ProbeResult } from '../../src/probes/outcome.ts';
import { DEFAULT_STATUS, type ProbeRequest, type Target } from '../../src/probes/target.ts';
import { whyUnsent } from '../../src/probes/uplink.ts';
import { isRoot, programPath } from '../support/servers/program.ts';

const SCRIPT = fileURLToPath(new URL('../support/probe-from-here.ts', import.meta.url));

/** Runs probes behind a command that puts them somewhere, such as a network namespace of their own. */
function probeBehind(command: readonly string[], targets: readonly Target[], timeoutMs: number): ProbeResult[] {
  const requests: ProbeRequest[] = targets.map((target) => ({ target, timeoutMs }));
  const [program = '', ...args] = [...command, process.execPath, SCRIPT, JSON.stringify({ requests })];
  return JSON.parse(execFileSync(program, args, { encoding: 'utf8' }));
}

const errorsOf = (results: readonly ProbeResult[]) =>
  results.map((result) => (result.outcome === 'ok' ? 'ok' : `${result.outcome} ${result.error}`));

/** A shell that sets a network up and then becomes the command after it. */
const inNamespace = (setup: string) => ['unshare', '-n', 'sh', '-c', `${setup}; exec "$0" "$@"`];

function canMakeNamespaces(): boolean {
  try {
    execFileSync('unshare', ['-n', 'ip', 'link', 'add', 'v0', 'type', 'veth', 'peer', 'name', 'v1'], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}

const web = (host: string): Target => ({ kind: 'http', url: `http://${host}:9/`, status: DEFAULT_STATUS });
const tcp = (host: string): Target => ({ kind: 'tcp', host, port: 9, tls: false });
const dns: Target = {
  kind: 'dns',
  name: 'a.example',
  type: 'A',
  servers: ['192.0.2.53'],
  expect: { kind: 'some' },
  dnssec: false,
};
const icmp: Target = { kind: 'icmp', host: '192.0.2.1' };

describe.skipIf(!canMakeNamespaces())('in a network namespace', () => {
  const ping = programPath('ping') !== undefined && existsSync('/usr/bin/ping');

  it('without any interface, nothing is said of any target', () => {
    const targets = [web('192.0.2.1'), tcp('[2001:db8::1]'), tcp('192.0.2.1'), dns, ...(ping ? [icmp] : [])];
    const results = probeBehind(inNamespace('true'), targets, 1_500);
    expect(new Set(errorsOf(results))).toEqual(new Set(['void network_unavailable']));
    expect(results[0]?.evidence.seen).toBe(
      'ENETUNREACH: this machine has no way to 192.0.2.1; it has no IPv4 address to send from',
    );
    expect(results[1]?.evidence.seen).toMatch(/no way to 2001:db8::1; it has no IPv6 address to send from$/);
  });

  it('with IPv4 alone, a target of IPv6 alone is void, and so is what its own rules forbid', () => {
    const setup =
      'ip link set lo up; ip link add v0 type veth peer name v1; ip link set v1 up; ip link set v0 up; ' +
      'ip addr add 198.51.100.1/24 dev v0; ip route add prohibit 203.0.113.0/24; ip route add unreachable 192.0.2.0/24';
    const results = probeBehind(
      inNamespace(setup),
      [tcp('2001:db8::1'), tcp('203.0.113.1'), tcp('192.0.2.1'), tcp('127.0.0.1')],
      1_500,
    );
    expect(errorsOf(results)).toEqual([
      'void network_unavailable',
      'void network_unavailable',
      'void network_unavailable',
      'fail connect_refused',
    ]);
    expect(results[1]?.evidence.seen).toBe("EACCES: this machine's own rules let no packet go to 203.0.113.1");
  });

  it('with a gateway that does not answer, targets beyond it are void; a neighbour that does not answer is down', () => {
    const setup =
      'ip link add v0 type veth peer name v1; ip link set v1 up; ip link set v0 up; ' +
      'ip addr add 198.51.100.1/24 dev v0; ip route add default via 198.51.100.254';
    const targets = [tcp('192.0.2.1'), tcp('198.51.100.7'), web('192.0.2.1')];
    const results = probeBehind(inNamespace(setup), targets, 1_500);
    expect(errorsOf(results)).toEqual(['void network_unavailable', 'fail connect_timeout', 'void network_unavailable']);
    expect(results[0]?.evidence.seen).toBe('the gateway 198.51.100.254 does not answer this machine');
  }, 20_000);

  it('with name servers that cannot be reached, lookups are void', () => {
    const [result] = probeBehind(inNamespace('ip link set lo up'), [tcp('a.example')], 1_500);
    expect(errorsOf(result === undefined ? [] : [result])).toEqual(['void resolver_unavailable']);
  });

  it.skipIf(!ping)(
    'a host that does not answer echo requests is down, and an unreachable one says so',
    () => {
      const setup =
        'ip link set lo up; ip link add v0 type veth peer name v1; ip link set v1 up; ip link set v0 up; ip addr add 198.51.100.1/24 dev v0';
      const target: Target = { kind: 'icmp', host: '198.51.100.7' };
      expect(errorsOf(probeBehind(inNamespace(setup), [target], 600))).toEqual(['fail icmp_timeout']);
      expect(errorsOf(probeBehind(inNamespace(setup), [target], 5_000))).toEqual(['fail icmp_unreachable']);
    },
    20_000,
  );
});

describe.skipIf(!isRoot() || programPath('ping') === undefined)('without the right to send echo requests', () => {
  it('the probe is unsupported, which says nothing of the target', () => {
    const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--no-new-privs'];
    const command = ['sh', '-c', 'echo 1 0 > /proc/sys/net/ipv4/ping_group_range; exec "$0" "$@"', ...nobody];
    const [result] = probeBehind(['unshare', '-n', ...command], [{ kind: 'icmp', host: '127.0.0.1' }], 2_000);
    expect(result).toMatchObject({ outcome: 'void', error: 'unsupported' });
    expect(result?.evidence.seen).toContain('lets no program without root send echo requests');
  });
});

it('takes too few ports for a shortage, not for a missing network', () => {
  expect(whyUnsent('ECONNREFUSED', '192.0.2.1')).toBeNull();
  expect(whyUnsent('ENETDOWN', '192.0.2.1')).toMatch(/^ENETDOWN: this machine has no way to 192\.0\.2\.1/);
});
