// Runs in the page, for bench/embind.js: a talk in the wasm as it ships, on the product's host.js and signaling.js, and in JavaScript
// (twin.js), both on a browser that does nothing of its own. Timed is from the door of host.js, or from socket.io's message, until
// everything is done that the event brings about there and then: record, orders, picture of the state.
import createDuet from '../build/wasm/duet.mjs';
import { FakePeerConnection, FakeStream, FakeTrack } from '../tests/support/fake_browser.js';
import { hashOf } from '../tests/support/fnv.js';
import { createHost } from '../web/host.js';
import { createSignaling } from '../web/signaling.js';
import { createTwin } from './twin.js';

const ME = 'AAAAAAAAAAAAAAAAAAAAAA';
const PEER = 'BBBBBBBBBBBBBBBBBBBBBB';
const ROOM = 'bench';
const LEG = `${ME.slice(0, 8)}-1`;
const CANDIDATES = 90; // for one description; the call takes 100
const CYCLES = 40; // descriptions in a round
const CLICKS = 2000; // in a round

function fakeSocket() {
  const socket = { active: true, connected: true, id: 'socket', sendBuffer: [], emitted: 0, on() {}, off() {}, connect() {}, disconnect() {} };
  socket.onAny = (hear) => (socket.hear = hear);
  socket.emit = (name, payload, acknowledge) => {
    ++socket.emitted;
    socket.acknowledge = acknowledge;
  };
  return socket;
}

// What both have in common: the host, with its closures' numbers noted.
function makeHost(signaling) {
  const noted = { lines: [], settled: [], listeners: {}, rendered: 0 };
  const view = { render: () => ++noted.rendered, show() {} };
  const host = createHost({ view, onCrash: (error) => (noted.crash = error) });
  const functions = host.functions(signaling);
  const { settle, listen } = functions;
  functions.settle = (promise, id, ...rest) => {
    noted.settled.push(id);
    settle(promise, id, ...rest);
  };
  functions.listen = (target, type, id, signal) => {
    noted.listeners[type] = id;
    listen(target, type, id, signal);
  };
  functions.log = (line) => noted.lines.push(line); // host.js would stop at its limit
  return { host, functions, noted };
}

const stampOf = (offer) => ({ v: 1, from: PEER, to: ME, leg: LEG, offer, room: hashOf(ROOM) });

async function openWasm({ ours, theirs }) {
  const socket = fakeSocket();
  let post;
  const signaling = createSignaling(() => socket, { address: '', page: location.href, post: (event) => post(event) });
  const { host, functions, noted } = makeHost(signaling);
  post = host.post;
  host.attach(await createDuet({ host: functions }));
  const tracks = [new FakeTrack('audio'), new FakeTrack('video')];
  const done = (value) => post({ type: 'settled', id: noted.settled.shift(), ok: true, value });

  post({ type: 'signalingConnected', id: 'socket' });
  post({ type: 'join', room: ROOM, name: 'Ann', seat: 'SSSSSSSSSSSSSSSSSSSSSS', page: ME });
  done(new FakeStream(tracks));
  socket.acknowledge({ ok: true, id: ME, peer: { id: PEER, name: 'Bob', v: 1 } });
  const connection = FakePeerConnection.all.at(-1);
  connection.localDescription = { type: 'offer', sdp: ours };
  done([]);
  done();
  socket.hear('getAnswer', { type: 'answer', sdp: theirs, ...stampOf(1) });
  done();
  connection.connectionState = 'connected';
  post({ type: 'heard', id: noted.listeners.connectionstatechange, event: new Event('connectionstatechange') });
  post({ type: 'heard', id: noted.listeners.open, event: new Event('open') });
  connection.localDescription = { type: 'answer', sdp: ours };
  return { post, socket, noted, connection, channel: connection.channels[0], candidateListener: noted.listeners.icecandidate };
}

