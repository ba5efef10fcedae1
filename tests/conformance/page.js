// Runs conformance scripts on the RTCPeerConnections of the browser that this page is in.
import * as Sdp from './sdp.js';

const PATIENCE = 10_000; // for what happens at once, on a busy machine
const LONG_PATIENCE = 40_000; // for a connection's state: browsers take seconds to give up
const NEVER = 1_000; // a promise that has not settled after so long is taken for one that never will

const LONG = 20_000; // within that, a browser that gives a connection up has done so

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

let stream;
const devices = () => (stream ??= navigator.mediaDevices.getUserMedia({ audio: true, video: true }));

class Peer {
  log = []; // what happened, in its order
  candidates = [];
  heard = [];
  channel = null;

  constructor(media) {
    this.media = media;
    this.pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
    this.pc.onicecandidate = ({ candidate }) => {
      if (!candidate) return this.log.push('null');
      this.log.push(candidate.candidate ? 'candidate' : 'end');
      this.candidates.push(candidate);
    };
    this.pc.onconnectionstatechange = () => this.log.push(this.pc.connectionState);
  }

  // ---- What can be ordered. A promise is waited for, anything else is the result. ----

  addTransceiver(kind, direction = 'sendrecv') {
    this.pc.addTransceiver(kind, { direction });
  }
  addTrack(kind) {
    this.pc.addTrack(this.track(kind));
  }
  createChannel(id = '0') {
    const channel = this.pc.createDataChannel('duet', { negotiated: true, id: Number(id) });
    this.channel ??= channel;
    channel.onopen = () => this.log.push('open');
    channel.onclose = () => this.log.push('closed');
    channel.onbufferedamountlow = () => this.log.push('drained');
    channel.onmessage = ({ data }) => {
      this.log.push('message');
      this.heard.push(data);
    };
  }
  setDirection(index, direction) {
    this.pc.getTransceivers()[index].direction = direction;
  }
  accept() {
    for (const transceiver of this.pc.getTransceivers())
      if (transceiver.direction !== 'stopped' && transceiver.currentDirection !== 'stopped') transceiver.direction = 'sendrecv';
  }
  stop(index) {
    this.pc.getTransceivers()[index].stop();
  }
  restartIce() {
    this.pc.restartIce();
  }
  // Another server, which nobody runs: it refuses at once, so that gathering ends soon.
  configure() {
    const iceServers = [{ urls: 'turn:127.0.0.1:3478?transport=tcp', username: 'nobody', credential: 'none' }];
    this.pc.setConfiguration({ bundlePolicy: 'max-bundle', iceServers });
  }
  close() {
    this.pc.close();
  }
  send(text) {
    this.channel.send(text);
  }
  async setLocal(type) {
    await this.pc.setLocalDescription(type && { type });
    this.log.push('local');
    const description = this.pc.localDescription;
    return description && { type: description.type, sdp: description.sdp };
  }
  async createOffer() {
    const { type, sdp } = await this.pc.createOffer();
    return { type, sdp };
  }
  async createAnswer() {
    const { type, sdp } = await this.pc.createAnswer();
    return { type, sdp };
  }
  async setCreated(description) {
    await this.pc.setLocalDescription(description);
    this.log.push('local');
  }
  async setRemote(description) {
    await this.pc.setRemoteDescription(description === 'rollback' ? { type: 'rollback' } : description);
    this.log.push('remote');
  }
  replaceTrack(index, which) {
    const { sender, receiver } = this.pc.getTransceivers()[index];
    const { kind } = receiver.track;
    const other = { audio: 'video', video: 'audio' }[kind];
    return sender.replaceTrack(which === 'null' ? null : this.track(which === 'wrong' ? other : kind));
  }
  addCandidate(candidate) {
    return this.pc.addIceCandidate(candidate);
  }
  // The first candidate, once there is one.
  async candidate() {
    await until(() => this.candidates.some(({ candidate }) => candidate));
    const { candidate, sdpMid, sdpMLineIndex, usernameFragment } = this.candidates.findLast(({ candidate }) => candidate);
    return { candidate, sdpMid, sdpMLineIndex, usernameFragment };
  }
  // Gives all candidates to the other one, once they are found. (Firefox is still `complete` when a restart has begun.)
  async trickle(other) {
    const fragment = Sdp.ufrag(this.pc.localDescription.sdp);
    const current = () => this.candidates.filter(({ usernameFragment }) => usernameFragment === fragment);
    await until(() => this.pc.iceGatheringState === 'complete' && current().length > 0);
    await Promise.all(current().map((candidate) => other.pc.addIceCandidate(candidate)));
  }

