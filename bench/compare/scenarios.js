// What is measured. Each scenario plays one round: S stays, C comes. It gives plain numbers (ms), or throws a sentence that says what went wrong.
import { openPerson } from './person.js';

// `stage` has the browser, the contestant, its delay, and url(role).
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Time for whatever a page may do beforehand once it can be used; the same for all.
const settled = ({ delay }) => pause(1000 + 4 * delay);

async function withPeople(stage, play) {
  const people = [];
  const open = async (role) => {
    const person = await openPerson(stage.browser, stage.contestant, stage.url(role));
    people.push(person);
    return person;
  };
  try {
    return await play(open);
  } finally {
    await Promise.all(people.map((person) => person.close()));
  }
}

const loaded = async (person) => {
  await person.load();
  return person;
};

async function joinAndWait(stage, person) {
  await person.join();
  await stage.contestant.waits(person.page);
}

// C presses Join while S waits: the time from that click to the first frame on both sides.
async function comeIn(stays, comes) {
  await Promise.all([stays.arm(), comes.arm()]);
  const shown = Promise.all([stays.frame(), comes.frame()]);
  shown.catch(() => {});
  await comes.join();
  const [onStays, onComes] = await shown;
  const since = (steps) => Object.fromEntries(Object.entries(steps).map(([step, time]) => [step, time - onComes.click]));
  return { comes: onComes.frame - onComes.click, stays: onStays.frame - onComes.click, steps: { comes: since(onComes), stays: since(onStays) } };
}

// One page, an empty cache: until it could be used.
const load = (stage) =>
  withPeople(stage, async (open) => ({ ready: await (await open('comes')).load() }));

// The other one waits already; then the page is opened, has settled, and is clicked.
const click = (stage) =>
  withPeople(stage, async (open) => {
    const stays = await loaded(await open('stays'));
    await joinAndWait(stage, stays);
    const comes = await loaded(await open('comes'));
    await settled(stage);
    return comeIn(stays, comes);
  });

// The page was open before the other one joined.
const early = (stage) =>
  withPeople(stage, async (open) => {
    const comes = await loaded(await open('comes'));
    await settled(stage);
    const stays = await loaded(await open('stays'));
    await joinAndWait(stage, stays);
    await settled(stage);
    return comeIn(stays, comes);
  });

// Both pages are open, nobody has joined, both click at the same time: from the later click on.
const together = (stage) =>
  withPeople(stage, async (open) => {
    const people = [await loaded(await open('stays')), await loaded(await open('comes'))];
    await settled(stage);
    await Promise.all(people.map((person) => person.arm()));
    const shown = Promise.all(people.map((person) => person.frame()));
    shown.catch(() => {});
    await Promise.all(people.map((person) => person.join()));
    const [stays, comes] = await shown;
    const clicked = Math.max(stays.click, comes.click);
    return { comes: comes.frame - clicked, stays: stays.frame - clicked };
  });

// In a call, C loads the page anew and clicks as soon as that can be done: from the start of the loading on.
const reload = (stage) =>
  withPeople(stage, async (open) => {
    const stays = await loaded(await open('stays'));
    await joinAndWait(stage, stays);
    const comes = await loaded(await open('comes'));
    await settled(stage);
    await comeIn(stays, comes);
    await pause(500);
    const ready = await comes.reload();
    const began = await comes.page.evaluate(() => performance.timeOrigin);
    await Promise.all([stays.arm(), comes.arm()]);
    const shown = Promise.all([stays.frame(), comes.frame()]);
    shown.catch(() => {});
    await comes.join();
    const [onStays, onComes] = await shown;
    return { ready, comes: onComes.frame - began, stays: onStays.frame - began, click: onComes.click - began };
  });

export const scenarios = {
  load: { play: load, delays: [0, 100] },
  click: { play: click, delays: [0, 100, 300] },
  together: { play: together, delays: [0, 100] },
  early: { play: early, delays: [0, 100] },
  reload: { play: reload, delays: [0, 100] },
};

const CYCLE = 1100; // ms at least: Duet's server lets nobody join more often than once a second for long
const WARM_UP = 10; // cycles until everything has been compiled and cached

// S stays, C comes and leaves again and again; in the end both leave. Where there is no leaving, C's page is loaded anew instead.
export const cycles = (stage, count) =>
  withPeople(stage, async (open) => {
    const { leave, left, waits } = stage.contestant;
    const stays = await loaded(await open('stays'));
    await joinAndWait(stage, stays);
    const comes = await loaded(await open('comes'));
    await settled(stage);
    const depart = async (person) => {
      await person.page.click(leave);
      await left(person.page);
    };
    const heaps = async () => {
      await pause(1000);
      return { comes: await comes.heap(), stays: await stays.heap() };
    };
    const failures = [];
    let first;
    for (let cycle = 1; cycle <= count; ++cycle) {
      const began = performance.now();
      try {
        await comeIn(stays, comes);
        await pause(200);
        if (leave) await depart(comes);
        else await comes.reload();
        if (leave) await waits(stays.page);
      } catch (error) {
        failures.push(`${cycle}: ${error.message}`);
        if (failures.length === 3) break; // it will not get better
        await comes.reload();
      }
      if (cycle === Math.min(WARM_UP, count - 1)) first = await heaps();
      await pause(Math.max(0, began + CYCLE - performance.now()));
    }
    const last = await heaps();
    if (leave) await depart(stays);
    await pause(500);
    const counted = count - Math.min(WARM_UP, count - 1);
    const growth = (who) => (first && failures.length === 0 ? Math.round((last[who] - first[who]) / counted) : null);
    return {
      count,
      succeeded: count - failures.length,
      failures,
      canLeave: leave !== null,
      open: { comes: await comes.openConnections(), stays: await stays.openConnections() },
      heapPerCycle: { comes: leave ? growth('comes') : null, stays: growth('stays') },
    };
  });
