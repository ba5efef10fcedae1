// Cameras and microphones: refused, missing, late, switched off. The call goes on with what there is, and both are told.
import assert from 'node:assert/strict';
import { after } from 'node:test';
import {
  connectionsUsed,
  decodesMovingVideo,
  drawn,
  isQuiet,
  openHouse,
  permissionsAsked,
  permit,
  press,
  receivesAudio,
  situation,
  snapshot,
  talk,
  until,
  untilPhase,
} from '../support/browser.js';

const house = openHouse({ after }, { asks: true });
const refused = { camera: 'denied', microphone: 'denied' };

const noticeOf = async (page) => {
  await drawn(page);
  return page.$eval('#notice', (notice) => (notice.hidden ? '' : notice.textContent.trim()));
};
const untilCamera = (page, state) => until(page, `camera ${state}`, (state) => window.duet.snapshot().camera.state === state, state);

for (const order of ['first', 'second']) {
  situation(`the one who joins ${order} refused camera and microphone: watches and listens, and is not asked again`, house, async ({ open }) => {
    const watcher = await open(undefined, { permissions: refused });
    const other = await open();
    const [one, two] = order === 'first' ? [watcher, other] : [other, watcher];
    await press(one, '#join');
    await untilPhase(one, 'waiting');
    await press(two, '#join');
    await Promise.all([untilPhase(watcher, 'connected'), untilPhase(other, 'connected')]);
    await Promise.all([decodesMovingVideo(watcher), receivesAudio(watcher)]);
    assert.deepEqual((await permissionsAsked(watcher)).length, 1);
    const { microphone, camera } = await snapshot(watcher);
    assert.deepEqual([microphone.state, camera.state], ['refused', 'refused']);
    assert.match(await noticeOf(watcher), /^You can watch and listen only: the camera and microphone may not be used\./);
    await drawn(other);
    assert.match(await other.$eval('#remote .placeholder', (placeholder) => placeholder.innerText), /camera is off|No picture/);
  });
}

situation('somebody allows the camera later, in the middle of the call', house, async ({ open, url, browser }) => {
  const [ada, grace] = [await open(undefined, { permissions: refused }), await open()];
  for (const page of [ada, grace]) await press(page, '#join');
  await decodesMovingVideo(ada);
  await permit(browser, ada.browserContext(), url, { camera: 'granted', microphone: 'granted' });
  await press(ada, '#camera');
  await untilCamera(ada, 'live');
  await decodesMovingVideo(grace);
  await press(ada, '#mic');
  await receivesAudio(grace);
  assert.equal(await noticeOf(ada), '');
});

situation('there is no camera: the call has sound both ways and one picture', house, async ({ open }) => {
  const ada = await open(undefined, { missingCamera: true });
  const grace = await open();
  for (const page of [ada, grace]) await press(page, '#join');
  await Promise.all([untilPhase(ada, 'connected'), untilPhase(grace, 'connected')]);
  await Promise.all([decodesMovingVideo(ada), receivesAudio(ada), receivesAudio(grace)]);
  const { microphone, camera } = await snapshot(ada);
  assert.deepEqual([microphone.state, camera.state], ['live', 'missing']);
  assert.match(await noticeOf(ada), /^You cannot be seen: no camera was found\./);
  assert.equal(await grace.$eval('#remoteVideo', (video) => video.videoWidth), 0);
});

situation('Leave while the browser still asks: what it gives later is switched off', house, async ({ open }) => {
  const [ada, grace] = [await open(undefined, { holdDevices: true }), await open()];
  await press(grace, '#join');
  await press(ada, '#join');
  await untilCamera(ada, 'asking');
  await ada.waitForSelector('#leave', { visible: true });
  await press(ada, '#leave');
  await untilPhase(ada, 'ended', 'left');
  await untilPhase(grace, 'waiting', 'peerLeft');
  await ada.evaluate(() => window.__seen.letDevicesCome());
  await until(ada, 'the devices', () => window.__seen.tracks.length === 2);
  await isQuiet(ada);
  assert.equal(await ada.$eval('#localVideo', (video) => video.srcObject), null);
});

situation('the call does not wait for the permission, and the switches pressed meanwhile hold', house, async ({ open }) => {
  const [ada, grace] = [await open(undefined, { holdDevices: true }), await open()];
  for (const page of [ada, grace]) await press(page, '#join');
  await Promise.all([untilPhase(ada, 'connected'), untilPhase(grace, 'connected')]);
  await Promise.all([decodesMovingVideo(ada), receivesAudio(ada)]);
  await press(ada, '#mic');
  await ada.evaluate(() => window.__seen.letDevicesCome());
  await decodesMovingVideo(grace);
  assert.deepEqual(
    await ada.evaluate(() => window.__seen.tracks.filter((track) => track.readyState === 'live').map((track) => [track.kind, track.enabled])),
    [['audio', false], ['video', true]],
  );
  await press(ada, '#mic');
  await receivesAudio(grace);
});

situation('microphone and camera switched off and on: the other one is told each time', house, async ({ open }) => {
  const [ada, grace] = [await open(), await open()];
  for (const page of [ada, grace]) await press(page, '#join');
  await talk(ada, grace);
  const told = (microphone, camera) =>
    until(
      grace,
      `to be told: microphone ${microphone}, camera ${camera}`,
      (...wanted) => {
        const devices = window.duet.snapshot().peer?.devices;
        return devices && devices.microphone === wanted[0] && devices.camera === wanted[1];
      },
      microphone,
      camera,
    );
  const read = async (selector) => {
    await drawn(grace);
    return grace.$eval(selector, (element) => (element.hidden ? '' : element.innerText.trim()));
  };
  await told(true, true);
  await press(ada, '#mic');
  await told(false, true);
  assert.equal(await read('#muted'), 'The other person’s microphone is off');
  await press(ada, '#camera');
  await told(false, false);
  assert.equal(await read('#remote .placeholder'), 'The other person’s camera is off');
  await press(ada, '#mic');
  await press(ada, '#camera');
  await told(true, true);
  await talk(ada, grace);
  assert.equal(await connectionsUsed(ada), 1);
});