  // ---- What can be seen ----

  signaling() {
    return this.pc.signalingState;
  }
  connection() {
    return this.pc.connectionState;
  }
  gathering() {
    return this.pc.iceGatheringState;
  }
  local() {
    return this.pc.localDescription?.type ?? 'none';
  }
  remote() {
    return this.pc.remoteDescription?.type ?? 'none';
  }
  // `kind:direction:currentDirection:m-line`, each.
  transceivers() {
    const mids = Sdp.mids(this.pc.remoteDescription?.sdp ?? '');
    const ours = Sdp.mids(this.pc.localDescription?.sdp ?? '');
    const lineOf = (mid) => (mid === null ? '-' : ours.includes(mid) ? ours.indexOf(mid) : mids.indexOf(mid));
    return this.pc
      .getTransceivers()
      .map((t) => [t.receiver.track.kind, t.direction, t.currentDirection ?? 'none', lineOf(t.mid)].join(':'))
      .join(' ');
  }
  tracks() {
    return this.pc
      .getSenders()
      .map((sender) => sender.track?.kind ?? 'none')
      .join(' ');
  }
  channelState() {
    return this.channel?.readyState ?? 'none';
  }
  messages() {
    return this.heard.join(' ');
  }
  // The given things that happened, each at its first time.
  order(...what) {
    return what
      .filter((name) => this.log.includes(name))
      .sort((a, b) => this.log.indexOf(a) - this.log.indexOf(b))
      .join(' ');
  }
  count(what) {
    return String(this.log.filter((name) => name === what).length);
  }
  // The m-lines whose media comes in.
  async receives() {
    const received = [];
    for (const report of (await this.pc.getStats()).values())
      if (report.type === 'inbound-rtp' && report.packetsReceived > 0)
        received.push(this.pc.getTransceivers().findIndex(({ mid }) => mid === report.mid));
    return [...new Set(received)].sort().join(' ');
  }

  track(kind) {
    return this.media.getTracks().find((track) => track.kind === kind);
  }
}

const patienceFor = {
  connection: LONG_PATIENCE,
  order: LONG_PATIENCE,
  channelState: PATIENCE,
  messages: PATIENCE,
  count: PATIENCE,
  receives: PATIENCE,
};

async function until(look, patience = PATIENCE) {
  for (const end = performance.now() + patience; ; await pause(10)) {
    const found = await look();
    if (found || performance.now() > end) return found;
  }
}

class Run {
  peers = new Map();
  values = new Map(); // descriptions and candidates by their names
  handles = new Map(); // promises under way
  settled = [];

  constructor(who, media) {
    this.who = who;
    this.media = media;
  }

  peer(name) {
    if (!this.peers.has(name)) this.peers.set(name, new Peer(this.media));
    return this.peers.get(name);
  }
  value(word) {
    if (/^[A-Z]$/.test(word)) return this.peer(word);
    return this.values.get(word) ?? word;
  }

  // undefined, or what was wrong.
  async step(step) {
    const expected = step.expected[this.who];
    const got = await (step.kind === 'see' ? this.see(step, expected) : this.do(step, expected));
    return got === expected || expected === '?' ? undefined : { line: step.line, text: step.text, expected, got };
  }

