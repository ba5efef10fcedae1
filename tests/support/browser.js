// Chromium with fake devices, the people in it, and what can be known about their calls from outside.
//
// situation() is one test: it has a signaling server of its own, opens pages, and ends by demanding that no page logged an error, threw one
// or broke its content security policy. Waiting is done in the page, always bounded and never by sleeping; when a test fails, what the
// pages showed and recorded is printed. A page that crashes fails its test at once: puppeteer would wait for its answers for ever.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import puppeteer from 'puppeteer-core';
import { replayAll } from './replay.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
export const builtPage = join(root, 'build/page');
export const sourcePage = join(root, 'web');

const patience = 15_000; // for one thing to happen; the slowest is a connection made on a busy machine
const answerTime = 30_000; // for one answer of the browser; more than the longest that a test waits for one thing
const lastWords = 15_000; // what is left of a test's time to say why it failed, and to close everything

async function within(limit, promise, what = 'not') {
  let timer;
  const tooLate = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} within ${limit} ms`)), limit);
  });
  try {
    return await Promise.race([promise, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

function chromium() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  for (const name of ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']) {
    try {
      return execFileSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
    } catch {
      // not this one
    }
  }
  throw new Error('No Chromium found: install the package chromium, or set CHROMIUM to its path.');
}

// `asks: true` gives a browser in which a permission is what `permit()` made it; otherwise every prompt is answered with yes.
export async function launch({ asks = false, flags = [] } = {}) {
  const browser = await puppeteer.launch({
    executablePath: chromium(),
    headless: true,
    protocolTimeout: answerTime,
    // Only root cannot have the sandbox.
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--use-fake-device-for-media-stream',
      ...(asks ? [] : ['--use-fake-ui-for-media-stream']),
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      ...flags,
    ],
  });
  // puppeteer stops reading what Chromium says once it knows the address. With the pipe full, the next line would stop the browser for ever.
  for (const output of [browser.process()?.stdout, browser.process()?.stderr]) output?.resume();
  const close = browser.close.bind(browser);
  browser.close = () => within(10_000, close()).catch(() => void browser.process()?.kill('SIGKILL'));
  return browser;
}

// What a page's own scripts are given to see, plus a record: every connection, every local track, every permission asked for, every
// frame of a WebSocket.
// Runs in the page, before anything else.
function instrument({ holdDevices, missingCamera }) {
  const seen = { connections: [], tracks: [], asked: [], frames: [], used: new Set(), letDevicesCome: () => {} };
  Object.defineProperty(window, '__seen', { value: seen });

  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class RTCPeerConnection extends Native {
    constructor(...args) {
      super(...args);
      seen.connections.push(this);
      this.addEventListener('connectionstatechange', () => this.connectionState === 'connected' && seen.used.add(this));
    }
  };

  const NativeSocket = window.WebSocket;
  window.WebSocket = class WebSocket extends NativeSocket {
    constructor(...args) {
      super(...args);
      this.addEventListener('message', ({ data }) => seen.frames.push(['<', data]));
    }

    send(data) {
      seen.frames.push(['>', data]);
      super.send(data);
    }
  };

  const clone = MediaStreamTrack.prototype.clone;
  MediaStreamTrack.prototype.clone = function () {
    const track = clone.call(this);
    seen.tracks.push(track);
    return track;
  };

  if (!navigator.mediaDevices) return;
  const held = holdDevices ? new Promise((resolve) => (seen.letDevicesCome = resolve)) : null;
  const getUserMedia = MediaDevices.prototype.getUserMedia;
  MediaDevices.prototype.getUserMedia = async function (constraints) {
    seen.asked.push(Object.keys(constraints).filter((kind) => constraints[kind]));
    await held;
    if (missingCamera && constraints.video) throw new DOMException('Requested device not found', 'NotFoundError');
    const stream = await getUserMedia.call(this, constraints);
    seen.tracks.push(...stream.getTracks());
    return stream;
  };

  document.addEventListener('securitypolicyviolation', (event) => {
    window.__violated?.(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile ?? ''}:${event.lineNumber}`);
  });
}

// Pages whose process is gone, until they are loaded again.
const crashed = new WeakSet();

