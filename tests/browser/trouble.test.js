// The server goes away, or the other side does without a word.
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { connectionsUsed, decodesMovingVideo, isQuiet, openHouse, phaseOf, press, situation, startDuet, statusOf, talk, until, untilPhase } from '../support/browser.js';

const house = openHouse({ after });

// Chromium writes such a line for each attempt at a server that is not there.
const forgive = /ERR_CONNECTION_(REFUSED|RESET|CLOSED)|ERR_EMPTY_RESPONSE|WebSocket is closed before/;

situation('the server stops and starts again in the middle of a call: sound and picture go on, both keep their seats', house, async ({ open, server, later }) => {
  const [ada, grace] = [await open(undefined, { forgive }), await open(undefined, { forgive })];
  for (const page of [ada, grace]) await press(page, '#join');
  await talk(ada, grace);

  await server.close();
  for (const page of [ada, grace]) {
    await until(page, 'to know that the server is gone', () => !window.duet.snapshot().serverReachable);
    assert.equal(await phaseOf(page), 'connected');
    assert.equal(await statusOf(page), 'In a call with the other person. The server is not available; the call goes on.');
  }
  await Promise.all([decodesMovingVideo(ada), decodesMovingVideo(grace)]);

  const again = await startDuet({ port: server.port });
  later(again.close);
  for (const page of [ada, grace]) {
    await until(page, 'to have the server back', () => window.duet.snapshot().serverReachable);
    await untilPhase(page, 'connected', 'none');
  }
  await talk(ada, grace);
  for (const page of [ada, grace]) assert.equal(await connectionsUsed(page), 1, 'the call went on over the same connection');

  const third = await open();
  await press(third, '#join');
  await untilPhase(third, 'ended', 'roomFull');
  await press(ada, '#leave');
  await untilPhase(grace, 'waiting', 'peerLeft');
});

situation('the server is not there when Join is pressed: the page says so, and goes on when it comes', house, async ({ open, server, later }) => {
  const [ada, grace] = [await open(undefined, { forgive }), await open(undefined, { forgive })];
  await server.close();
  for (const page of [ada, grace]) await press(page, '#join');
  await untilPhase(ada, 'joining', 'serverUnreachable');
  assert.equal(await statusOf(ada), 'The server cannot be reached or is busy. Still trying…');
  const again = await startDuet({ port: server.port });
  later(again.close);
  await talk(ada, grace);
});

async function crash(page) {
  const session = await page.createCDPSession();
  const crashed = new Promise((resolve) => page.once('error', resolve));
  session.send('Page.crash').catch(() => {});
  await crashed;
}

situation('the other page crashes: the one who stays is told, and the crashed page comes back to its seat', house, async ({ open }) => {
  const [ada, grace] = [await open(), await open()];
  for (const page of [ada, grace]) await press(page, '#join');
  await talk(ada, grace);
  await crash(ada);
  await untilPhase(grace, 'reconnecting', 'pathLost', 20_000);
  assert.match(await statusOf(grace), /^Nothing comes through from the other person\./);
  await ada.reload();
  await press(ada, '#join');
  await talk(ada, grace);
});

const shortGrace = () => startDuet({ graceMs: 10_000 });

situation('the other page crashes and does not come back: its seat is given away', { ...house, server: shortGrace }, async ({ open }) => {
  const [ada, grace] = [await open(), await open()];
  for (const page of [ada, grace]) await press(page, '#join');
  await talk(ada, grace);
  await crash(ada);
  await untilPhase(grace, 'waiting', 'peerVanished', 25_000);
  assert.equal(await statusOf(grace), 'The other person dropped out. You are still in the room.');
  const next = await open();
  await press(next, '#join');
  await talk(next, grace);
});

// The page writes the error to the console; Chromium, that a file did not come.
const itself = /JSHandle@error|ERR_FAILED/;

situation('the call itself breaks down: the page says so, and the other one is told that nobody is there', { ...house, server: shortGrace }, async ({ open }) => {
  const [ada, grace] = [await open(undefined, { forgive: itself }), await open()];
  for (const page of [ada, grace]) await press(page, '#join');
  await talk(ada, grace);
  await ada.evaluate(() => {
    window.__seen.connections[0].getTransceivers = () => {
      throw new Error('a mistake of ours');
    };
    for (const track of window.__seen.tracks) track.dispatchEvent(new Event('ended'));
  });
  await until(ada, 'to say so', () => document.querySelector('#status').textContent.startsWith('Duet broke down'));
  await isQuiet(ada);
  await untilPhase(grace, 'waiting', 'peerVanished', 25_000);
});

situation('the compiled call does not come: the page says so, and keeps no connection to the server', house, async ({ open, server }) => {
  const page = await open('about:blank', { forgive: itself });
  await page.setRequestInterception(true);
  page.on('request', (request) => (request.url().endsWith('.wasm') ? request.abort() : request.continue()));
  await page.goto(server.url);
  await until(page, 'the sentence', () => document.querySelector('[data-problem="load"]:not([hidden])') !== null);
  await until(page, 'the server to be left', async () => /^duet_sockets 0$/m.test(await (await fetch('metrics')).text()));
});
