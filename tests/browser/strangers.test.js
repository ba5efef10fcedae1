// Servers that are not ours, and what others say there: people of other rooms, and seeds that do not keep to the order.
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { io } from 'socket.io-client';
import { connectionsMade, decodesMovingVideo, openHouse, press, situation, talk, untilPhase, untilWithin } from '../support/browser.js';
import { serveDuetFor } from '../support/duet_server.js';
import { hashOf } from '../support/fnv.js';
import { start as startLesson } from '../support/lesson_server.js';
import { serveSeed } from '../support/seed_server.js';

const house = openHouse({ after });
const lesson = { ...house, server: startLesson };
const chatty = { ...house, server: () => startLesson({ sendsListToEveryone: true }) };

// Whoever answers first is taken for the other one there, also a page that nobody has joined from; the Duet that was meant waits in vain.

// The tutorial's client throws by itself, for instance at a candidate that comes before a description; only Duet's pages are judged.
const anything = { forgive: /(?:)/ };

async function openSeed({ open, server, later }, options = {}) {
  const page = await serveSeed({ signaling: server.url, ...options });
  later(page.close);
  return open(page.url, anything);
}

// How Duets are opened on such a server.
async function duetPage({ open, server, later }) {
  const page = await serveDuetFor(server.url);
  later(page.close);
  return () => open(page.url);
}

// Two people in a room of their own, as sockets that say what such people's pages say. Ends when all of it was told to everybody.
async function meetElsewhere(url, sdp) {
  const [a, b] = [0, 1].map(() => io(url, { transports: ['websocket'], forceNew: true }));
  const duet = { v: 1, from: 'a'.repeat(22), to: '', leg: 'elsewhere', offer: 1, room: hashOf('elsewhere') };
  const candidate = (port) => ({ candidate: `candidate:1 1 udp 2122260223 192.0.2.7 ${port} typ host`, sdpMid: '0', sdpMLineIndex: 0 });
  const last = candidate(9);
  const isTold = new Promise((resolve) => b.on('getCandidate', (told) => told.candidate === last.candidate && resolve()));
  try {
    for (const [socket, name] of [[a, 'A'], [b, 'B']]) {
      const isIn = new Promise((resolve) => socket.once('room_users', resolve));
      socket.emit('join', { room: 'elsewhere', name });
      await isIn;
    }
    for (const fields of [{}, duet]) {
      a.emit('offer', { type: 'offer', sdp, ...fields });
      a.emit('candidate', { ...candidate(5000), ...fields });
      b.emit('answer', { type: 'answer', sdp, ...fields });
      b.emit('candidate', { ...candidate(5001), ...fields });
    }
    a.emit('candidate', last);
    await isTold;
  } finally {
    for (const socket of [a, b]) socket.disconnect();
  }
}

situation('two Duets talk while two others meet in another room of a server that tells everybody everything', chatty, async (stage) => {
  const openDuet = await duetPage(stage);
  const [ada, grace] = [await openDuet(), await openDuet()];
  for (const page of [ada, grace]) await press(page, '#join');
  await talk(ada, grace);
  const made = await Promise.all([ada, grace].map(connectionsMade));
  const sdp = await ada.evaluate(() => __seen.connections.at(-1).localDescription.sdp);
  await meetElsewhere(stage.server.url, sdp.replaceAll(/(ice-ufrag:|ice-pwd:)..../g, '$1else'));
  await talk(ada, grace);
  assert.deepEqual(await Promise.all([ada, grace].map(connectionsMade)), made, 'nobody of another room is answered');
});

situation('a seed that answers whatever it hears, before its Join, does not keep two Duets apart', { ...lesson }, async (stage) => {
  const openDuet = await duetPage(stage);
  await openSeed(stage);
  const [ada, grace] = [await openDuet(), await openDuet()];
  for (const page of [ada, grace]) await press(page, '#join');
  await talk(ada, grace);
});

situation('a seed is reloaded in the middle of a call and joins again', { ...lesson, timeout: 90_000 }, async (stage) => {
  const openDuet = await duetPage(stage);
  const [seed, duet] = [await openSeed(stage), await openDuet()];
  await press(duet, '#join');
  await untilPhase(duet, 'waiting');
  await seed.click('#join');
  await talk(duet);
  await seed.reload();
  await seed.click('#join');
  const isConnected = () => window.__seen.connections.some((pc) => pc.connectionState === 'connected');
  await untilWithin(30_000, seed, 'the reloaded seed to be connected', isConnected);
  await talk(duet);
  await decodesMovingVideo(seed);
});

situation('a seed that offers twice at each list is talked to', chatty, async (stage) => {
  const openDuet = await duetPage(stage);
  const [seed, duet] = [await openSeed(stage, { offers: 2 }), await openDuet()];
  await press(duet, '#join');
  await untilPhase(duet, 'waiting');
  await seed.click('#join');
  await talk(duet);
  await decodesMovingVideo(seed);
});

situation('a seed that never offers is offered to', house, async (stage) => {
  const [seed, duet] = [await openSeed(stage, { offers: 0 }), await stage.open()];
  await press(duet, '#join');
  await untilPhase(duet, 'waiting');
  await seed.click('#join');
  await talk(duet);
  await decodesMovingVideo(seed);
});
