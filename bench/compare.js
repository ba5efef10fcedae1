// Duet beside what one would build instead: the tutorial's client, simple-peer with socket.io, PeerJS with PeerServer.
// `node bench/compare.js [--rounds N] [--only load,click,…] [--who Duet,PeerJS,…] [--json FILE] [--svg FILE] [--quick]`
// docs/compare.md says how it is measured and what came out. The parts are in bench/compare/.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { contestants } from './compare/contestants.js';
import { picture } from './compare/picture.js';
import { digest, report } from './compare/report.js';
import { run } from './compare/runner.js';
import { scenarios } from './compare/scenarios.js';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    only: { type: 'string' },
    who: { type: 'string' },
    json: { type: 'string' },
    svg: { type: 'string' },
    quick: { type: 'boolean' },
  },
});

// The words of a list, each of which must be one of `known`.
function choose(option, known) {
  const chosen = option?.split(',') ?? known;
  const stranger = chosen.find((word) => !known.includes(word));
  if (stranger !== undefined) throw new Error(`"${stranger}" is none of ${known.join(', ')}.`);
  return chosen;
}

const only = choose(options.only, [...Object.keys(scenarios), 'cycles']);
const who = choose(options.who, contestants.map(({ name }) => name));
const rounds = options.quick ? 1 : Math.max(1, Number(options.rounds) || 7);

const outcome = await run({
  contestants: contestants.filter(({ name }) => who.includes(name)),
  only,
  rounds,
  cycleCount: options.quick ? 3 : 50,
  say: (line) => console.error(line),
});
const result = digest(outcome, { names: contestants.map(({ name }) => name).filter((name) => who.includes(name)), rounds });
console.log(report(result));
if (options.json) writeFileSync(options.json, `${JSON.stringify({ ...result, measured: outcome }, null, 1)}\n`);
if (options.svg) writeFileSync(options.svg, picture(result));
process.exit(); // PeerServer's timers would keep the process
