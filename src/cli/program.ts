/** The command line: which verbs there are and what they take. Each verb is a file of `verbs/`, read only when called. */
import { Argument, Command, CommanderError, Option } from 'commander';
import { TICKET_EVENTS, TICKET_PRIORITIES } from '../domain/facts/fact.ts';
import { VERSION } from '../runtime/version.ts';
import { addCreditVerbs } from './credit-program.ts';
import { BadInput, type CliIo, type ExitCode } from './io.ts';

/** Where the configuration is unless `--config` or KEPIL_CONFIG says otherwise. */
const DEFAULT_CONFIG = 'config/kepil.yaml';

/**
 * Runs one command line.
 * @returns the exit code: 0 done, 1 it could not be done, 2 the input is wrong, 3 a probe that says nothing.
 */
export async function run(argv: readonly string[], io: CliIo): Promise<ExitCode> {
  let code: ExitCode = 0;
  const program = build(io, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof BadInput) {
      io.stderr.write(`kepil: ${error.message}\n`);
      return 2;
    }
    io.stderr.write(`kepil: ${error instanceof Error ? error.message : String(error)}\n`);
    if (io.environment.KEPIL_DEBUG === '1' && error instanceof Error) io.stderr.write(`${error.stack}\n`);
    return 1;
  }
}

