// Not a test: takes a picture of every phase, on a phone and on a desk, light and dark, into build/screenshots for a person to look at,
// and the README's picture of a call into docs/call.png. `node tests/browser/screenshots.js`
import { mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { io } from 'socket.io-client';
import { decodesMovingVideo, launch, openPage, press, startDuet, until, untilPhase } from '../support/browser.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const folder = join(root, 'build/screenshots');
const picture = join(root, 'docs/call.png');
const pictureLimit = 250_000;

const sizes = { phone: { width: 360, height: 740 }, desk: { width: 1440, height: 900 } };
const schemes = ['light', 'dark'];

// Set up, and nothing on the move any more.
async function dress(page, viewport, scheme) {
  await page.setViewport(viewport);
  await page.emulateMediaFeatures([
    { name: 'prefers-color-scheme', value: scheme },
    { name: 'prefers-reduced-motion', value: 'reduce' },
  ]);
  await page.evaluate(() => {
    const ending = document.getAnimations().filter((animation) => animation.effect.getComputedTiming().endTime !== Infinity);
    return Promise.allSettled(ending.map((animation) => animation.finished)).then(() => {});
  });
}

async function takeAll(page, name) {
  for (const [size, viewport] of Object.entries(sizes)) {
    for (const scheme of schemes) {
      await dress(page, viewport, scheme);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (overflow > 0) console.log(`${name} is ${overflow} px wider than a ${size}`);
      await page.screenshot({ path: join(folder, `${name}-${size}-${scheme}.png`) });
    }
  }
  console.log(name);
}

// Somebody who takes a seat and never answers, so that Duet goes on connecting.
async function silentPerson(url, room) {
  const socket = io(url, { transports: ['websocket'] });
  await new Promise((resolve) => socket.on('connect', resolve));
  socket.emit('join', { room, name: 'Sam' });
  return socket;
}

mkdirSync(folder, { recursive: true });
const [browser, refusing, server] = await Promise.all([launch(), launch({ asks: true }), startDuet()]);
const person = async (name, room, options = {}) =>
  (await openPage(options.asks ? refusing : browser, `${server.url}/#room=${room}${name && `&name=${name}`}`, options)).page;

try {
  const bare = (await openPage(browser, server.url)).page;
  await until(bare, 'Join', () => document.querySelector('#join').matches(':enabled'));
  await takeAll(bare, 'idle');

  const ada = await person('Ada', 'library');
  await press(ada, '#join');
  await untilPhase(ada, 'waiting');
  await until(ada, 'the camera', () => document.querySelector('#localVideo').videoWidth > 0);
  await takeAll(ada, 'waiting');

  const asked = await person('Joan', 'quiet', { holdDevices: true });
  await press(asked, '#join');
  await untilPhase(asked, 'waiting');
  await takeAll(asked, 'waiting-asking');

  const grace = await person('Grace', 'library');
  await press(grace, '#join');
  await Promise.all([decodesMovingVideo(ada), decodesMovingVideo(grace)]);
  await takeAll(ada, 'connected');

  await dress(ada, { width: 1200, height: 750 }, 'light');
  await ada.screenshot({ path: picture });
  const { size } = statSync(picture);
  console.log(`docs/call.png, ${Math.round(size / 1000)} kB${size > pictureLimit ? ', which is too much' : ''}`);

  await press(grace, '#camera');
  await press(grace, '#mic');
  await until(ada, 'to be told', () => window.duet.snapshot().peer.devices?.camera === false);
  await takeAll(ada, 'connected-other-switched-off');

  const third = await person('Alan', 'library');
  await press(third, '#join');
  await untilPhase(third, 'ended', 'roomFull');
  await takeAll(third, 'ended-room-full');

  const session = await grace.createCDPSession();
  session.send('Page.crash').catch(() => {});
  await untilPhase(ada, 'reconnecting').then(() => takeAll(ada, 'reconnecting'), (error) => console.log(error.message));

  await press(ada, '#leave');
  await untilPhase(ada, 'ended');
  await takeAll(ada, 'ended-left');

  const denied = await person('Edsger', 'refused', { asks: true, permissions: { camera: 'denied', microphone: 'denied' } });
  await press(denied, '#join');
  await until(denied, 'the notice', () => window.duet.snapshot().camera.state === 'refused');
  await takeAll(denied, 'waiting-refused');

  const sam = await silentPerson(server.url, 'slow');
  const patient = await person('Barbara', 'slow');
  await press(patient, '#join');
  await untilPhase(patient, 'connecting');
  await takeAll(patient, 'connecting');
  sam.close();

  const early = await person('Katherine', 'closed');
  await server.close();
  await press(early, '#join');
  await untilPhase(early, 'joining', 'serverUnreachable');
  await takeAll(early, 'joining');
} finally {
  await Promise.all([browser.close(), refusing.close()]);
  await server.close();
}
