/** `kepil check`: does exactly what starting does with the configuration, and names every mistake at once. */
import { readConfiguration } from '../../app/load.ts';
import { formatProblem } from '../../config/problem.ts';
import type { CliIo, ExitCode } from '../io.ts';

export async function check(options: { config: string; json?: boolean }, io: CliIo): Promise<ExitCode> {
  const result = await readConfiguration(options.config, io.environment);
  if (options.json) {
    io.stdout.write(`${JSON.stringify({ ok: result.ok, problems: result.ok ? [] : result.problems }, null, 2)}\n`);
  } else if (result.ok) {
    const { contracts, customers, services } = result.configuration;
    let checks = 0;
    for (const service of services) checks += service.checks.length;
    io.stdout.write(
      `${options.config} is fine: ${contracts.length} contracts, ${customers.length} customers, ` +
        `${services.length} services, ${checks} checks\n`,
    );
  } else {
    for (const problem of result.problems) io.stderr.write(`${formatProblem(problem)}\n`);
    io.stderr.write(`${result.problems.length === 1 ? '1 mistake' : `${result.problems.length} mistakes`}\n`);
  }
  return result.ok ? 0 : 2;
}
