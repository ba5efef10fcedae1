// Two hops to media: whoever waits has parked an offer, whoever looks has prepared the answer, and the click only sends it.
// What is sent is seen in the pages' own sockets.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after } from 'node:test';
import { connectionsMade, decodesMovingVideo, isQuiet, openHouse, permissionsAsked, press, receivesAudio, situation, talk, until, untilPhase } from '../support/browser.js';
import { nativeReplay, recordOf, replay } from '../support/replay.js';

const house = openHouse({ after });
const slowHouse = { ...house, timeout: 90_000 }; // three pages, or three calls

// The frames of the page's socket, in one direction. Those of the connection itself (open, ping, pong) say nothing.
const framesOf = async (page, direction) => {
  const frames = await page.evaluate(() => window.__seen.frames);
  return frames.filter(([way, text]) => way === direction && /^4[23]/.test(text)).map(([, text]) => text);
};

// Names of events; an acknowledgement is called so.
const nameOf = (frame) => /^42\d*\["(\w+)"/.exec(frame)?.[1] ?? 'acknowledgement';
const sentBy = async (page) => (await framesOf(page, '>')).map(nameOf);
const heardBy = async (page) => (await framesOf(page, '<')).map(nameOf);

const offersParked = async (page) => (await sentBy(page)).filter((name) => name === 'park').length;

// Alone in the room, with an offer at the server that was made with the permission for the camera: for two minutes it is the last
// one. Gives its leg.
async function untilParked(page, offersBefore = 0) {
  await untilPhase(page, 'waiting');
  return until(
    page,
    'the offer to be parked',
    async (offersBefore) => {
      const record = (await window.duet.log()).split('"JoinRequested"').at(-1);
      const legsIn = (way, name) =>
        window.__seen.frames.filter(([its, text]) => its === way && text.startsWith(`42["${name}"`)).map(([, text]) => JSON.parse(text.slice(2))[1].leg);
      const parked = legsIn('>', 'park');
      const isLast = parked.length > offersBefore && /"MediaGranted"[^]*> \["SendMessage","park"/.test(record);
      return isLast && legsIn('<', 'park_kept').at(-1) === parked.at(-1) && parked.at(-1);
    },
    offersBefore,
  );
}

// The answer to the offer of this leg waits for the click.
async function untilPrepared(page, leg) {
  await until(
    page,
    'the answer to be prepared',
    async (leg) => {
      const open = window.__seen.connections.filter((pc) => pc.signalingState !== 'closed');
      const steps = (await window.duet.log()).split('\n').filter((line) => /"(OpenLeg|DescriptionCreated)"/.test(line));
      const heard = window.__seen.frames.filter(([way, text]) => way === '<' && text.startsWith('42["parked",')).at(-1)?.[1];
      const isThere = open.length === 1 && open[0].signalingState === 'have-remote-offer' && heard?.includes(`"leg":"${leg}"`);
      return isThere && /"DescriptionCreated"/.test(steps.at(-1));
    },
    leg,
  );
}

const openConnections = (page) =>
  page.evaluate(() =>
    window.__seen.connections
      .filter((pc) => pc.signalingState !== 'closed')
      .map((pc) => [pc.signalingState, pc.iceGatheringState, String(pc.localDescription?.type)].join(' ')),
  );

// Nothing of who looks has left the page: no address was gathered, no device asked for, and only the room's name was sent. Nor is
// anything to be seen of it.
async function assertNothingLeft(page, rooms) {
  assert.deepEqual(await openConnections(page), ['have-remote-offer new undefined']);
  assert.deepEqual(await permissionsAsked(page), []);
  const isSeen = () => document.querySelector('#remoteVideo').srcObject !== null || !document.querySelector('#sound').hidden;
  assert.equal(await page.evaluate(isSeen), false);
  assert.deepEqual(await framesOf(page, '>'), rooms.map((room) => `42["peek",{"room":"${room}"}]`));
  const everything = await page.evaluate(() => window.__seen.frames.filter(([way]) => way === '>').map(([, text]) => text));
  const first = /^40(?:\{"peek":"([\w-]+)"\})?$/.exec(everything.shift());
  assert.ok(first && (first[1] === undefined || first[1] === rooms[0]), 'the first word');
  for (const frame of everything) assert.match(frame, /^(3|42\["peek",\{"room":"[\w-]+"\}\])$/);
}

// The click of the one who looks, and what both have sent from then on until they see each other.
async function clickAndMeet(waiting, looking, diagnostic) {
  const all = () => Promise.all([sentBy(waiting), sentBy(looking), heardBy(waiting), heardBy(looking)]);
  const before = await all();
  await press(looking, '#join');
  await talk(waiting, looking);
  const [byWaiting, byLooking, atWaiting, atLooking] = (await all()).map((names, index) => names.slice(before[index].length));
  diagnostic(
    `from the click on, the one who clicked sent ${byLooking.length} messages (${byLooking.join(' ')}) and heard ${atLooking.length}; ` +
      `the one who waited sent ${byWaiting.length} and heard ${atWaiting.length}`,
  );
  return { byWaiting, byLooking, atWaiting, atLooking };
}

// One hop there, one hop back: `join` brings the answer, and the acknowledgement all that was missing.
async function assertTwoHops(waiting, looking, diagnostic) {
  const { byWaiting, byLooking, atWaiting, atLooking } = await clickAndMeet(waiting, looking, diagnostic);
  const isNoCandidate = (name) => name !== 'candidate'; // which may still be found
  assert.deepEqual(byWaiting.filter(isNoCandidate), [], 'whoever waits had said everything before');
  assert.equal(byLooking[0], 'join');
  assert.deepEqual(byLooking.filter(isNoCandidate), ['join']);
  const join = JSON.parse((await framesOf(looking, '>')).filter((frame) => nameOf(frame) === 'join').at(-1).replace(/^42\d*/, ''))[1];
  assert.equal(join.answer.type, 'answer');
  assert.doesNotMatch(join.answer.sdp, /a=candidate/);
  assert.deepEqual(atWaiting.slice(0, 2), ['user_joined', 'getAnswer']);
  assert.equal(atLooking.filter((name) => name === 'acknowledgement').length, 1);
  const acknowledgement = (await framesOf(looking, '<')).filter((frame) => nameOf(frame) === 'acknowledgement').at(-1);
  assert.match(acknowledgement, /"tookAnswer":true/);
  assert.ok(!(await sentBy(waiting)).includes('offer'), 'an offer was sent');
}

situation('one waits, the other has the page open and clicks: nothing but the answer was missing', house, async ({ open, diagnostic }) => {
  const waiting = await open();
  await press(waiting, '#join');
  const leg = await untilParked(waiting);
  const looking = await open();
  await untilPrepared(looking, leg);
  await assertNothingLeft(looking, ['1234']);
  await assertTwoHops(waiting, looking, diagnostic);
  for (const page of [waiting, looking]) {
    const record = await recordOf(page);
    assert.match(record, /^# \d+ iceConnectionState connected leg \d+$[^]*^# \d+ first frame$/m);
    if (!existsSync(nativeReplay)) continue;
    const [, milestones] = / -- (click 0, .*)/.exec(replay(record).stdout);
    diagnostic(milestones);
    assert.match(milestones, /^click 0, media \d+, socket -\d+, description -?\d+, ICE \d+, DTLS \d+, first frame \d+$/);
  }
});

situation('the room in the address is asked for with the socket’s first word, and prepared for once', house, async ({ open, url, diagnostic }) => {
  const waiting = await open(`${url}/#room=quick`);
  await press(waiting, '#join');
  const leg = await untilParked(waiting);
  const looking = await open(`${url}/#room=quick`);
  await untilPrepared(looking, leg);
  const [first] = await looking.evaluate(() => window.__seen.frames.find(([way]) => way === '>').slice(1));
  assert.equal(first, '40{"peek":"quick"}');
  await until(looking, 'both answers', () => window.__seen.frames.filter(([way, text]) => way === '<' && text.startsWith('42["parked",')).length === 2);
  await assertNothingLeft(looking, ['quick']);
  await assertTwoHops(waiting, looking, diagnostic);
  assert.equal(await connectionsMade(looking), 1);
});

// How much smaller than the camera's its picture is sent on the connection that is in use.
const scaleOf = (page) =>
  page.evaluate(() => {
    const inUse = window.__seen.connections.filter((pc) => pc.signalingState !== 'closed').at(-1);
    const camera = inUse.getTransceivers().find(({ receiver }) => receiver.track.kind === 'video').sender;
    return camera.getParameters().encodings[0].scaleResolutionDownBy;
  });

situation('the first picture is small, and soon as large as the camera’s', house, async ({ open }) => {
  const waiting = await open();
  await press(waiting, '#join');
  const leg = await untilParked(waiting);
  const looking = await open();
  await untilPrepared(looking, leg);
  for (const page of [waiting, looking]) assert.equal(await scaleOf(page), 2);
  await press(looking, '#join');
  // A browser that has too much to do may send a little less than the whole.
  const isLarger = () => document.querySelector('#remoteVideo').videoWidth > document.querySelector('#localVideo').videoWidth / 2;
  for (const page of [waiting, looking]) {
    await until(page, 'the first picture', () => document.querySelector('#remoteVideo').videoWidth > 0);
    await until(page, 'the whole picture', isLarger);
    assert.equal(await scaleOf(page), 1);
  }
});

situation('the page was open before anybody waited', house, async ({ open, diagnostic }) => {
  const [looking, waiting] = [await open(), await open()];
  await press(waiting, '#join');
  await untilPrepared(looking, await untilParked(waiting));
  await assertNothingLeft(looking, ['1234']);
  await assertTwoHops(waiting, looking, diagnostic);
});

situation('another room is typed, and then an invitation opened: each time whoever waits there is prepared for', house, async ({ open, url, diagnostic }) => {
  const [first, second] = [await open(`${url}/#room=typed`), await open(`${url}/#room=invited`)];
  for (const page of [first, second]) await press(page, '#join');
  const looking = await open();
  await looking.click('#room', { count: 3 });
  await looking.keyboard.type('typed');
  assert.deepEqual(await sentBy(looking), ['peek'], 'not while it is being typed');
  assert.deepEqual(await openConnections(looking), []);
  await looking.keyboard.press('Tab');
  await untilPrepared(looking, await untilParked(first));
  await looking.click('#room', { count: 3 });
  await looking.keyboard.type('not a room');
  await looking.keyboard.press('Tab');
  await assertNothingLeft(looking, ['1234', 'typed']);
  await looking.evaluate(() => (location.hash = '#room=invited'));
  await untilPrepared(looking, await untilParked(second));
  await assertNothingLeft(looking, ['1234', 'typed', 'invited']);
  await assertTwoHops(second, looking, diagnostic);
});

situation('whoever waits has no camera: who clicks hears them at once', house, async ({ open, url }) => {
  const waiting = await open(url, { missingCamera: true });
  await press(waiting, '#join');
  const looking = await open();
  await untilPrepared(looking, await untilParked(waiting));
  await press(looking, '#join');
  await receivesAudio(looking);
  assert.ok(await looking.$eval('#sound', (button) => button.hidden));
  await decodesMovingVideo(waiting);
});

// A connection that is prepared may stay; here nobody waits any more.
async function untilForgotten(page) {
  await isQuiet(page);
  await until(page, 'no connection', () => window.__seen.connections.every((pc) => pc.signalingState === 'closed'));
}

situation('who waits leaves while somebody looks, and comes back after the click', house, async ({ open }) => {
  const waiting = await open();
  await press(waiting, '#join');
  const looking = await open();
  await untilPrepared(looking, await untilParked(waiting));
  await press(waiting, '#leave');
  await untilPhase(waiting, 'ended', 'left');
  await untilForgotten(looking);
  await press(looking, '#join');
  await untilPhase(looking, 'waiting');
  await press(waiting, '#join');
  await talk(waiting, looking);
});

situation('two look, and one of them clicks: the other one is told that it was in vain, and then that the room is full', slowHouse, async ({ open, diagnostic }) => {
  const waiting = await open();
  await press(waiting, '#join');
  const leg = await untilParked(waiting);
  const [second, third] = [await open(), await open()];
  for (const page of [second, third]) await untilPrepared(page, leg);
  await assertTwoHops(waiting, second, diagnostic);
  await untilForgotten(third);
  await press(third, '#join');
  await untilPhase(third, 'ended', 'roomFull');
  await untilForgotten(third);
  await Promise.all([waiting, second].map((page) => decodesMovingVideo(page)));
});

situation('somebody looks at a room where two talk, and learns nothing of them', house, async ({ open }) => {
  const [ada, grace] = [await open(), await open()];
  for (const page of [ada, grace]) await press(page, '#join');
  await talk(ada, grace);
  const third = await open();
  await until(third, 'to be told that nobody waits', () => window.__seen.frames.some(([, text]) => text === '42["parked",null]'));
  assert.deepEqual(await openConnections(third), []);
  assert.deepEqual(await heardBy(third), ['parked']);
});

situation('who has left the call is two hops away from it again, and so is the other one', slowHouse, async ({ open, diagnostic }) => {
  const [ada, grace] = [await open(), await open()];
  await press(ada, '#join');
  await untilPrepared(grace, await untilParked(ada));
  await assertTwoHops(ada, grace, diagnostic);
  for (const [leaving, staying] of [[grace, ada], [ada, grace]]) {
    const before = await offersParked(staying);
    await press(leaving, '#leave');
    await untilPhase(staying, 'waiting', 'peerLeft');
    await untilPrepared(leaving, await untilParked(staying, before));
    await assertTwoHops(staying, leaving, diagnostic);
  }
});
