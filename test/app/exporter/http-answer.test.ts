import { describe, expect, it } from 'vitest';
import { answerHttp } from '../../../src/app/exporter/http-answer.ts';
import { createProbeLog } from '../../../src/app/exporter/probe-log.ts';
import type { RunProbe } from '../../../src/app/exporter/run-probe.ts';
import { buildModules } from '../../../src/config/build-modules.ts';
import type { HttpProbeModule } from '../../../src/config/probe-module.ts';
import type { ProbeResult, VoidReason } from '../../../src/probes/outcome.ts';
import { systemClock } from '../../../src/runtime/clock.ts';

const RUN = { sentAt: 0, shownAt: 0, durationMs: 1, phases: {}, evidence: {} } as const;

/** The first request is answered with a redirect, the second ends like this. */
function redirectThen(second: ProbeResult): RunProbe {
  let asked = 0;
  return async (_target, watch) => {
    asked += 1;
    if (asked > 1) return second;
    watch.head?.(302, { location: 'http://elsewhere.example/' });
    return { ...RUN, outcome: 'ok' };
  };
}

async function answer(error: VoidReason) {
  const module = buildModules().get('http_2xx') as HttpProbeModule;
  const order = { moduleName: 'http_2xx', module, target: 'http://site.example/', timeoutMs: 1_000 };
  const run = redirectThen({ ...RUN, outcome: 'void', error });
  return answerHttp(order, run, createProbeLog(systemClock, order.moduleName, order.target));
}

describe('where a redirect leads', () => {
  it.each(['resolver_unavailable', 'network_unavailable', 'out_of_resources', 'monitor_stopping'] as const)(
    'our own trouble (%s) is no verdict on the site',
    async (error) => {
      expect(await answer(error)).toMatchObject({ kind: 'void', refused: false });
    },
  );

  it('an address that may not be dialled is the doing of the site', async () => {
    const { samples } = (await answer('guard_refused')) as { samples: readonly { name: string; value: number }[] };
    expect(samples.find(({ name }) => name === 'probe_success')).toMatchObject({ value: 0 });
  });
});
