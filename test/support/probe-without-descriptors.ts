/**
 * Run as a process of its own with few descriptors: uses them up, then probes, and prints the errors as JSON. More pings than
 * may run at a time are among them, and one more at the end, when there are descriptors again.
 */
import { closeSync, openSync } from 'node:fs';
import { createProber } from '../../src/probes/probe.ts';
import { DEFAULT_STATUS, type Target } from '../../src/probes/target.ts';
import { createGuard } from '../../src/probes/target-guard.ts';
import { systemClock } from '../../src/runtime/clock.ts';

const prober = createProber({ clock: systemClock, guard: createGuard({ allow: ['127.0.0.0/8'] }) });
const targets: Target[] = [
  { kind: 'http', url: 'http://127.0.0.1:9/', status: DEFAULT_STATUS },
  { kind: 'smtp', host: '127.0.0.1', port: 9, security: 'plain' },
  { kind: 'imap', host: '127.0.0.1', port: 9, security: 'tls' },
  { kind: 'dns', name: 'a.kz', type: 'A', servers: ['127.0.0.1'], expect: { kind: 'some' }, dnssec: false },
  { kind: 'tls', host: '127.0.0.1', port: 9, minVersion: 'TLSv1.2' },
  { kind: 'tcp', host: '127.0.0.1', port: 9, tls: false },
  ...Array.from({ length: 17 }, () => ({ kind: 'icmp', host: '127.0.0.1' }) as const),
];
const held: number[] = [];
try {
  for (;;) held.push(openSync('/dev/null', 'r'));
} catch {
  // None is left.
}
const errors = new Map<string, Set<string>>();
const probe = async (target: Target, named: string = target.kind) => {
  const result = await prober.run({ target, timeoutMs: 2_000 });
  const known = errors.get(named) ?? new Set();
  errors.set(named, known.add(result.outcome === 'ok' ? 'ok' : result.error));
};
for (const target of targets) await probe(target);
for (const descriptor of held) closeSync(descriptor);
await probe({ kind: 'icmp', host: '127.0.0.1' }, 'icmp later');
process.stdout.write(JSON.stringify(Object.fromEntries([...errors].map(([kind, words]) => [kind, [...words]]))));
