// What it costs that the call is WebAssembly: the time for an event to cross into it and its orders to come back, beside the same in
// JavaScript, in Chromium; the size of the wasm; its memory in a real call. `node bench/embind.js [--rounds N] [--json]`
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { builtPage, launch, openPage, press, startDuet, talk, until } from '../tests/support/browser.js';
import { serveFolder } from '../tests/support/static_server.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const TARGETS = { click: 3, theirCandidate: 10, ourCandidate: 10 }; // microseconds
const MEMORY_TARGET = 1024; // KiB, in a call

const { values: options } = parseArgs({ options: { rounds: { type: 'string', default: '15' }, json: { type: 'boolean' } } });
const rounds = Math.max(5, Number(options.rounds) || 0);

// Descriptions and candidates that Chromium made, out of a recorded call.
function readFixtures() {
  const record = readFileSync(join(root, 'tests/replay/two_duets_second.log'), 'utf8');
  const fields = (start) => JSON.parse(record.split('\n').find((line) => line.includes(start)).replace(/^\d+ [<>] /, ''));
  const [, , , , ours] = fields('< ["LocalDescriptionSet"');
  const [, , candidate, sdpMid, usernameFragment, sdpMLineIndex] = fields('< ["LocalCandidateFound"');
  return {
    ours,
    theirs: JSON.parse(fields('< ["MessageReceived","getAnswer"')[2]).sdp,
    theirCandidate: JSON.parse(fields('< ["MessageReceived","getCandidate"')[2]),
    ourCandidate: { candidate, sdpMid, usernameFragment, sdpMLineIndex },
  };
}

// Only an isolated page has a clock of 5 µs.
const isolation = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

async function measureEvents(browser) {
  const server = await serveFolder(root, { headers: isolation });
  try {
    const page = await browser.newPage();
    await page.goto(new URL('bench/', server.url).href);
    const { results, isolated } = await page.evaluate(
      async (fixtures, rounds) => (await import('./embind_page.js')).measure(fixtures, rounds),
      readFixtures(),
      rounds,
    );
    await page.close();
    if (!isolated) throw new Error('the page is not isolated, so its clock is too coarse');
    return results;
  } finally {
    await server.close();
  }
}

// In the page, before anything else: keeps the memory that the wasm exports.
function keepMemory() {
  const { instantiateStreaming } = WebAssembly;
  WebAssembly.instantiateStreaming = async (...args) => {
    const result = await instantiateStreaming.apply(WebAssembly, args);
    window.__memory = Object.values(result.instance.exports).find((value) => value instanceof WebAssembly.Memory);
    return result;
  };
}

async function openKept(browser, url) {
  const { page, profile } = await openPage(browser, 'about:blank');
  await page.evaluateOnNewDocument(keepMemory);
  await page.goto(url);
  return { page, profile };
}

// KiB that it has, and up to where anything was ever written.
async function memoryOf(page) {
  await until(page, 'the wasm', () => window.__memory && window.duet?.snapshot());
  return page.evaluate(() => {
    const { buffer } = window.__memory;
    const used = new Uint8Array(buffer).findLastIndex((byte) => byte !== 0) + 1;
    return { has: buffer.byteLength / 1024, used: Math.ceil(used / 1024) };
  });
}

async function measureMemory(browser) {
  const server = await startDuet();
  try {
    const [first, second] = [await openKept(browser, server.url), await openKept(browser, server.url)];
    const start = await memoryOf(first.page);
    for (const { page } of [first, second]) await press(page, '#join');
    await talk(first.page, second.page);
    const inCall = await memoryOf(first.page);
    for (const { profile } of [first, second]) await profile.close();
    return { start, inCall };
  } finally {
    await server.close();
  }
}

function summary(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return { median: sorted[sorted.length >> 1], min: sorted[0], max: sorted[sorted.length - 1] };
}

function row(name, ...cells) {
  console.log(name.padEnd(34) + cells.map((cell) => String(cell).padStart(9)).join(''));
}

function printEvents({ wasm, twin }) {
  row('Microseconds an event', 'wasm', 'min', 'max', 'JS', 'min', 'max', 'target');
  const names = {
    click: 'click on the microphone',
    theirCandidate: 'candidate, theirs',
    ourCandidate: 'candidate, ours',
    theirDescription: 'description, theirs',
    ourDescription: 'description, ours',
  };
  for (const [key, name] of Object.entries(names)) {
    const cells = [wasm, twin].flatMap((results) => Object.values(summary(results.map((result) => result[key]))));
    row(name, ...cells.map((cell) => cell.toFixed(1)), TARGETS[key] ?? '');
  }
  console.log(`Medians of ${wasm.length} rounds, each a mean of 40 descriptions, 3600 candidates, 2000 clicks.\n`);
}

function printSizes({ size, memory }) {
  row('The wasm', 'raw', 'gzip');
  row('bytes', size.raw, size.gzip);
  row('Its memory, KiB', 'has', 'used', 'target');
  row('page loaded', memory.start.has, memory.start.used);
  row('in a call', memory.inCall.has, memory.inCall.used, MEMORY_TARGET);
}

const bytes = (name) => statSync(join(builtPage, name)).size;
const browser = await launch();
try {
  const results = {
    events: await measureEvents(browser),
    size: { raw: bytes('duet.wasm'), gzip: bytes('duet.wasm.gz') },
    memory: await measureMemory(browser),
  };
  if (options.json) console.log(JSON.stringify(results, null, 2));
  else {
    printEvents(results.events);
    printSizes(results);
  }
} finally {
  await browser.close();
}
