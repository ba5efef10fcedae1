// Plays the scenarios, one contestant at a time, in rounds that all of them take part in, and keeps what came out and what went wrong.
import { launch } from '../../tests/support/browser.js';
import { measureLoad } from '../cold_load.js';
import { openStage } from './stage.js';
import { cycles, scenarios } from './scenarios.js';

const ROUND_LIMIT = 90_000; // ms; every wait in a round is shorter
const CYCLES_LIMIT = 600_000;
const CAMERA = '--use-fake-device-for-media-stream=fps=30'; // as cameras do; Chromium's fake one gives 20 pictures a second

async function within(limit, promise) {
  let timer;
  const tooLate = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Not over after ${limit / 1000} s.`)), limit);
  });
  return Promise.race([promise, tooLate]).finally(() => clearTimeout(timer));
}

// A browser that is replaced if it is gone, or if it may be stuck.
function lastingBrowser() {
  let browser = null;
  return {
    async get() {
      if (!browser?.connected) browser = await launch({ flags: [CAMERA] });
      return browser;
    },
    async drop() {
      await browser?.close();
      browser = null;
    },
  };
}

// `say` hears a line for each round. Gives {load, rounds, cycles}: rounds[scenario][delay][name] is {results, failures}.
export async function run({ contestants, only, rounds, cycleCount, say }) {
  const chosen = Object.entries(scenarios).filter(([name]) => only.includes(name));
  const delays = [...new Set([0, ...chosen.flatMap(([, { delays }]) => delays)])];
  const browsers = lastingBrowser();
  const stages = [];
  const outcome = { bytes: {}, rounds: {}, cycles: {}, browser: '' };

  async function attempt(limit, stage, delay, play) {
    const browser = await browsers.get();
    try {
      return { result: await within(limit, play(stage.at(browser, delay))) };
    } catch (error) {
      if (!browser.connected || /Not over after|timed out/.test(error.message)) await browsers.drop();
      return { failure: error.message };
    }
  }

  try {
    for (const contestant of contestants) stages.push(await openStage(contestant, delays));
    outcome.browser = await (await browsers.get()).version();
    for (const stage of stages) await attempt(ROUND_LIMIT, stage, 0, scenarios.click.play); // does not count: everything is cold

    if (only.includes('load')) {
      for (const stage of stages) {
        const { assets, total } = await measureLoad(await browsers.get(), stage.at(null, 0).url('comes'));
        outcome.bytes[stage.contestant.name] = { ...total, requests: assets.length };
      }
    }
    for (const [name, { play, delays }] of chosen) {
      const at = (outcome.rounds[name] = {});
      for (const delay of delays) {
        at[delay] = Object.fromEntries(contestants.map(({ name }) => [name, { results: [], failures: [] }]));
        for (let round = 0; round < rounds; ++round) {
          // Nobody always comes first.
          for (let turn = 0; turn < stages.length; ++turn) {
            const stage = stages[(round + turn) % stages.length];
            const who = stage.contestant.name;
            const { result, failure } = await attempt(ROUND_LIMIT, stage, delay, play);
            if (result) at[delay][who].results.push(result);
            else at[delay][who].failures.push(failure);
            say(`${name} ${delay} ms, round ${round + 1}: ${who} ${result ? brief(result) : failure}`);
          }
        }
      }
    }
    if (only.includes('cycles')) {
      for (const stage of stages) {
        const { result, failure } = await attempt(CYCLES_LIMIT, stage, 0, (at) => cycles(at, cycleCount));
        outcome.cycles[stage.contestant.name] = result ?? { failure };
        say(`cycles: ${stage.contestant.name} ${failure ?? JSON.stringify(result)}`);
      }
    }
    return outcome;
  } finally {
    await browsers.drop();
    for (const stage of stages) await stage.close();
  }
}

const brief = ({ steps, ...times }) =>
  Object.entries(times)
    .map(([name, time]) => `${name} ${Math.round(time)}`)
    .join(', ');
