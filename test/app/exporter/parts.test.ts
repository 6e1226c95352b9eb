import { describe, expect, it } from 'vitest';
import { addressSamples } from '../../../src/app/exporter/address-samples.ts';
import { createExporterThread } from '../../../src/app/exporter/exporter-thread.ts';
import { HttpReplyRecord } from '../../../src/app/exporter/http-reply-record.ts';
import { timeoutOf } from '../../../src/app/exporter/probe-question.ts';
import { distinguishedName } from '../../../src/app/exporter/tls-seen.ts';
import { buildModules } from '../../../src/config/build-modules.ts';
import { formatExporterText } from '../../../src/outputs/metrics/exporter-text.ts';
import { systemClock } from '../../../src/runtime/clock.ts';

const HTTP = buildModules().get('http_2xx')!;

describe('distinguishedName', () => {
  it.each([
    ['CN=localhost', 'CN=localhost'],
    ["C=US\nO=Let's Encrypt\nCN=R3", "CN=R3,O=Let's Encrypt,C=US"],
    ['CN=a\nOU=x\nOU=y\nO=Acme\\, Inc.', 'CN=a,OU=x+OU=y,O=Acme\\, Inc.'],
    ['serialNumber=7\nCN=a', 'SERIALNUMBER=7,CN=a'],
    ['emailAddress=a@b.kz\nCN=a', 'CN=a,emailAddress=a@b.kz'],
    ['CN=\x1b[2J', 'CN=[2J'],
    [undefined, ''],
  ])('writes %j as %j', (lines, name) => {
    expect(distinguishedName(lines)).toBe(name);
  });

  it('bounds what a certificate can put into a label', () => {
    expect(distinguishedName(`CN=${'x'.repeat(100_000)}`).length).toBeLessThanOrEqual(2_000);
  });
});

describe('timeoutOf', () => {
  it.each([
    [undefined, undefined, 119_500],
    [undefined, '10', 9_500],
    [5_000, '10', 5_000],
    [20_000, '10', 9_500],
    [undefined, '0.4', 400],
    [undefined, '0', 119_500],
    [undefined, '999999', 120_000],
    [5_000, 'soon', undefined],
    [5_000, '-1', undefined],
    [5_000, '', undefined],
  ])('of a module of %s ms and a scrape of %s s is %s ms', (timeoutMs, scrape, expected) => {
    const module = timeoutMs === undefined ? HTTP : { ...HTTP, timeoutMs };
    expect(timeoutOf(module, scrape)).toBe(expected);
  });
});

describe('HttpReplyRecord', () => {
  it('holds a body in pieces of one byte like any other', () => {
    const record = new HttpReplyRecord({ keepBody: true, verifies: true });
    const piece = Buffer.from('x');
    const held = () => process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
    const before = held();
    for (let count = 0; count < 1_048_576; count += 1) record.watch.body?.(piece);
    expect(record.body().length).toBe(1_048_576);
    expect(held() - before).toBeLessThan(32 * 1_048_576);
    record.forgetBody();
    expect(record.body().length).toBe(0);
  });
});

describe('addressSamples', () => {
  it.each([
    ['127.0.0.1', 4, 3_668_918_509],
    ['::ffff:127.0.0.1', 4, 3_668_918_509],
    ['::1', 6, expect.any(Number)],
    [undefined, 0, 0],
    ['nonsense', 0, 0],
  ])('of %s', (address, family, hash) => {
    const values = Object.fromEntries(addressSamples(address, 5).map(({ name, value }) => [name, value]));
    expect(values).toEqual({
      probe_dns_lookup_time_seconds: 0.005,
      probe_ip_protocol: family,
      probe_ip_addr_hash: hash,
    });
  });
});

describe('formatExporterText', () => {
  it('escapes what a label may not hold', () => {
    const labels = { fingerprint_sha256: 'a"b', issuer: 'c\\d', subject: 'e\nf', subjectalternative: '' };
    expect(formatExporterText([{ name: 'probe_ssl_last_chain_info', labels, value: 1 }])).toBe(
      `# HELP probe_ssl_last_chain_info Contains SSL leaf certificate information
# TYPE probe_ssl_last_chain_info gauge
probe_ssl_last_chain_info{fingerprint_sha256="a\\"b",issuer="c\\\\d",subject="e\\nf",subjectalternative=""} 1
`,
    );
  });
});

describe('the exporter’s thread', () => {
  const order = { moduleName: 'http_2xx', module: HTTP, target: 'http://127.0.0.1:9/', timeoutMs: 1_000 };

  it('rejects what it was asked when it is lost, and the next order starts another', async () => {
    const broken = createExporterThread({ clock: systemClock, allow: ['not a range'], trust: [] });
    await expect(broken.answer(order)).rejects.toThrow(/not a range/);
    await expect(broken.answer(order)).rejects.toThrow(/not a range/);
    await broken.stop();
  });

  it('is ended when it does not answer long after its time', async () => {
    const later: { ms: number; run: () => void }[] = [];
    const clock = {
      ...systemClock,
      after: (ms: number, run: () => void) => {
        later.push({ ms, run });
        return () => {};
      },
    };
    const thread = createExporterThread({ clock, allow: ['127.0.0.0/8'], trust: [] });
    const answer = thread.answer(order);
    expect(later[0]?.ms).toBe(11_000);
    later[0]?.run();
    await expect(answer).rejects.toThrow(/ended/);
    await thread.stop();
  });

  it('takes no orders once it is stopped, and stops where none ever came', async () => {
    const thread = createExporterThread({ clock: systemClock, allow: [], trust: [] });
    await thread.stop();
    await expect(thread.answer(order)).rejects.toThrow(/stopping/);
  });
});
