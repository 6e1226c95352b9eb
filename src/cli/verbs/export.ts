/** `kepil export`: one service's facts as a replay file, from which anyone can recompute its statements. */
import { writeFile } from 'node:fs/promises';
import { exportFacts } from '../../journal/replay/export.ts';
import { formatReplayLine } from '../../journal/replay/format.ts';
import { instantOption, withBooks } from '../configured.ts';
import { BadInput, type CliIo, type ExitCode } from '../io.ts';

export interface ExportOptions {
  readonly config: string;
  readonly service: string;
  readonly asOf?: string;
  readonly out?: string;
}

export async function exportService(options: ExportOptions, io: CliIo): Promise<ExitCode> {
  return withBooks<ExitCode>(options.config, io, async ({ feed, contracts, now: newest }) => {
    const asOf = options.asOf === undefined ? newest() : instantOption('as-of', options.asOf);
    const { ledger } = feed;
    if (!ledger.services().includes(options.service)) {
      throw new BadInput(`--service: found "${options.service}", expected one of ${ledger.services().join(', ')}`);
    }
    const { offsetMinutes } = contracts.default;
    const lines = exportFacts(ledger, options.service, asOf).map((fact) => formatReplayLine(fact, offsetMinutes));
    const text = `${lines.join('\n')}\n`;
    if (options.out === undefined) io.stdout.write(text);
    else await writeFile(options.out, text);
    return 0;
  });
}
