/**
 * What a month's statement costs: a fleet whose services have some outages a year behind them, as a live journal holds
 * them. Usage: node bench/statements.ts [services] [outages a service]
 */
import { computeStatement } from '../src/domain/contract/statement.ts';
import { Ledger } from '../src/domain/facts/ledger.ts';
import { DAY, HOUR, MINUTE } from '../src/domain/time/instant.ts';
import { AGREEMENT } from '../test/support/contracts.ts';

const services = Number(process.argv[2] ?? 2_000);
const outages = Number(process.argv[3] ?? 20);
const JANUARY = Date.parse('2026-01-01T00:00:00+05:00');
const asOf = Date.parse('2026-12-01T09:00:00+05:00');

const ledger = new Ledger('covered');
for (let i = 0; i < services; i += 1) {
  const [service, customer, check] = [`s${i}`, `c${i}`, `s${i}/web/home`];
  const policy = { intervalMs: MINUTE, maxGapMs: 3 * MINUTE, failures: 3, successes: 2 };
  ledger.add(
    { type: 'customer', id: customer, name: customer, email: `${customer}@example.kz`, locale: 'kk' },
    JANUARY,
  );
  const components = { web: { checks: [check], require: 'all', counts: true } } as const;
  ledger.add({ type: 'service', id: service, customer, components }, JANUARY);
  ledger.add(
    { type: 'check', id: check, vantages: ['local'], ...policy, quorum: 'majority', boundary: 'midpoint' },
    JANUARY,
  );
  ledger.add({ type: 'lifecycle', service, from: JANUARY, status: 'active' }, JANUARY);
  ledger.add({ type: 'fee', service, from: JANUARY, monthly: { minor: 1_200_000n, currency: 'KZT' } }, JANUARY);
  const edge = (to: 'up' | 'down', at: number) =>
    ledger.add(
      { type: 'edge', check, vantage: 'local', to, earliest: at - 2_000, latest: at, at: at + 10_000 },
      at + 10_000,
    );
  edge('up', JANUARY + MINUTE);
  for (let n = 0; n < outages; n += 1) {
    const start = JANUARY + Math.floor(((n + 0.5) * 330 * DAY) / outages) + i * 1_000;
    edge('down', start);
    edge('up', start + HOUR);
  }
}
ledger.add({ type: 'coverage', vantage: 'local', intervalMs: MINUTE, through: asOf, at: asOf }, asOf);

const before = process.cpuUsage();
for (let i = 0; i < services; i += 1) {
  computeStatement({ ledger, contract: AGREEMENT, service: `s${i}`, month: '2026-11', asOf });
}
const { user, system } = process.cpuUsage(before);
const perStatement = (user + system) / services;
console.log(`${services} services with ${outages} outages each: ${perStatement.toFixed(0)} CPU us a statement`);
