/** The command line of `kepil claim` and `kepil credit`. */
import { type Command, Option } from 'commander';
import type { CliIo, ExitCode } from './io.ts';

export interface Wiring {
  readonly io: CliIo;
  /** The option that names the configuration. */
  readonly config: () => Option;
  readonly finish: (code: ExitCode) => void;
}

/** Adds both groups of verbs. */
export function addCreditVerbs(program: Command, wiring: Wiring): void {
  addClaims(program.command('claim').description('what customers claim for downtime'), wiring);
  const credit = program.command('credit').description('what is owed for downtime, and what becomes of it');
  addCredits(credit, wiring);
  addSettlement(credit, wiring);
}

function addClaims(claim: Command, { io, config, finish }: Wiring): void {
  const verbs = () => import('./verbs/claim.ts');
  decided(claim.command('add').description('record a claim as the customer made it'), config)
    .argument('<service>')
    .requiredOption('--date <day>', 'the contract-clock day claimed for, such as 2026-03-10')
    .requiredOption('--duration <length>', 'the downtime claimed, such as 90m')
    .option('--id <id>', 'names the claim, such as its ticket; with the same id again it is recorded once')
    .action(async (service, options) => finish(await (await verbs()).addClaim(service, options, io)));
  requested(
    claim.command('adjust').description('record what the parties agreed on in place of the measurement'),
    config,
  )
    .argument('<service>')
    .argument('<claim>')
    .option('--duration <length>', 'the downtime agreed on, such as 90m')
    .addOption(amount('the amount agreed on, such as 120.00'))
    .addOption(currency())
    .requiredOption('--reason <text>', 'why, as agreed')
    .action(async (service, id, options) => finish(await (await verbs()).adjust(service, id, options, io)));
  listed(claim.command('list').description('claims of a month beside what was measured'), config).action(
    async (options) => finish(await (await verbs()).listClaims(options, io)),
  );
}

function addCredits(credit: Command, { io, config, finish }: Wiring): void {
  const verbs = () => import('./verbs/credit.ts');
  listed(credit.command('list').description('how the credits of a month stand'), config).action(async (options) =>
    finish(await (await verbs()).listCredits(options, io)),
  );
  requested(credit.command('approve').description('approve what is open of a month that is over'), config)
    .argument('<service>')
    .argument('<month>', 'contract-clock month such as 2026-03')
    .option('--claims <ids>', 'the claims it answers, separated by commas (default: every one that stands)')
    .addOption(amount('a part of it, such as 120.00 (default: all that is open)'))
    .addOption(currency())
    .option('--reason <text>', 'why')
    .action(async (service, month, options) => finish(await (await verbs()).approve(service, month, options, io)));
  requested(credit.command('reject').description('answer a claim with no'), config)
    .argument('<service>')
    .argument('<claim>')
    .requiredOption('--reason <text>', 'why')
    .action(async (service, claim, options) => finish(await (await verbs()).reject(service, claim, options, io)));
  for (const [name, type, description] of [
    ['post', 'credit-posted', 'record that a credit stands on the account balance as a bonus'],
    ['settle', 'credit-settled', 'record that a credit of an ended service was paid in money'],
  ] as const) {
    requested(credit.command(name).description(description), config)
      .argument('<service>')
      .argument('<credit>', 'its number')
      .requiredOption('--reference <text>', 'what the billing calls it; with the same one again it is recorded once')
      .action(async (service, number, options) =>
        finish(await (await verbs()).pay(type, { service, credit: number }, options, io)),
      );
  }
  requested(credit.command('reverse').description('take back what stands of a credit'), config)
    .argument('<service>')
    .argument('<credit>', 'its number')
    .addOption(amount('a part of it, such as 120.00 (default: all that stands)'))
    .addOption(currency())
    .requiredOption('--reason <text>', 'why')
    .action(async (service, number, options) => finish(await (await verbs()).reverse(service, number, options, io)));
}

function addSettlement(credit: Command, { io, config, finish }: Wiring): void {
  credit
    .command('settlement')
    .description('what a cancelled service is owed: fees for days not served, and compensation in money')
    .argument('<service>')
    .addOption(config())
    .requiredOption('--paid-until <day>', 'the first contract-clock day that is not paid for, such as 2026-04-10')
    .option('--paid-from <day>', 'the first day of those payments (default: the first day of the service)')
    .option('--requested <instant>', 'when the customer asked for it (default: the end of the service)')
    .option('--json', 'print it as JSON')
    .action(async (service, options) =>
      finish(await (await import('./verbs/settlement.ts')).settlement(service, options, io)),
    );
}

function decided(command: Command, config: () => Option): Command {
  return command
    .addOption(config())
    .requiredOption('--by <name>', 'who decides it')
    .option('--json', 'print the result as JSON');
}

function requested(command: Command, config: () => Option): Command {
  return decided(command, config).option(
    '--key <text>',
    'names the request; with the same key again it is recorded once',
  );
}

function listed(command: Command, config: () => Option): Command {
  return command
    .addOption(config())
    .option('--service <id>', 'of one service')
    .option('--month <month>', 'contract-clock month such as 2026-03 (default: the last one that is over)')
    .option('--as-of <instant>', 'as known at an instant such as 2026-04-01T00:00:00+05:00 (default: now)')
    .option('--json', 'print them as JSON');
}

function amount(description: string): Option {
  return new Option('--amount <amount>', description);
}

function currency(): Option {
  return new Option('--currency <code>', 'of the amount (default: the contract’s)');
}
