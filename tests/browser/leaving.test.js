// Somebody goes: by the button, by a reload, by closing the tab. And comes back.
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { connectionsUsed, isQuiet, openHouse, phaseOf, press, situation, startDuet, statusOf, talk, until, untilPhase } from '../support/browser.js';

const house = openHouse({ after });

async function inACall(open) {
  const pages = [await open(), await open()];
  for (const page of pages) await press(page, '#join');
  await talk(...pages);
  return pages;
}

// From the click in the page to the last track stopped and the last connection closed.
const leaveAndMeasure = (page) =>
  page.evaluate(async () => {
    const { tracks, connections } = window.__seen;
    const start = performance.now();
    document.querySelector('#leave').click();
    const tracksLive = tracks.some((track) => track.readyState === 'live');
    while (connections.some((pc) => pc.signalingState !== 'closed') && performance.now() < start + 5_000) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return { tracksLive, milliseconds: performance.now() - start };
  });

situation('one leaves: the devices go off at once, the other one is told and waits, and both can meet again', house, async ({ open }) => {
  const [ada, grace] = await inACall(open);
  const { tracksLive, milliseconds } = await leaveAndMeasure(ada);
  assert.ok(!tracksLive, 'a camera or microphone stays on after the click');
  assert.ok(milliseconds < 1_000, `closing the connection took ${milliseconds} ms`);
  await untilPhase(ada, 'ended', 'left');
  assert.equal(await statusOf(ada), 'You left. Your camera and microphone are off.');
  await untilPhase(grace, 'waiting', 'peerLeft');
  assert.equal(await statusOf(grace), 'The other person left. You are still in the room.');
  await until(grace, 'the old connection closed', () => window.__seen.connections[0].signalingState === 'closed');

  await press(ada, '#join');
  await talk(ada, grace);

  await press(grace, '#leave');
  await untilPhase(ada, 'waiting', 'peerLeft');
  await press(grace, '#join');
  await talk(ada, grace);

  for (const page of [ada, grace]) await press(page, '#leave');
  for (const page of [ada, grace]) await isQuiet(page);
});

for (const [index, who] of ['first', 'second'].entries()) {
  situation(`the one who came ${who} reloads and joins again`, house, async ({ open }) => {
    const pages = await inACall(open);
    const [reloading, staying] = [pages[index], pages[1 - index]];
    await reloading.reload();
    assert.equal(await phaseOf(reloading), 'idle');
    await until(staying, 'to be told', () => document.body.dataset.phase !== 'connected');
    await press(reloading, '#join');
    await talk(reloading, staying);
  });
}

situation('a tab is closed: the other one is told, and the seat is free for somebody else', house, async ({ open }) => {
  const [ada, grace] = await inACall(open);
  await ada.close();
  await untilPhase(grace, 'waiting');
  assert.match(await statusOf(grace), /^The other person (left|dropped out)\. You are still in the room\.$/);
  const next = await open();
  await press(next, '#join');
  await talk(next, grace);
});

situation('a third one is told that the room is full, and disturbs nobody', house, async ({ open, url }) => {
  const [ada, grace] = await inACall(open);
  const third = await open();
  await press(third, '#join');
  await untilPhase(third, 'ended', 'roomFull');
  assert.equal(await statusOf(third), 'Two people are already in this room. Choose another one, or try again later.');
  await isQuiet(third);
  for (const page of [ada, grace]) {
    assert.equal(await phaseOf(page), 'connected');
    assert.equal(await connectionsUsed(page), 1);
  }
  await talk(ada, grace);

  await press(grace, '#leave');
  await untilPhase(ada, 'waiting', 'peerLeft');
  await press(third, '#join');
  await talk(third, ada);
});

// Faster than a person, so with a server that lets a socket say as much as it likes.
const much = { burst: 10_000, perSecond: 10_000 };
const patient = () => startDuet({ socketLimits: { joins: much, messages: much, descriptions: much, candidates: much, bytes: { burst: 1e9, perSecond: 1e9 } } });

situation('twenty joins and leaves leave no connection and no device behind', { ...house, server: patient }, async ({ open }) => {
  const [ada, grace] = [await open(), await open()];
  await press(ada, '#join');
  for (let round = 0; round < 20; ++round) {
    await press(grace, '#join');
    await Promise.all([untilPhase(ada, 'connected'), untilPhase(grace, 'connected')]);
    await press(grace, '#leave');
    await Promise.all([untilPhase(ada, 'waiting', 'peerLeft'), untilPhase(grace, 'ended', 'left')]);
  }
  await isQuiet(grace);
  const left = await ada.evaluate(() => window.__seen.connections.filter((pc) => pc.signalingState !== 'closed').length);
  assert.ok(left <= 1, `${left} connections are open at the one who waits`);
  await press(ada, '#leave');
  await isQuiet(ada);
});