function build(io: CliIo, finish: (code: ExitCode) => void): Command {
  const program = new Command('kepil')
    .description('Uptime monitoring and SLA reporting whose numbers stand up in a dispute.')
    .version(VERSION)
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) });
  const config = (): Option =>
    new Option('-c, --config <file>', 'the configuration').default(io.environment.KEPIL_CONFIG ?? DEFAULT_CONFIG);

  program
    .command('serve')
    .description('run the daemon until it is asked to stop')
    .addOption(config())
    .addOption(new Option('--log-level <level>').choices(['debug', 'info', 'warn', 'error']).default('info'))
    .action(async (options) => finish(await (await import('./verbs/serve.ts')).serve(options, io)));

  program
    .command('check')
    .description('check the configuration and name every mistake in it')
    .addOption(config())
    .option('--json', 'print the mistakes as JSON')
    .action(async (options) => finish(await (await import('./verbs/check.ts')).check(options, io)));

  program
    .command('status')
    .description('what the running daemon sees now')
    .addOption(config())
    .option('--all', 'list every service, however good')
    .option('--json', 'print it as JSON')
    .action(async (options) => finish(await (await import('./verbs/status.ts')).status(options, io)));

  program
    .command('probe')
    .description('one probe now, from this machine: what came back, how long each part took, and why it failed')
    .argument('<target>', 'https://example.kz/, smtp://mail.example.kz:25, imaps://…, or the id of a configured check')
    .addOption(config())
    .option('--timeout <length>', 'deadline of the whole probe (default: 10s, or that of the check)')
    .option('--allow <range...>', 'address ranges that may be dialled though they are not public, such as 10.0.0.0/8')
    .option('--trust <file...>', 'PEM files of authorities to trust besides the system’s')
    .option('--count <number>', 'so many probes, one after another, and how their times spread')
    .option('--every <length>', 'with --count: from the beginning of one to that of the next (default: 1s)')
    .option('--json', 'print the whole result as JSON')
    .action(async (target, options) => finish(await (await import('./verbs/probe.ts')).probe(target, options, io)));

  program
    .command('statement')
    .description('statements of a month, computed from the journal')
    .addOption(config())
    .option('--service <id>', 'of one service')
    .option('--month <month>', 'contract-clock month such as 2026-03 (default: the current one)')
    .option('--as-of <instant>', 'as known at an instant such as 2026-04-01T00:00:00+05:00 (default: now)')
    .option('--json', 'print them as JSON')
    .action(async (options) => finish(await (await import('./verbs/statement.ts')).statement(options, io)));

  program
    .command('availability')
    .description('what a month, a quarter, a year or the last 365 days come to, from the journal')
    .addOption(config())
    .option('--service <id>', 'of one service')
    .option('--fleet', 'of all services, and their sums by contract and plan')
    .option('--period <period>', '2026-03, 2026-Q1, 2026, rolling, or year: that of the promise', 'year')
    .option('--as-of <instant>', 'as known at an instant (default: now)')
    .option('--json', 'print it as JSON')
    .action(async (options) => finish(await (await import('./verbs/availability.ts')).availability(options, io)));

  program
    .command('replay')
    .description('compute statements from a replay file alone')
    .argument('<file>', 'lines of JSON')
    .option('--month <month>', 'contract-clock month such as 2026-03 (default: the one the file ends in)')
    .option('--as-of <instant>', 'as known at that instant (default: the latest in the file)')
    .option('--contract <file>', 'a contract file (default: the shipped agreement)')
    .option('--json', 'print them as JSON')
    .action(async (file, options) => finish(await (await import('./verbs/replay.ts')).replay(file, options, io)));

  const work = program.command('work').description('planned work: windows announced to customers ahead');
  const verbs = () => import('./verbs/work.ts');
  const window = (command: Command): Command =>
    command
      .addOption(config())
      .option('--services <ids>', 'ids separated by commas, or * for all')
      .option('--subject <text>', 'what will be done, as customers will read it')
      .option('--by <name>', 'who decides it')
      .option('--json', 'print the result as JSON');
  window(work.command('plan').description('record a new window; its notices go out at once'))
    .requiredOption('--start <instant>', 'first instant, such as 2026-03-10T01:00:00+05:00')
    .requiredOption('--end <instant>', 'first instant after it')
    .action(async (options) => finish(await (await verbs()).planWindow(options, io)));
  window(
    work.command('revise').description('move, extend or shorten a window: a new revision, with notices of its own'),
  )
    .argument('<id>')
    .option('--start <instant>')
    .option('--end <instant>')
    .action(async (id, options) => finish(await (await verbs()).reviseWindow(id, options, io)));
  work
    .command('cancel')
    .description('cancel a window from now on')
    .argument('<id>')
    .addOption(config())
    .option('--by <name>', 'who decides it')
    .option('--json', 'print the result as JSON')
    .action(async (id, options) => finish(await (await verbs()).cancelWindow(id, options, io)));
  work
    .command('list')
    .description('windows with their revisions and notices')
    .addOption(config())
    .option('--json', 'print them as JSON')
    .action(async (options) => finish(await (await verbs()).listWindows(options, io)));

  addCreditVerbs(program, { io, config, finish });

  program
    .command('close')
    .description(
      'issue the statements of a month that is over, and revisions of those that changed; the daemon mails them',
    )
    .argument('<month>', 'contract-clock month such as 2026-03')
    .addOption(config())
    .option('--json', 'print the result as JSON')
    .action(async (month, options) => finish(await (await import('./verbs/close.ts')).close(month, options, io)));

  program
    .command('export')
    .description('one service as a replay file, from which anyone can recompute its statements')
    .addOption(config())
    .requiredOption('--service <id>', 'the service')
    .option('--as-of <instant>', 'as known at an instant (default: now)')
    .option('--out <file>', 'write there instead of to standard output')
    .action(async (options) => finish(await (await import('./verbs/export.ts')).exportService(options, io)));

  program
    .command('import')
    .description('record the facts of a replay file in the journal, all of them or none')
    .argument('<file>', 'lines of JSON')
    .addOption(config())
    .option('--json', 'print the result as JSON')
    .action(async (file, options) => finish(await (await import('./verbs/import.ts')).importFile(file, options, io)));

  const notice = program.command('notice').description('what customers must be told, until when, and that they were');
  const notices = () => import('./verbs/notice.ts');
  const decision = (command: Command): Command =>
    command
      .addOption(config())
      .requiredOption('--by <name>', 'who decides it')
      .option('--json', 'print the result as JSON');
  notice
    .command('list')
    .description('lead times kept and missed, and what is due')
    .addOption(config())
    .option('--due', 'only notices that have not been given')
    .option('--json', 'print them as JSON')
    .action(async (options) => finish(await (await notices()).listNotices(options, io)));
  decision(notice.command('announce').description('record a change that customers are to be told of'))
    .requiredOption('--kind <kind>', 'a kind of notice of the contract, such as platform-move')
    .requiredOption('--start <instant>', 'when it takes effect, such as 2026-03-10T01:00:00+05:00')
    .requiredOption('--services <ids>', 'ids separated by commas, or * for all')
    .requiredOption('--subject <text>', 'what will change')
    .action(async (options) => finish(await (await notices()).announce(options, io)));
  decision(notice.command('withdraw').description('call an announced change off'))
    .argument('<change>')
    .action(async (id, options) => finish(await (await notices()).withdraw(id, options, io)));
  decision(notice.command('record').description('record that a customer was told on another channel than mail'))
    .option('--work <id>', 'of planned work')
    .option('--revision <number>', 'of which revision (default: the newest)')
    .option('--change <id>', 'of an announced change')
    .requiredOption('--customer <id>', 'who was told')
    .requiredOption('--channel <channel>', 'how: phone, letter, telegram…')
    .requiredOption('--evidence <text>', 'what shows it')
    .option('--at <instant>', 'when, not later than now (default: now)')
    .action(async (options) => finish(await (await notices()).recordGiven(options, io)));

  const exclude = program.command('exclude').description('downtime that is not the provider’s: decisions on record');
  const exclusions = () => import('./verbs/exclude.ts');
  decision(exclude.command('add').description('exclude a time of a service, for a reason of its contract'))
    .requiredOption('--service <id>', 'the service')
    .requiredOption('--start <instant>', 'first instant, such as 2026-03-10T10:00:00+05:00')
    .requiredOption('--end <instant>', 'first instant after it')
    .requiredOption('--reason <reason>', 'a reason of the contract, such as force-majeure')
    .option('--note <text>', 'the evidence, and why')
    .action(async (options) => finish(await (await exclusions()).add(options, io)));
  decision(exclude.command('withdraw').description('withdraw an exclusion: its time counts again'))
    .argument('<exclusion>')
    .action(async (id, options) => finish(await (await exclusions()).withdraw(id, options, io)));
  exclude
    .command('list')
    .description('exclusions, withdrawn ones too')
    .addOption(config())
    .option('--service <id>', 'of one service')
    .option('--json', 'print them as JSON')
    .action(async (options) => finish(await (await exclusions()).list(options, io)));

  exclude
    .command('proposed')
    .description('exclusions that evidence proposes, for a person to answer')
    .addOption(config())
    .option('--all', 'answered ones too')
    .option('--json', 'print them as JSON')
    .action(async (options) => finish(await (await exclusions()).proposed(options, io)));
  decision(exclude.command('accept').description('record the exclusion that is proposed'))
    .argument('<proposal>')
    .option('--end <instant>', 'first instant after it (default: the end of the outage)')
    .action(async (id, options) => finish(await (await exclusions()).accept(id, options, io)));
  decision(exclude.command('dismiss').description('answer a proposal with no: its time counts'))
    .argument('<proposal>')
    .action(async (id, options) => finish(await (await exclusions()).dismiss(id, options, io)));

  const ticket = program.command('ticket').description('requests of customers, and their limits');
  const tickets = () => import('./verbs/ticket.ts');
  ticket
    .command('event')
    .description('record that a request was registered, or what happened to it next')
    .argument('<ticket>')
    .addArgument(new Argument('<event>').choices(TICKET_EVENTS))
    .addOption(config())
    .option('--service <id>', 'the service, to register it')
    .addOption(new Option('--priority <priority>', 'to register it, or from now on').choices(TICKET_PRIORITIES))
    .option('--at <instant>', 'when, not later than now (default: now)')
    .option('--json', 'print the result as JSON')
    .action(async (id, event, options) => finish(await (await tickets()).event(id, event, options, io)));
  ticket
    .command('list')
    .description('requests with their limits kept, missed or running, and the time left')
    .addOption(config())
    .option('--customer <id>', 'of one customer')
    .option('--open', 'only those that are not resolved')
    .option('--json', 'print them as JSON')
    .action(async (options) => finish(await (await tickets()).listTickets(options, io)));

  program
    .command('verify')
    .description('check the hash chain of the journal and name the first entry that is not as it was written')
    .addOption(config())
    .option('--statements', 'also recompute every issued statement and name the first that is not as issued')
    .option('--json', 'print the result as JSON')
    .action(async (options) => finish(await (await import('./verbs/verify.ts')).verify(options, io)));

  return program;
}
