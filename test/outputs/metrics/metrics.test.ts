import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FleetFigures } from '../../../src/domain/contract/fleet-figures.ts';
import { HOUR } from '../../../src/domain/time/instant.ts';
import { escapeLabel, secondsText } from '../../../src/outputs/metrics/exposition.ts';
import type { Metrics } from '../../../src/outputs/metrics/metrics.ts';
import { programPath } from '../../support/servers/program.ts';
import { emptyMetrics, MARCH_10, sampleMetrics, shown, statement } from './sample-metrics.ts';

const promtool = programPath('promtool');

/** The printed value of one series, or undefined when it is absent. */
async function printed(metrics: Metrics, series: string): Promise<string | undefined> {
  const line = (await metrics.render()).split('\n').find((text) => text.startsWith(`${series} `));
  return line?.slice(series.length + 1);
}

describe('the text', () => {
  it('is the golden file', async () => {
    await expect(await sampleMetrics().render()).toMatchFileSnapshot('../../golden/metrics.txt');
  });

  it.skipIf(promtool === undefined)('passes promtool check metrics, process metrics included', async () => {
    const metrics = emptyMetrics(true);
    for (const text of [await sampleMetrics().render(), await metrics.render()]) {
      const { status, stdout, stderr } = spawnSync(promtool!, ['check', 'metrics'], { input: text, encoding: 'utf8' });
      expect(`${stdout}${stderr}`).toBe('');
      expect(status).toBe(0);
    }
  });

  it('is never cut by what a label holds', () => {
    expect(escapeLabel('a"b\\c\nd')).toBe('a\\"b\\\\c\\nd');
  });

  it('prints every whole millisecond of some thousand years as its thousandths', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e14, max: 1e14 }), (ms) => {
        const sign = ms < 0 ? '-' : '';
        const digits = String(Math.abs(ms)).padStart(4, '0');
        const decimals = digits.slice(-3).replace(/0+$/, '');
        expect(secondsText(ms)).toBe(`${sign}${digits.slice(0, -3)}${decimals === '' ? '' : `.${decimals}`}`);
      }),
    );
  });
});

describe('series of services', () => {
  it('tell a service, its month and its credit exactly', async () => {
    const metrics = sampleMetrics();
    const expected: [string, string][] = [
      ['kepil_service_state{service="s1",customer="c1"}', '0'],
      ['kepil_service_state{service="s2",customer="c2"}', '-1'],
      ['kepil_service_month_seconds{service="s1",class="unplanned"}', '59.123'],
      ['kepil_service_year_seconds{service="s1",class="unplanned"}', '64000.001'],
      ['kepil_service_allowance_remaining_seconds{service="s1"}', '-928.001'],
      ['kepil_service_promise{service="s1",standing="broken"}', '1'],
      ['kepil_service_promise{service="s1",standing="kept"}', '0'],
      ['kepil_credit_accrued{service="s1",currency="KZT"}', '312.45'],
      ['kepil_fleet_credit_accrued{currency="KZT"}', '312.50'],
      ['kepil_fleet_services{state="down"}', '1'],
    ];
    for (const [series, value] of expected) expect(await printed(metrics, series), series).toBe(value);
  });

  it('give no availability where nothing was measured', async () => {
    const metrics = sampleMetrics();
    expect(await printed(metrics, 'kepil_service_availability_ratio{service="s2",period="month"}')).toBeUndefined();
    expect(
      await printed(metrics, 'kepil_service_availability_ratio{service="s3 \\"quoted\\" \\\\ path",period="month"}'),
    ).toBe('1');
  });

  it('disappear with the service', async () => {
    const figures = new FleetFigures();
    const metrics = sampleMetrics(false, figures);
    figures.delete('s1');
    metrics.remove('s1');
    const text = await metrics.render();
    expect(text).toContain('service="s2"');
    expect(text).not.toContain('service="s1"');
    expect(text).toContain('kepil_fleet_services{state="down"} 0');
  });

  it('follow a service alone', async () => {
    const figures = new FleetFigures();
    const metrics = sampleMetrics(false, figures);
    figures.set(shown(statement({ service: 's1' }), { components: { web: 'up', mail: 'up' } }));
    expect(await printed(metrics, 'kepil_component_state{service="s1",component="web"}')).toBe('1');
    expect(await printed(metrics, 'kepil_fleet_services{state="up"}')).toBe('2');
  });
});

