// Two people on one machine who open the address, type nothing and press Join.
import assert from 'node:assert/strict';
import { after } from 'node:test';
import {
  connectionsMade,
  decodesMovingVideo,
  decodesVideo,
  openHouse,
  permissionsAsked,
  press,
  receivesAudio,
  receivesAudioPackets,
  situation,
  snapshot,
  statusOf,
  talk,
  until,
  untilPhase,
} from '../support/browser.js';

const house = openHouse({ after });

situation('two tabs of one window: Join in both, and they see and hear each other', house, async ({ open }) => {
  const first = await open();
  assert.equal(await statusOf(first), 'Your camera and microphone stay off until you press Join.');
  assert.deepEqual(await permissionsAsked(first), []);
  await press(first, '#join');
  await untilPhase(first, 'waiting');
  assert.equal(await statusOf(first), 'Nobody else is here yet.');

  const second = await open(undefined, { context: first.browserContext(), beside: true });
  await press(second, '#join');
  await talk(second);
  // The first tab is in the background now: it receives all the same, and shows it once it is looked at.
  await Promise.all([untilPhase(first, 'connected'), decodesVideo(first), receivesAudioPackets(first)]);
  await first.bringToFront();
  await talk(first);

  for (const page of [first, second]) {
    assert.equal(await statusOf(page), 'In a call with the other person.');
    assert.equal((await snapshot(page)).room, '1234');
    assert.equal(await connectionsMade(page), 1);
    assert.equal((await permissionsAsked(page)).length, 1);
    assert.ok(await page.$eval('#localVideo', (video) => video.muted), 'nobody hears themselves');
    await until(page, 'the own picture', () => document.querySelector('#localVideo').videoWidth > 0);
  }
});

// As a browser's "Duplicate tab" does: the new tab has a copy of sessionStorage, and with it of the seat.
async function duplicate(page) {
  await page.evaluate(() => sessionStorage.setItem('copied', 'yes'));
  const [tab] = await Promise.all([new Promise((resolve) => page.once('popup', resolve)), page.evaluate(() => void window.open(location.href))]);
  await until(tab, 'the page in the new tab', () => document.body?.dataset.phase === 'idle' && sessionStorage.getItem('copied') === 'yes');
  return tab;
}

situation('a tab that is duplicated during a call is one too many, and the call goes on', house, async ({ open }) => {
  const [ada, grace] = [await open(), await open()];
  for (const page of [ada, grace]) await press(page, '#join');
  await talk(ada, grace);
  const tab = await duplicate(ada);
  await press(tab, '#join');
  await untilPhase(tab, 'ended', 'roomFull');
  await ada.bringToFront();
  await talk(ada, grace);
  for (const page of [ada, grace]) assert.equal(await connectionsMade(page), 1);
});

situation('a tab that is duplicated by somebody alone is the other one of a call', house, async ({ open }) => {
  const page = await open();
  await press(page, '#join');
  await untilPhase(page, 'waiting');
  const tab = await duplicate(page);
  await press(tab, '#join');
  await Promise.all([page, tab].map((each) => untilPhase(each, 'connected')));
  await until(tab, 'the picture of the first tab', () => document.querySelector('#remoteVideo').videoWidth > 0);
  await page.bringToFront();
  await talk(page);
});

situation('the one who opened the page last joins first', house, async ({ open }) => {
  const [first, second] = [await open(), await open()];
  await press(second, '#join');
  await untilPhase(second, 'waiting');
  await press(first, '#join');
  await talk(first, second);
});

situation('both press Join at the same moment, again and again', house, async ({ open }) => {
  const pages = [await open(), await open()];
  for (let round = 0; round < 4; ++round) {
    for (const page of pages) await until(page, 'Join to be usable', () => document.querySelector('#join').matches(':enabled'));
    const moment = Date.now() + 150;
    const pressAt = (moment) => void setTimeout(() => document.querySelector('#join').click(), moment - Date.now());
    await Promise.all(pages.map((page) => page.evaluate(pressAt, moment)));
    await Promise.all(pages.map((page) => untilPhase(page, 'connected')));
    await Promise.all(pages.map((page) => decodesMovingVideo(page)));
    if (round === 3) continue;
    await Promise.all(pages.map((page) => press(page, '#leave')));
    await Promise.all(pages.map((page) => untilPhase(page, 'ended', 'left')));
  }
  await Promise.all(pages.map((page) => receivesAudio(page)));
});

situation('names and a room in the address are used, and each is told the name of the other', house, async ({ open, url }) => {
  const ada = await open(`${url}/#room=library&name=Ada`);
  const grace = await open(`${url}/#room=library&name=Grace`);
  const stranger = await open(`${url}/#room=elsewhere`);
  for (const page of [ada, grace, stranger]) await press(page, '#join');
  await talk(ada, grace);
  assert.equal(await statusOf(ada), 'In a call with Grace.');
  assert.equal(await statusOf(grace), 'In a call with Ada.');
  await untilPhase(stranger, 'waiting');
});

situation('a whole call by keyboard alone', house, async ({ open }) => {
  const [hands, other] = [await open(), await open()];
  const tabTo = async (id) => {
    for (let presses = 0; presses < 20; ++presses) {
      await hands.keyboard.press('Tab');
      if (await hands.evaluate((id) => document.activeElement.id === id, id)) return;
    }
    assert.fail(`Tab does not reach #${id}`);
  };
  await press(other, '#join');
  await until(hands, 'Join to be usable', () => document.querySelector('#join').matches(':enabled'));
  await tabTo('name');
  await hands.keyboard.type('Hands');
  await hands.keyboard.press('Enter');
  await talk(hands, other);
  assert.equal(await statusOf(other), 'In a call with Hands.');
  await tabTo('mic');
  await hands.keyboard.press('Space');
  await until(other, 'to be told of the mute', () => window.duet.snapshot().peer.devices?.microphone === false);
  await tabTo('leave');
  await hands.keyboard.press('Enter');
  await untilPhase(hands, 'ended', 'left');
  await untilPhase(other, 'waiting', 'peerLeft');
});