function openTwin({ ours }) {
  const socket = fakeSocket();
  const { host, functions, noted } = makeHost({ close() {} });
  const connection = new FakePeerConnection({});
  const stream = new FakeStream();
  for (const kind of ['audio', 'video', 'video']) connection.addTransceiver(kind, {});
  const channel = connection.createDataChannel('duet', {});
  const tracks = [new FakeTrack('audio'), new FakeTrack('video')];
  connection.localDescription = { type: 'answer', sdp: ours };
  const call = { socket, connection, channel, tracks, stream, me: ME, peer: PEER, room: ROOM, roomHash: hashOf(ROOM), lastOp: 5, offered: 1 };
  host.attach(createTwin(functions, call));
  socket.hear = (name, payload) => host.post({ type: 'message', name, payload });
  return { post: host.post, socket, noted, connection, channel, candidateListener: 1 };
}

function tidy({ noted, connection, channel }) {
  noted.lines.length = noted.settled.length = connection.promises.pending.length = channel.sent.length = 0;
}

function click(call, times) {
  const start = performance.now();
  for (let i = 0; i < times; ++i) call.post({ type: 'switch', kind: 'microphone', on: i % 2 === 1 });
  const spent = performance.now() - start;
  tidy(call);
  return spent;
}

// The other side describes itself anew, we answer, and both find candidates.
function describe(call, { theirs, theirCandidate, ourCandidate }, number, sums) {
  const { post, socket, noted } = call;
  const done = () => post({ type: 'settled', id: noted.settled.pop(), ok: true, value: [] });
  const offer = { type: 'offer', sdp: theirs, ...stampOf(number) };
  let start = performance.now();
  socket.hear('getOffer', offer);
  sums.theirDescription += performance.now() - start;
  done();
  start = performance.now();
  done();
  sums.ourDescription += performance.now() - start;
  done(); // the tracks

  const candidate = { ...theirCandidate, ...stampOf(number) };
  start = performance.now();
  for (let i = 0; i < CANDIDATES; ++i) socket.hear('getCandidate', candidate);
  sums.theirCandidate += performance.now() - start;
  while (noted.settled.length) done();

  const event = new RTCPeerConnectionIceEvent('icecandidate', { candidate: new RTCIceCandidate(ourCandidate) });
  start = performance.now();
  for (let i = 0; i < CANDIDATES; ++i) post({ type: 'heard', id: call.candidateListener, event });
  sums.ourCandidate += performance.now() - start;
}

function playRound(call, fixtures, first) {
  const sums = { click: click(call, CLICKS), theirDescription: 0, ourDescription: 0, theirCandidate: 0, ourCandidate: 0 };
  for (let cycle = 0; cycle < CYCLES; ++cycle) {
    describe(call, fixtures, first + cycle, sums);
    tidy(call);
  }
  const times = { click: CLICKS, theirDescription: CYCLES, ourDescription: CYCLES, theirCandidate: CYCLES * CANDIDATES, ourCandidate: CYCLES * CANDIDATES };
  return Object.fromEntries(Object.entries(sums).map(([name, spent]) => [name, (spent * 1000) / times[name]]));
}

// What both record of the same events, without the times.
function recordOf(call, fixtures) {
  tidy(call);
  for (const on of [false, true]) call.post({ type: 'switch', kind: 'microphone', on });
  describe(call, fixtures, 2, {});
  return call.noted.lines.map((line) => line.replace(/^\d+ /, ''));
}

// Microseconds for each kind of event, one number a round.
export async function measure(fixtures, rounds) {
  window.RTCPeerConnection = FakePeerConnection;
  window.MediaStream = FakeStream;
  Object.defineProperty(navigator, 'mediaDevices', { value: { getUserMedia: () => new Promise(() => {}) } });
  const calls = { wasm: await openWasm(fixtures), twin: openTwin(fixtures) };

  const [wasm, twin] = Object.values(calls).map((call) => recordOf(call, fixtures));
  const at = wasm.findIndex((line, index) => line !== twin[index]);
  if (at >= 0 || wasm.length !== twin.length) throw new Error(`They differ at line ${at}:\n${wasm[at]}\n${twin[at]}`);

  const warmUp = 3;
  const results = { wasm: [], twin: [] };
  for (let round = 0; round < rounds + warmUp; ++round) {
    for (const [who, call] of Object.entries(calls)) {
      const spent = playRound(call, fixtures, 3 + round * CYCLES);
      if (call.noted.crash) throw call.noted.crash;
      if (round >= warmUp) results[who].push(spent);
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
  return { results, isolated: crossOriginIsolated };
}
