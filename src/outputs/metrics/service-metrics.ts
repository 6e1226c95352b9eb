/**
 * Gauges of the fleet and of each service, from the states and statements that the domain computed. A service is shown as
 * it was last told of, until it is removed: nothing here walks over all of them but a scrape, in chunks.
 *
 * The statement is the exact document; these are its numbers as Prometheus can hold them: seconds print with their
 * milliseconds and money with its minor digits, and both become doubles in Prometheus.
 *
 * Some 20 series a service: `kepil_fleet_*` says the same of all services at once, for those who drop the rest.
 */
import type { FleetFigures, ServiceFigures } from '../../domain/contract/fleet-figures.ts';
import { INSTANT_CLASSES, type PromiseStanding } from '../../domain/contract/statement-result.ts';
import type { State } from '../../domain/facts/fact.ts';
import { formatAmount } from '../../domain/money/money.ts';
import { escapeLabel, type Family, labelSet, type Sample, secondsText } from './exposition.ts';

const STATE_VALUES: Readonly<Record<State, string>> = { up: '1', down: '0', unknown: '-1' };
const STATES: readonly State[] = ['up', 'down', 'unknown'];
const STANDINGS: readonly PromiseStanding[] = ['kept', 'at-risk', 'broken'];
type Period = 'month' | 'year';
const PERIODS: readonly Period[] = ['month', 'year'];

/** The families that show the services of `figures`, as they are when they are printed. */
export function createServiceMetrics(figures: FleetFigures): readonly Family[] {
  const fleet = figures.totals;

  function* fleetStates(): Iterable<Sample> {
    for (const state of STATES) yield { labels: labelSet({ state }), value: String(fleet.states[state]) };
  }
  function* fleetStandings(): Iterable<Sample> {
    for (const standing of STANDINGS)
      yield { labels: labelSet({ standing }), value: String(fleet.standings[standing]) };
  }
  function* fleetSeconds(): Iterable<Sample> {
    for (const period of PERIODS) {
      for (const name of INSTANT_CLASSES) {
        yield { labels: labelSet({ period, class: name }), value: secondsText(fleet[period][name]) };
      }
    }
  }
  function* fleetCredit(): Iterable<Sample> {
    for (const [currency, minor] of fleet.credit()) {
      yield { labels: labelSet({ currency }), value: formatAmount({ minor, currency }) };
    }
  }

  function* serviceStates(): Iterable<Sample> {
    for (const { service, customer, state } of figures.all()) {
      const labels = `{service="${escapeLabel(service)}",customer="${escapeLabel(customer)}"}`;
      yield { labels, value: STATE_VALUES[state] };
    }
  }
  function* componentStates(): Iterable<Sample> {
    for (const { service, components } of figures.all()) {
      const label = escapeLabel(service);
      for (const [component, state] of Object.entries(components)) {
        const labels = `{service="${label}",component="${escapeLabel(component)}"}`;
        yield { labels, value: STATE_VALUES[state] };
      }
    }
  }
  function* seconds(period: Period): Iterable<Sample> {
    for (const shown of figures.all()) {
      const label = escapeLabel(shown.service);
      for (const name of INSTANT_CLASSES) {
        yield { labels: `{service="${label}",class="${name}"}`, value: secondsText(shown.ms(period, name)) };
      }
    }
  }
  function* availabilities(): Iterable<Sample> {
    for (const shown of figures.all()) {
      const label = escapeLabel(shown.service);
      for (const period of PERIODS) {
        const ratio = availabilityRatio(shown, period);
        if (ratio !== undefined) {
          yield { labels: `{service="${label}",period="${period}"}`, value: String(ratio) };
        }
      }
    }
  }
  function* allowances(): Iterable<Sample> {
    for (const { service, remainingMs } of figures.all()) {
      yield { labels: `{service="${escapeLabel(service)}"}`, value: secondsText(remainingMs) };
    }
  }
  function* promises(): Iterable<Sample> {
    for (const { service, promise } of figures.all()) {
      const label = escapeLabel(service);
      for (const standing of STANDINGS) {
        yield { labels: `{service="${label}",standing="${standing}"}`, value: promise === standing ? '1' : '0' };
      }
    }
  }
  function* credits(of: 'accrued' | 'claimed'): Iterable<Sample> {
    for (const shown of figures.all()) {
      const money = shown[of];
      const labels = `{service="${escapeLabel(shown.service)}",currency="${money.currency}"}`;
      yield { labels, value: formatAmount(money) };
    }
  }

  return [
    {
      name: 'kepil_fleet_services',
      help: 'Services by state.',
      samples: fleetStates,
    },
    {
      name: 'kepil_fleet_promises',
      help: 'Services by the standing of their yearly promise.',
      samples: fleetStandings,
    },
    {
      name: 'kepil_fleet_seconds',
      help: 'Time of all services together in the contract-clock month or year so far, by class.',
      samples: fleetSeconds,
    },
    {
      name: 'kepil_fleet_credit_accrued',
      help: 'Credit accrued in the month by all services together, in major units of the currency.',
      samples: fleetCredit,
    },
    {
      name: 'kepil_service_state',
      help: 'State of the service: 1 up, 0 down, -1 unknown. Its average is not an availability.',
      samples: serviceStates,
    },
    {
      name: 'kepil_component_state',
      help: 'State of a component of the service: 1 up, 0 down, -1 unknown.',
      samples: componentStates,
    },
    {
      name: 'kepil_service_month_seconds',
      help: 'Time of the contract-clock month so far, by class; the classes add up to it exactly.',
      samples: () => seconds('month'),
    },
    {
      name: 'kepil_service_year_seconds',
      help: 'Time of the contract year so far, by class; the classes add up to it exactly.',
      samples: () => seconds('year'),
    },
    {
      name: 'kepil_service_availability_ratio',
      help: 'up / (up + unplanned) of the period so far; absent while no active time was observed.',
      samples: availabilities,
    },
    {
      name: 'kepil_service_allowance_remaining_seconds',
      help: 'Downtime that the yearly promise still allows; negative when it is overspent.',
      samples: allowances,
    },
    {
      name: 'kepil_service_promise',
      help: '1 for the standing of the yearly promise (kept, at-risk, broken), 0 for the other two.',
      samples: promises,
    },
    {
      name: 'kepil_credit_accrued',
      help: 'Credit for all unplanned downtime of the month, in major units; the statement is the exact document.',
      samples: () => credits('accrued'),
    },
    {
      name: 'kepil_credit_claimed',
      help: 'Credit for the outages of the month that were claimed, in major units; the statement is the exact document.',
      samples: () => credits('claimed'),
    },
  ];
}

function availabilityRatio(shown: ServiceFigures, period: Period): number | undefined {
  const up = shown.ms(period, 'up');
  const measured = up + shown.ms(period, 'unplanned');
  return measured === 0 ? undefined : up / measured;
}
