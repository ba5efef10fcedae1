// The tutorial's page in one window and Duet in the other, through Duet's server and through the lesson's, either one first.
import assert from 'node:assert/strict';
import { after } from 'node:test';
import {
  decodesMovingVideo,
  decodesVideo,
  openHouse,
  press,
  receivesAudio,
  receivesAudioPackets,
  situation,
  snapshot,
  startDuet,
  statusOf,
  talk,
  until,
  untilPhase,
} from '../support/browser.js';
import { serveDuetFor } from '../support/duet_server.js';
import { start as startLesson } from '../support/lesson_server.js';
import { serveSeed } from '../support/seed_server.js';

const house = openHouse({ after });

// The tutorial's client throws by itself, for instance at a candidate that comes before a description; only Duet's page is judged.
const anything = { forgive: /(?:)/ };

const servers = {
  'Duet’s server': { start: startDuet, duetPage: async (server) => server.url },
  'the lesson’s server': {
    start: startLesson,
    duetPage: async (server, later) => {
      const page = await serveDuetFor(server.url);
      later(page.close);
      return page.url;
    },
  },
};

async function openSeed({ open, server, later }, options = {}) {
  const page = await serveSeed({ signaling: server.url, ...options });
  later(page.close);
  return open(page.url, anything);
}

const untilSeedHasOffered = (seed) =>
  until(seed, 'the seed to have offered', () => window.__seen.connections[0].signalingState === 'have-local-offer');

for (const [name, { start, duetPage }] of Object.entries(servers)) {
  const at = { ...house, server: start };

  situation(`the seed waits and Duet comes, through ${name}`, at, async (stage) => {
    const seed = await openSeed(stage);
    const duet = await stage.open(await duetPage(stage.server, stage.later));
    await seed.click('#join');
    await untilSeedHasOffered(seed);
    await press(duet, '#join');
    await talk(duet);
    await Promise.all([decodesMovingVideo(seed), receivesAudio(seed)]);
    assert.equal(await statusOf(duet), 'In a call with skydoves@getstream.io.');
    assert.equal((await snapshot(duet)).peer.duet, false);
  });

  situation(`Duet waits and the seed comes, through ${name}`, at, async (stage) => {
    const seed = await openSeed(stage);
    const duet = await stage.open(await duetPage(stage.server, stage.later));
    await press(duet, '#join');
    await untilPhase(duet, 'waiting');
    await seed.click('#join');
    await talk(duet);
    await Promise.all([decodesMovingVideo(seed), receivesAudio(seed)]);
  });
}

situation('two Duets call each other through the lesson’s server', { ...house, server: startLesson }, async ({ open, server, later }) => {
  const page = await serveDuetFor(server.url);
  later(page.close);
  const [ada, grace] = [await open(page.url), await open(page.url)];
  await press(ada, '#join');
  await untilPhase(ada, 'waiting');
  await press(grace, '#join');
  await talk(ada, grace);
});

situation('the seed as the lesson prints it, with a number for the room, receives what it never shows', house, async (stage) => {
  const seed = await openSeed(stage, { literal: true, numericRoom: true });
  const duet = await stage.open();
  await seed.click('#join');
  await untilSeedHasOffered(seed);
  await press(duet, '#join');
  await talk(duet);
  await Promise.all([decodesVideo(seed), receivesAudioPackets(seed)]);
});

situation('the seed’s tab is closed and opened again: Duet says so, and they talk again', house, async (stage) => {
  const [seed, duet] = [await openSeed(stage), await stage.open()];
  await press(duet, '#join');
  await seed.click('#join');
  await talk(duet);
  await seed.close();
  await untilPhase(duet, 'waiting');
  const next = await openSeed(stage);
  await next.click('#join');
  await talk(duet);
  await Promise.all([decodesMovingVideo(next), receivesAudio(next)]);
});
