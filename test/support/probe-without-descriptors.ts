/** Run as a process of its own with few descriptors: uses them up, then probes, and prints the errors as JSON. */
import { openSync } from 'node:fs';
import { createProber } from '../../src/probes/probe.ts';
import { DEFAULT_STATUS, type Target } from '../../src/probes/target.ts';
import { createGuard } from '../../src/probes/target-guard.ts';
import { systemClock } from '../../src/runtime/clock.ts';

const prober = createProber({ clock: systemClock, guard: createGuard({ allow: ['127.0.0.0/8'] }) });
const targets: Target[] = [
  { kind: 'http', url: 'http://127.0.0.1:9/', status: DEFAULT_STATUS },
  { kind: 'smtp', host: '127.0.0.1', port: 9, security: 'plain' },
  { kind: 'imap', host: '127.0.0.1', port: 9, security: 'tls' },
];
try {
  for (;;) openSync('/dev/null', 'r');
} catch {
  // None is left.
}
const errors = [];
for (const target of targets) {
  const result = await prober.run({ target, timeoutMs: 2_000 });
  errors.push(result.outcome === 'ok' ? 'ok' : result.error);
}
process.stdout.write(JSON.stringify(errors));
