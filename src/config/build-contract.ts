import type { Contract, ContractEdition, CreditTerms, RequestTerms } from '../domain/contract/terms.ts';
import { type ContractFile, type EditionEntry, WEEKDAYS } from './contract-schema.ts';

/** A contract's terms from its file, which must have been checked. */
export function buildContract(file: ContractFile): Contract {
  return {
    id: file.id,
    provider: file.provider,
    offsetMinutes: file.offset,
    currency: file.currency,
    editions: file.editions.map(buildEdition),
  };
}

function buildEdition(entry: EditionEntry): ContractEdition {
  const { from, plannedWork, notices, requests } = entry;
  return {
    ...(from === undefined ? {} : { from }),
    name: entry.name,
    target: entry.target,
    tally: entry.tally,
    plannedWork: { quietHours: plannedWork.quietHours, leadMs: plannedWork.lead, clause: plannedWork.clause },
    exclusions: entry.exclusions,
    credit: buildCredit(entry.credit),
    notices: notices.map(({ kind, lead, clause, asItHappens }) => ({
      kind,
      leadMs: lead,
      clause,
      ...(asItHappens ? { asItHappens } : {}),
    })),
    requests: {
      high: buildRequest(requests.high),
      medium: buildRequest(requests.medium),
      low: buildRequest(requests.low),
    },
    lifecycle: entry.lifecycle,
  };
}

function buildCredit({ hourly, tiers, cap, mode, clause }: EditionEntry['credit']): CreditTerms {
  const scheme: CreditTerms['scheme'] =
    hourly === undefined
      ? { kind: 'tiered', tiers: tiers ?? [] }
      : { kind: 'hourly', perHour: hourly.share, hours: hourly.hours };
  return { scheme, cap, mode, clause };
}

function buildRequest({ response, resolution, workingHours }: EditionEntry['requests']['high']): RequestTerms {
  const clock: RequestTerms['clock'] =
    workingHours === undefined
      ? { kind: 'always' }
      : {
          kind: 'working-hours',
          hours: workingHours.hours,
          weekdays: workingHours.weekdays.map((day) => WEEKDAYS.indexOf(day) + 1),
          holidays: workingHours.holidays,
        };
  return { responseMs: response, resolutionMs: resolution, clock };
}