// Opens a page in a window of its own, so that none is in the background, with a browser profile of its own unless `context` says whose.
// `forgive` matches the problems that the situation itself causes, such as Chromium's line about a server that was stopped.
// `crash` is rejected if the page crashes, unless the test waits for that: then it listens too.
export async function openPage(browser, url, { context, forgive, holdDevices = false, missingCamera = false, permissions, beside } = {}) {
  const profile = context ?? (await browser.createBrowserContext());
  if (permissions) await permit(browser, profile, url, permissions);
  const page = beside ? await profile.newPage() : await newWindow(browser, profile);
  const problems = [];
  const report = (problem) => {
    if (!forgive?.test(problem)) problems.push(problem);
  };
  let fail;
  const crash = new Promise((_, reject) => (fail = reject));
  crash.catch(() => {});
  page.on('error', () => {
    crashed.add(page);
    if (page.listenerCount('error') === 1) fail(new Error('the page crashed'));
  });
  page.on('domcontentloaded', () => crashed.delete(page));
  page.on('pageerror', (error) => report(`page error: ${error.stack ?? error}`));
  page.on('console', (message) => {
    if (message.type() === 'error') report(`console: ${message.text()} (${message.location().url ?? ''})`);
  });
  await page.exposeFunction('__violated', (what) => report(`policy violation: ${what}`));
  await page.evaluateOnNewDocument(instrument, { holdDevices, missingCamera });
  await Promise.race([page.goto(url, { waitUntil: 'load' }), crash]);
  return { page, profile, problems, crash };
}

// A tab that is not on top has no frames to look at. (puppeteer opens tabs.)
export async function newWindow(browser, profile) {
  const session = await browser.target().createCDPSession();
  const { targetId } = await session.send('Target.createTarget', {
    url: 'about:blank',
    browserContextId: profile.id,
    newWindow: true,
  });
  await session.detach();
  const target = await profile.waitForTarget((candidate) => candidate._targetId === targetId);
  return target.page();
}

// 'granted', 'denied' or 'prompt', for a page's origin in one profile. Holds as long as the session that said so.
export async function permit(browser, profile, url, { camera = 'granted', microphone = 'granted' }) {
  const session = await browser.target().createCDPSession();
  for (const [name, setting] of Object.entries({ camera, microphone })) {
    await session.send('Browser.setPermission', {
      permission: { name },
      setting,
      origin: new URL(url).origin,
      browserContextId: profile.id,
    });
  }
}

// One test. `server` is how to start its signaling server, null for none; `body` gets `{ open, server, url }`. `todo` says what is missing
// where it may fail until that is there.
export function situation(name, house, body) {
  const timeout = house.timeout ?? 60_000;
  test(name, { timeout, todo: house.todo }, async (context) => {
    const opened = [];
    const closers = [];
    let server = null;
    let fail;
    const crash = new Promise((_, reject) => (fail = reject));
    const play = async () => {
      const browser = await house.browser;
      server = house.server === null ? null : await (house.server ?? startDuet)();
      const open = async (url = server.url, options = {}) => {
        const entry = await openPage(browser, url, { permissions: house.permissions, ...options });
        const number = opened.push(entry);
        entry.crash.catch((error) => fail(new Error(`page ${number}: ${error.message}`)));
        return entry.page;
      };
      await body({ open, server, url: server?.url, browser, later: (closer) => closers.push(closer), diagnostic: (text) => context.diagnostic(text) });
      for (const { problems } of opened) assert.deepEqual(problems, [], 'what the pages complained about');
      await replayAll(opened.map(({ page }) => page), name, (text) => context.diagnostic(text));
    };
    let failure;
    try {
      await within(timeout - lastWords, Promise.race([play(), crash]), 'the test did not end');
    } catch (error) {
      failure = error;
      const said = await Promise.all(opened.map(testimony));
      for (const [index, text] of said.entries()) {
        for (const line of `page ${index + 1}: ${text}`.split('\n')) context.diagnostic(line);
      }
    }
    const profiles = new Set(opened.map((entry) => entry.profile));
    const closePages = () => Promise.all([...profiles].map((profile) => profile.close().catch(() => {})));
    for (const close of [closePages, ...closers, () => server?.close()]) {
      await within(3_000, close(), 'a page or server did not close').catch((error) => (failure ??= error));
    }
    if (failure) throw failure;
  });
}

