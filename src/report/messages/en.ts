import type { Messages } from './messages.ts';

export const EN: Messages = {
  classes: {
    up: 'Up',
    planned: 'Planned work',
    excluded: 'Excluded downtime',
    unplanned: 'Unplanned downtime',
    unknown: 'Not observed',
    outside: 'Service not active',
  },
  badges: { planned: 'Planned', excluded: 'Excluded', unplanned: 'Unplanned' },
  reasons: {
    'force-majeure': 'Force majeure or other circumstances that are not our fault',
    customer: 'Acts or omissions of the customer',
    'third-party-software': 'Failure of software by third parties, or owned or rented by the customer',
    network: 'Failure of networks that are not under our direct control',
    'dns-propagation': 'Delay in the spreading of updated DNS records',
  },
  clause: (clause) => `clause\u00A0${clause}`,
  statement: {
    title: (month) => `Statement for ${month}`,
    correctedTitle: (month, revision) => `Corrected statement for ${month} (revision ${revision})`,
    available: (availability) => `${availability} available`,
    customer: (name) => `Customer: ${name}`,
    year: {
      calendar: (year) => year,
      service: (from) => `the service year from ${from}`,
      rolling: 'the last 365 days',
    },
    verdict: {
      allGood: (month) => `All good: no downtime in ${month}.`,
      noneSeen: (month) => `No downtime was seen in ${month}.`,
      noUnplanned: (month) => `No unplanned downtime in ${month}.`,
      unplanned: (month, duration) => `Unplanned downtime in ${month}: ${duration}.`,
      unobserved: (month) => `The service was not observed in ${month}, so there is no figure.`,
      inactive: (month) => `The service was not active in ${month}.`,
    },
    notCounted: 'There was downtime that does not count: it is listed below, with the reasons.',
    partlyObserved: (duration) => `Part of the month was not observed: ${duration}.`,
    soFar: (until) => `The month is not over: these are the figures until ${until}.`,
    promise: {
      kept: ({ target, year, remaining }) =>
        `The promise of ${target} for ${year} is kept so far. Downtime that it still allows: ${remaining}.`,
      'at-risk': ({ target, year, remaining }) =>
        `The promise of ${target} for ${year} is at risk: availability so far is below it. Downtime that it still allows: ${remaining}.`,
      broken: ({ target, year, remaining }) =>
        `The promise of ${target} for ${year} is broken. Downtime beyond what it allows: ${remaining}.`,
    },
    credit: {
      toClaim: (accrued) => `Compensation: ${accrued}. To receive it, open a ticket; what to write is below.`,
      partlyClaimed: (accrued, claimed) =>
        `Compensation: ${accrued}, of which ${claimed} are claimed. For the rest, open a ticket; what to write is below.`,
      claimed: (accrued) => `Compensation: ${accrued}, claimed.`,
      automatic: (accrued) => `Compensation: ${accrued}. It is added to your balance; you need not do anything.`,
    },
    headings: {
      availability: 'Availability',
      compensation: 'Compensation',
      claim: 'How to claim it',
      downtime: 'Downtime',
      observed: 'How much was observed',
      requests: 'Your requests',
    },
    labels: {
      monthAvailability: (month) => `Availability in ${month}`,
      yearAvailability: (year) => `In ${year} so far`,
      noFigure: 'no figure',
      target: 'Guaranteed availability, a year',
      allowance: 'Downtime that the year allows',
      used: 'Unplanned downtime so far',
      remaining: 'Remaining',
      overspent: 'Exceeded by',
      outages: 'Outages',
      bounds: 'Bounds of the unplanned total',
      accrued: 'For all unplanned downtime',
      claimed: 'Claimed',
      notClaimed: 'Not claimed yet',
      cap: 'At most, for the month',
      coverage: 'Observed',
      response: 'Response',
      resolution: 'Resolution',
    },
    range: (min, max) => `${min} to ${max}`,
    boundsMeaning:
      'Probes are sent at intervals, so an outage begins and ends somewhere between two of them. The true total lies between these bounds.',
    daysMeaning: 'Hours and minutes of downtime, of any class, on each day:',
    further: (count) => `Shorter stretches not listed: ${count}`,
    counted: (clause) => `Counts, and is compensated (${clause})`,
    plannedBecause: (clause) => `Announced in time, in the hours of least load (${clause})`,
    formula: {
      exact: ({ share, clause, exact, hour }) =>
        `For each hour of unplanned downtime ${share} of the monthly fee (${clause}), counted to the millisecond: monthly fee × ${exact} ÷ ${hour} × ${share}.`,
      full: ({ share, clause, hours }) =>
        `For each complete hour of the month’s unplanned downtime ${share} of the monthly fee (${clause}): monthly fee × ${hours} × ${share}.`,
      started: ({ share, clause, hours }) =>
        `For each started hour of the month’s unplanned downtime ${share} of the monthly fee (${clause}): monthly fee × ${hours} × ${share}.`,
    },
    tiers: (clause, tiers) => `By the month’s availability (${clause}): ${tiers}.`,
    tier: (below, share) => `below ${below}, ${share} of the monthly fee`,
    rounding: (cap) =>
      `If the fee changed within the month, each part counts at the fee then in force. The sum is rounded once, and is never more than ${cap} of the month’s highest fee.`,
    howToClaim: (clause) =>
      `Open a ticket and give the date and the total duration of the downtime${clause === null ? '' : ` (${clause})`}. We measured:`,
    howPaid: 'Compensation is paid as a bonus on your account balance.',
    unknownMeaning: 'Time that nobody observed counts neither for you nor against you: it is left out of availability.',
    fullyObserved: 'Every moment in which the service was active was observed.',
    priority: { high: 'high priority', medium: 'medium priority', low: 'low priority' },
    request: {
      kept: 'In time',
      missed: 'Late',
      running: 'Open',
      took: (took, limit) => `${took}, limit ${limit}`,
      open: (limit) => `not yet, limit ${limit}`,
    },
    smallPrint: {
      clock: (clock) => `All dates and times are on the contract clock, ${clock}, all year.`,
      period: (span) => `Period: ${span}, its end not included.`,
      totals: (period, totals, sum) => `Exact totals for ${period}: ${totals}. Together ${sum}.`,
      availability:
        'Availability = up ÷ (up + unplanned), rounded down to 4 decimals. Planned, excluded and unobserved time is in neither.',
      contract: (provider, editions) => `Contract with ${provider}, edition ${editions}.`,
      issued: (at, revision) => `Issued ${at}, revision ${revision}.`,
    },
  },
  notice: {
    title: 'Planned work',
    revisedTitle: 'Planned work has changed',
    cancelledTitle: 'Planned work is cancelled',
    lead: 'Your services may be unavailable during this time.',
    cancelledLead: 'This work will not take place. Nothing of this time is planned work any more.',
    headings: { changed: 'What changed', work: 'The work', quiet: 'Hours of least load' },
    labels: {
      start: 'Start',
      end: 'End',
      length: 'Length',
      subject: 'What will be done',
      services: 'Services',
      reference: 'Reference',
      inside: 'Within them',
      outside: 'Outside them',
      total: 'Together',
      notice: 'Time until the start',
    },
    reference: (id, revision) => `${id}, revision ${revision}`,
    changedFrom: (before) => `before: ${before}`,
    none: 'nothing',
    nothingChanged: 'Start, end and subject are as before.',
    quietHours: (hours, clock, clause) =>
      `The hours of least load are ${hours} ${clock} every day (${clause}). Only downtime within them can be planned work.`,
    insideMeaning: 'Downtime within them does not count against the guaranteed availability.',
    outsideMeaning: 'Downtime outside them counts as unplanned, and is compensated.',
    inTime: (required) =>
      `The contract asks for a notice at least ${required} before the start: this one was written in time.`,
    late: (required) =>
      `The contract asks for a notice at least ${required} before the start: this one was written later. Downtime counts as unplanned, except where an earlier notice announced it in time.`,
    clock: (clock) => `All dates and times are on the contract clock, ${clock}, all year.`,
    contract: (provider, edition) => `Contract with ${provider}, edition ${edition}.`,
    further: (count) => `and ${count} more`,
  },
};
