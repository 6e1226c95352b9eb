/**
 * Runs probes in a process of its own and prints their results as JSON: for tests that put the process where it has no network
 * or no rights. Argument: `{ requests, servers? }` as JSON; without `servers` the machine's own name servers are asked.
 */
import { createNameServers } from '../../src/probes/name-servers.ts';
import { createProber } from '../../src/probes/probe.ts';
import type { ProbeRequest } from '../../src/probes/target.ts';
import { createGuard } from '../../src/probes/target-guard.ts';
import { systemClock } from '../../src/runtime/clock.ts';

const asked = JSON.parse(process.argv[2] ?? '{}') as { requests: ProbeRequest[]; servers?: string[] };
const { requests, servers } = asked;
const names = createNameServers({ clock: systemClock, ...(servers === undefined ? {} : { servers }) });
const prober = createProber({ clock: systemClock, guard: createGuard({ allow: ['0.0.0.0/0', '::/0'] }), names });
// The prober's timers do not hold the process.
const hold = setInterval(() => {}, 1_000);
const results = await Promise.all(requests.map((request) => prober.run(request)));
clearInterval(hold);
process.stdout.write(JSON.stringify(results));
await prober.close();
names.close();