export async function startDuet(options = {}) {
  if (!existsSync(join(builtPage, 'index.html'))) throw new Error('build/page is not built: run script/test, which builds it.');
  const { startServer } = await import('../../server/server.js');
  return startServer({ port: 0, pageDir: builtPage, ...options });
}

// A browser for the tests of one file.
export function openHouse({ after }, options = {}) {
  const browser = launch(options);
  browser.catch(() => {}); // each test says so itself
  after(async () => (await browser.catch(() => null))?.close());
  return { browser, permissions: options.asks ? {} : undefined, ...options.house };
}

// What a page has to say for itself.
async function testimony({ page, problems }) {
  const said = await ask(page, async () => ({
    url: location.href,
    phase: document.body?.dataset.phase,
    status: document.querySelector('#status')?.textContent,
    snapshot: window.duet?.snapshot?.(),
    connections: window.__seen.connections.map((pc) => [pc.connectionState, pc.iceConnectionState, pc.signalingState].join('/')),
    tracks: window.__seen.tracks.map((track) => `${track.kind} ${track.readyState}`),
    log: String((await window.duet?.log?.()) ?? ''),
  }));
  if (typeof said === 'string') return `${said} ${problems.join('; ')}`;
  const { log, ...rest } = said;
  return `${JSON.stringify({ ...rest, problems }, null, 1)}\n${log.length > 20_000 ? `${log.slice(0, 8_000)}\n[…]\n${log.slice(-12_000)}` : log}`;
}

// Asks a page that may not be able to answer.
async function ask(page, question) {
  if (page.isClosed()) return 'closed';
  if (crashed.has(page)) return 'crashed';
  return within(3_000, page.evaluate(question)).catch((error) => `does not answer: ${error.message}`);
}

// Runs `look(...args)` in the page until it gives something true, and gives that. The text is evaluated by the debugger, which the
// page's policy does not bind (it does bind puppeteer's waitForFunction).
export function until(page, what, look, ...args) {
  return untilWithin(patience, page, what, look, ...args);
}

export function untilWithin(limit, page, what, look, ...args) {
  return bounded(
    page,
    what,
    `(async () => {
      const look = ${look};
      const end = performance.now() + ${limit};
      while (performance.now() < end) {
        const found = await look(...${JSON.stringify(args)});
        if (found) return found;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      throw new Error('not within ${limit} ms');
    })()`,
    limit,
  );
}

async function bounded(page, what, expression, limit = patience) {
  try {
    return await within(limit + 1_000, page.evaluate(expression));
  } catch (error) {
    const state = await ask(page, () => `phase ${document.body.dataset.phase}, status "${document.querySelector('#status')?.textContent}"`);
    throw new Error(`Waiting for ${what}: ${error.message} (page: ${state})`);
  }
}

export const snapshot = (page) => page.evaluate(() => window.duet.snapshot());
// The page shows a snapshot with a frame that comes after it, or after 100 ms where there are none.
export const drawn = (page) =>
  page.evaluate(
    () =>
      new Promise((resolve) => {
        requestAnimationFrame(resolve);
        setTimeout(resolve, 150);
      }),
  );
export const statusOf = async (page) => {
  await drawn(page);
  return page.$eval('#status', (element) => element.textContent.trim());
};
export const phaseOf = (page) => page.$eval('body', (body) => body.dataset.phase);

// Waits for a phase, and a cause if one is given.
export function untilPhase(page, phase, cause, limit = patience) {
  return untilWithin(
    limit,
    page,
    `phase ${phase}${cause ? ` because of ${cause}` : ''}`,
    (phase, cause) => document.body.dataset.phase === phase && (!cause || window.duet.snapshot().cause === cause),
    phase,
    cause ?? null,
  );
}

// Clicks as a person does, and so not before the button is enabled.
export async function press(page, selector) {
  await until(page, `${selector} to be usable`, (selector) => document.querySelector(selector)?.matches(':enabled'), selector);
  await page.click(selector);
}