  async do({ words, name, handle }, expected) {
    if (words[0] === 'await') return this.outcome(words[1], expected);
    if (words[0] === 'pause' || words[0] === 'wait') return pause(words[0] === 'wait' ? LONG : NEVER).then(() => 'ok');
    let result;
    try {
      result = this.start(words);
    } catch (error) {
      return error.name;
    }
    if (!(result instanceof Promise)) {
      if (name) this.values.set(name, result);
      return 'ok';
    }
    const key = handle || `line ${this.handles.size}`;
    const settle = (outcome, value) => {
      if (name) this.values.set(name, value);
      this.settled.push(key);
      return outcome;
    };
    this.handles.set(key, result.then((value) => settle('ok', value), (error) => settle(error.name)));
    return handle ? expected : this.outcome(key, expected);
  }
  outcome(handle, expected) {
    return Promise.race([this.handles.get(handle), pause(expected === 'pending' ? NEVER : PATIENCE).then(() => 'pending')]);
  }
  start([subject, verb, ...args]) {
    if (subject === 'edit') return Sdp.edit(this.value(verb), ...args);
    if (subject === 'change') return changed({ ...this.value(verb) }, args);
    const values = verb === 'setLocal' ? args : args.map((word) => this.value(word));
    return this.peer(subject)[verb](...values);
  }

  async see({ words: [subject, what, ...args] }, expected) {
    if (subject === 'settled') return this.settled.filter((key) => !key.startsWith('line')).join(' ');
    if (!/^[A-Z]$/.test(subject)) return this.compare(this.value(subject), what, this.value(args[0])) || 'nothing';
    const peer = this.peer(subject);
    const patience = patienceFor[what];
    const look = async () => (await peer[what](...args)) || 'nothing';
    if (patience && expected !== '?') await until(async () => (await look()) === expected, patience);
    return look();
  }
  compare(description, what, other) {
    if (!description?.sdp) return 'none';
    if (what === 'type') return description.type;
    if (what === 'lines') return Sdp.lines(description.sdp);
    if (what === 'candidates') return Sdp.candidates(description.sdp);
    return Sdp[what](description.sdp) === Sdp[what](other.sdp) ? 'same' : 'different';
  }

  close() {
    for (const { pc } of this.peers.values()) pc.close();
  }
}

// `mid=x ufrag=null`: a candidate with other members.
function changed(candidate, changes) {
  for (const change of changes) {
    const [key, word] = change.split('=');
    const value = word === 'null' ? null : word;
    if (key === 'mid') candidate.sdpMid = value;
    if (key === 'index') candidate.sdpMLineIndex = value === null ? null : Number(value);
    if (key === 'text') candidate.candidate = word ?? '';
    if (key !== 'ufrag') continue;
    candidate.usernameFragment = value;
    candidate.candidate = candidate.candidate.replace(/ ufrag \S+/, value === null ? '' : ` ufrag ${value}`);
  }
  return candidate;
}

// Nothing where the browser did as expected, else `{ line, text, expected, got }` of the first step where it did not. With `all`, every one.
async function runScript(script, who, all) {
  const run = new Run(who, await devices());
  const start = performance.now();
  const wrong = [];
  try {
    for (const step of script.steps) {
      const failed = await run.step(step).catch((error) => ({ line: step.line, text: step.text, got: String(error.stack ?? error) }));
      if (failed) wrong.push(failed);
      if (failed && !all) break;
    }
  } finally {
    run.close();
  }
  return { title: script.title, wrong, milliseconds: Math.round(performance.now() - start) };
}

export async function runScripts(scripts, who, { atOnce = 6, all = false } = {}) {
  const results = [];
  const queue = scripts.entries();
  const worker = async () => {
    for (const [index, script] of queue) results[index] = await runScript(script, who, all);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