describe('outages', () => {
  const ms = { planned: 0, excluded: 0, unplanned: 0 };

  it('count in the classes that they reach', async () => {
    const metrics = emptyMetrics();
    for (const reached of ['unplanned', 'planned', 'unplanned'] as const) metrics.outageReached(reached);
    expect(await printed(metrics, 'kepil_outages_total{class="unplanned"}')).toBe('2');
    expect(await printed(metrics, 'kepil_outages_total{class="planned"}')).toBe('1');
    expect(await printed(metrics, 'kepil_outages_total{class="excluded"}')).toBe('0');
  });

  it('show the latest to the millisecond, its end only when it ended', async () => {
    const metrics = sampleMetrics();
    expect(await printed(metrics, 'kepil_outage_last_start_seconds{service="s1"}')).toBe('1773084600.123');
    expect(await printed(metrics, 'kepil_outage_last_end_seconds{service="s1"}')).toBe('1773088259.247');
    expect(await printed(metrics, 'kepil_outage_last_seconds{service="s1",class="unplanned"}')).toBe('59.123');
    expect(await printed(metrics, 'kepil_outage_last_start_seconds{service="s2"}')).toBe('1773084600.123');
    expect(await printed(metrics, 'kepil_outage_last_end_seconds{service="s2"}')).toBeUndefined();
  });

  it('do not show an older one that is classed anew after a later one', async () => {
    const metrics = emptyMetrics();
    metrics.outage({ id: 'o2', service: 's1', start: MARCH_10 + HOUR, ms: { ...ms, unplanned: 7 } });
    metrics.outage({ id: 'o1', service: 's1', start: MARCH_10, ms: { ...ms, excluded: 9 } });
    expect(await printed(metrics, 'kepil_outage_last_seconds{service="s1",class="unplanned"}')).toBe('0.007');
  });
});

describe('bounds', () => {
  it('counts an error word outside the closed list as other', async () => {
    const metrics = emptyMetrics();
    const base = { service: 's1', component: 'web', kind: 'http', durationMs: 1 };
    metrics.probe({ ...base, outcome: 'fail', error: 'text of a hostile target' });
    expect(await printed(metrics, 'kepil_probes_total{kind="http",outcome="fail",error="other"}')).toBe('1');
  });

  it('keeps two sets of metrics apart', async () => {
    const [one, other] = [emptyMetrics(), emptyMetrics()];
    one.mail('notice', 'accepted');
    expect(await other.registry.getSingleMetricAsString('kepil_mail_total')).not.toMatch(/\} [1-9]/);
  });

  it('leaves the event loop to others while 20 000 services are printed', async () => {
    const figures = new FleetFigures();
    const metrics = emptyMetrics(false, figures);
    for (let i = 0; i < 20_000; i += 1) figures.set(shown(statement({ service: `s${i}`, month: { up: i } })));
    let turns = 0;
    let printing = true;
    const count = () => {
      turns += 1;
      if (printing) setImmediate(count);
    };
    setImmediate(count);
    let chunks = 0;
    let longest = 0;
    for await (const chunk of metrics.chunks()) {
      chunks += 1;
      longest = Math.max(longest, chunk.length);
    }
    printing = false;
    expect(longest).toBeLessThan(300_000);
    expect(chunks).toBeGreaterThan(20);
    expect(turns).toBeGreaterThanOrEqual(chunks - 2);
  });
});
