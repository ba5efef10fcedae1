// Two numbers about Duet as built: what a cold load costs in bytes, and how long it takes from the second person's click to the first
// frame on both sides. `node bench/measure.js [--rounds N] [--json]`; `--seed` measures the tutorial's page (repaired so that it shows
// a picture) in the same way. The frames come from the browser's fake camera on this machine: compare runs of one machine only.
import { parseArgs } from 'node:util';
import { startServer } from '../server/server.js';
import { launch, openPage, press, startDuet, until, untilPhase } from '../tests/support/browser.js';
import { serveSeed } from '../tests/support/seed_server.js';
import { measureLoad } from './cold_load.js';
import { summary } from './statistics.js';

const LIMIT = 56_000; // bytes of a cold load, gzip, socket.io's client included

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '9' }, json: { type: 'boolean' }, seed: { type: 'boolean' } },
});
const rounds = Math.max(7, Number(options.rounds) || 0);

// In the page: notes when #join was clicked and when #remoteVideo presented its first frame, on the clock that all pages here share.
function watch() {
  const at = (time) => performance.timeOrigin + time;
  document.querySelector('#join').addEventListener('click', (event) => (window.__clicked = at(event.timeStamp)), { capture: true });
  document.querySelector('#remoteVideo').requestVideoFrameCallback((now) => (window.__firstFrame = at(now)));
}

// The first person waits with the camera on; the second has the page open, and clicks.
async function measureRound(browser, url, isWaiting) {
  const opened = [await openPage(browser, url), await openPage(browser, url)];
  const [first, second] = opened.map(({ page }) => page);
  try {
    await press(first, '#join');
    await isWaiting(first);
    for (const page of [first, second]) await page.evaluate(watch);
    await press(second, '#join');
    const shown = (page) => until(page, 'the first frame', () => window.__firstFrame);
    const [onFirst, onSecond] = await Promise.all([shown(first), shown(second)]);
    const clicked = await second.evaluate(() => window.__clicked);
    return { second: onSecond - clicked, first: onFirst - clicked };
  } finally {
    for (const { profile } of opened) await profile.close();
  }
}

async function duetWaits(page) {
  await untilPhase(page, 'waiting');
  await until(page, 'the devices', () => ['microphone', 'camera'].every((kind) => window.duet.snapshot()[kind].state === 'live'));
}

const seedWaits = (page) => until(page, 'the offer to be out', () => window.__seen.connections[0].iceGatheringState === 'complete');

function printLoad({ assets, total, limit }) {
  const row = (...cells) => console.log(cells.map((cell, index) => (index === 0 ? String(cell).padEnd(28) : String(cell).padStart(10))).join(''));
  row('Cold load, bytes', 'raw', 'gzip', 'sent as');
  for (const { path, raw, gzip, encoding } of [...assets, total]) row(path, raw, gzip, encoding);
  console.log(`Limit: ${limit} gzip. ${total.gzip <= limit ? `${limit - total.gzip} to spare.` : `Exceeded by ${total.gzip - limit}.`}\n`);
}

function printTimes({ second, first }) {
  const row = (...cells) => console.log(cells.map((cell, index) => (index === 0 ? cell.padEnd(28) : String(cell).padStart(10))).join(''));
  row('Click to first frame, ms', 'median', 'min', 'max');
  row('on the one who clicked', second.median, second.min, second.max);
  row('on the one who waited', first.median, first.min, first.max);
  console.log(`${rounds} rounds after one that does not count, both people on this machine.`);
}

const server = await (options.seed ? startServer({ port: 0 }) : startDuet());
const browser = await launch();
const seed = options.seed ? await serveSeed({ signaling: server.url }) : null;
const url = seed?.url ?? server.url;
try {
  const load = { ...(await measureLoad(browser, url)), limit: LIMIT };
  const times = [];
  // Each round in a room that nobody's seat is kept in.
  for (let round = 0; round <= rounds; ++round) times.push(await measureRound(browser, seed ? url : `${url}/#room=round${round}`, seed ? seedWaits : duetWaits));
  times.shift();
  const firstFrame = { second: summary(times.map(({ second }) => second)), first: summary(times.map(({ first }) => first)), rounds: times };
  if (options.json) console.log(JSON.stringify({ load, firstFrame }, null, 2));
  else {
    printLoad(load);
    printTimes(firstFrame);
  }
} finally {
  await browser.close();
  await seed?.close();
  await server.close();
}