// Two frames that the element presented differ, and the stream that it shows comes out of an open connection.
export function decodesMovingVideo(page, selector = '#remoteVideo') {
  return bounded(
    page,
    `a moving picture in ${selector}`,
    `(async () => {
      const video = document.querySelector('${selector}');
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [64, 48];
      const context = canvas.getContext('2d', { willReadFrequently: true });
      const nextFrame = () => new Promise((resolve) => video.requestVideoFrameCallback((now, { presentedFrames }) => {
        context.drawImage(video, 0, 0, 64, 48);
        resolve({ presentedFrames, pixels: context.getImageData(0, 0, 64, 48).data });
      }));
      const first = await nextFrame();
      for (;;) {
        const next = await nextFrame();
        let different = 0;
        for (let i = 0; i < next.pixels.length; i += 4) different += Math.abs(next.pixels[i + 1] - first.pixels[i + 1]) > 32;
        if (different >= 4 && next.presentedFrames > first.presentedFrames) break;
      }
      const shown = video.srcObject.getVideoTracks();
      const received = __seen.connections.filter((pc) => pc.connectionState !== 'closed').flatMap((pc) => pc.getReceivers());
      if (!received.some((receiver) => shown.includes(receiver.track))) throw new Error('the picture is not the other side\\'s');
      return true;
    })()`,
  );
}

// Sums one kind of incoming media over the open connections. Runs in the page.
const inbound = `async (kind) => {
  const sum = { packetsReceived: 0, framesDecoded: 0, totalAudioEnergy: 0 };
  for (const pc of __seen.connections) {
    if (pc.connectionState === 'closed') continue;
    for (const report of (await pc.getStats()).values())
      if (report.type === 'inbound-rtp' && report.kind === kind)
        for (const name of Object.keys(sum)) sum[name] += report[name] ?? 0;
  }
  return sum;
}`;

// Waits until some of the counters have grown by so much from what they are now.
function untilInbound(page, what, kind, growth) {
  return bounded(
    page,
    what,
    `(async () => {
      const inbound = ${inbound}, growth = Object.entries(${JSON.stringify(growth)});
      const first = await inbound('${kind}');
      const end = performance.now() + ${patience};
      for (;;) {
        const now = await inbound('${kind}');
        if (growth.every(([name, by]) => now[name] > first[name] + by)) return now;
        if (performance.now() > end) throw new Error('not within ${patience} ms: ' + JSON.stringify([first, now]));
        await new Promise((resolve) => setTimeout(resolve, 60));
      }
    })()`,
  );
}

// Sound, not only packets: the fake microphone beeps, and `#remoteVideo` plays it aloud.
export async function receivesAudio(page) {
  await untilInbound(page, 'sound from the other side', 'audio', { packetsReceived: 10, totalAudioEnergy: 1e-6 });
  await until(page, '#remoteVideo to play aloud', () => {
    const video = document.querySelector('#remoteVideo');
    return !video.muted && !video.paused && video.volume > 0 && video.currentTime > 0; // 0: still waiting for a picture
  });
}

// For a page that shows nothing (the literal seed), or is in the background.
export const decodesVideo = (page) => untilInbound(page, 'decoded frames', 'video', { framesDecoded: 5 });
export const receivesAudioPackets = (page) => untilInbound(page, 'audio packets', 'audio', { packetsReceived: 10 });

// Both see and hear each other.
export async function talk(...pages) {
  await Promise.all(pages.map((page) => untilPhase(page, 'connected')));
  await Promise.all(pages.flatMap((page) => [decodesMovingVideo(page), receivesAudio(page)]));
}

// No device on, no connection open but one that is prepared for whoever waits in the room: it gathers nothing and sends nothing.
export function isQuiet(page) {
  return until(page, 'no live track and no open connection', () => {
    const { tracks, connections } = window.__seen;
    const open = connections.filter((pc) => pc.signalingState !== 'closed');
    const isPrepared = (pc) => pc.signalingState === 'have-remote-offer' && pc.iceGatheringState === 'new';
    return tracks.every((track) => track.readyState === 'ended') && open.length <= 1 && open.every(isPrepared);
  });
}

export const connectionsMade = (page) => page.evaluate(() => window.__seen.connections.length);
// Without those that were only parked or prepared: they are made anew now and then.
export const connectionsUsed = (page) => page.evaluate(() => window.__seen.used.size);
export const permissionsAsked = (page) => page.evaluate(() => window.__seen.asked);
export const milliseconds = async (action) => {
  const start = performance.now();
  await action();
  return performance.now() - start;
};
