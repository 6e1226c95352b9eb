/**
 * How exactly outages are dated: `node bench/accuracy.ts [--outages N] [--group N] [--seed N] [--json]`.
 *
 * The real schedule, detection and shared-fate dating over scripted targets, on virtual time at an interval of 60 s; outages
 * of 7 s to 10 min at random phases. Held against the script: the error of each edge, whether its bounds hold the truth, and
 * whether blips shorter than the confirmation stay out. Ends with 1 when a bound does not hold.
 */
import { parseArgs } from 'node:util';
import { MINUTE, SECOND } from '../src/domain/time/instant.ts';
import { summarise } from './accuracy/summary.ts';
import { runVirtually } from './accuracy/virtual-run.ts';

const { values } = parseArgs({
  options: {
    outages: { type: 'string', default: '1000' },
    group: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const [outages, group, seed] = [values.outages, values.group, values.seed].map((text) => {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error(`found ${text}, expected a whole number of at least 1`);
  return number;
}) as [number, number, number];

const common = { seed, ownAddresses: false, intervalMs: MINUTE, lengthMs: { from: 7 * SECOND, to: 10 * MINUTE } };
const EACH = 5;
const runs = [
  ['lone targets', { ...common, targets: Math.ceil(outages / EACH), checksEach: 1, outagesEach: EACH }],
  [`groups of ${group}`, { ...common, targets: Math.ceil(outages / 100), checksEach: group, outagesEach: 10 }],
  [
    `groups of ${group}, an address each`,
    { ...common, targets: Math.ceil(outages / 100), checksEach: group, outagesEach: 10, ownAddresses: true },
  ],
  [
    'blips of lone targets',
    {
      ...common,
      targets: Math.ceil(outages / EACH),
      checksEach: 1,
      outagesEach: EACH,
      lengthMs: { from: 100, to: 6_900 },
    },
  ],
] as const;

const summaries = [];
for (const [name, fleet] of runs) {
  const verdict = await runVirtually(fleet);
  for (const sentence of verdict.wrong.slice(0, 10)) process.stderr.write(`${sentence}\n`);
  summaries.push({ name, ...summarise(verdict) });
}
if (values.json) process.stdout.write(`${JSON.stringify(summaries, null, 2)}\n`);
else
  for (const { name, lines } of summaries)
    process.stdout.write(`${name}\n${lines.map((line) => `  ${line}\n`).join('')}`);
if (summaries.some(({ wrong }) => wrong > 0)) process.exitCode = 1;
