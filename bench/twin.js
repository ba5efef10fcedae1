// The call in JavaScript, as far as bench/embind.js plays it: a talk that is on, with its clicks, candidates and descriptions. It checks
// the same limits as src/core, gives the same orders in the same words as the record (docs/replay.md), carries them out on the same
// objects and tells the page the same; the bench demands that both records are equal. It takes and sends objects, not texts.

const MAX_MESSAGE = 64 * 1024; // bytes, like all limits of src/core/options.h
const MAX_SDP = 48 * 1024;
const MAX_CANDIDATE = 1024;
const MAX_TOKEN = 64;
const MAX_FRAGMENT = 256;
const MAX_OFFER = 1_000_000;
const MAX_MEMBERS = 64;
const MAX_DEPTH = 8;
const MAX_CANDIDATES = 100;

const encoder = new TextEncoder();
const isWithin = (text, most) => text.length * 3 <= most || encoder.encode(text).length <= most;
const isMissing = (value) => value === undefined || value === null;
const isWhole = (value, most) => Number.isInteger(value) && value >= 0 && value <= most;

function isShallow(value, depth = 1) {
  if (typeof value !== 'object' || value === null) return true;
  const members = Object.values(value);
  return depth <= MAX_DEPTH && members.length <= MAX_MEMBERS && members.every((member) => isShallow(member, depth + 1));
}

// '' if it is missing, undefined if it is wrong.
function readText(value, most) {
  if (isMissing(value)) return '';
  return typeof value === 'string' && isWithin(value, most) && !/[\0-\x1f]/.test(value) ? value : undefined;
}

function readStamp({ v = 0, from, to, leg, offer, room }) {
  const stamp = { v, from: readText(from, MAX_TOKEN), to: readText(to, MAX_TOKEN), leg: readText(leg, MAX_TOKEN), offer, room };
  const isStamp =
    isWhole(v, 2 ** 31 - 1) &&
    v > 0 &&
    stamp.from &&
    stamp.to !== undefined &&
    /^[\w.-]+$/.test(stamp.leg ?? '') &&
    isWhole(offer, MAX_OFFER) &&
    offer > 0 &&
    isWhole(room, 2 ** 32 - 1);
  return isStamp ? stamp : undefined;
}

const MDNS = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\.local$/i;

function isSafeCandidate(line) {
  if (!line.startsWith('candidate:') || line.includes('  ')) return false;
  const address = line.split(' ', 5)[4] ?? '';
  return /^(?=.*\.)[\d.]+$/.test(address) || /^(?=.*:)[\da-f.:]+$/i.test(address) || MDNS.test(address);
}

function decodeCandidate(payload) {
  const stamp = readStamp(payload);
  const candidate = readText(payload.candidate, MAX_CANDIDATE);
  const mid = readText(payload.sdpMid, MAX_TOKEN);
  let fragment = readText(payload.usernameFragment, MAX_FRAGMENT);
  const index = payload.sdpMLineIndex ?? -1;
  const hasMid = typeof payload.sdpMid === 'string';
  if (!stamp || candidate === undefined || mid === undefined || fragment === undefined) return undefined;
  if (index !== -1 && !isWhole(index, 2 ** 31 - 1)) return undefined;
  if (candidate) {
    if (!isSafeCandidate(candidate) || (!hasMid && index < 0)) return undefined;
    fragment ||= / ufrag (\S*)/.exec(candidate)?.[1] ?? '';
    if (!isWithin(fragment, MAX_FRAGMENT)) return undefined;
  }
  return { stamp, fields: [candidate, mid, fragment, index, Number(hasMid)] };
}

function decodeDescription(payload, type) {
  const stamp = readStamp(payload);
  const { sdp } = payload;
  if (!stamp || payload.type !== type || typeof sdp !== 'string' || !isWithin(sdp, MAX_SDP)) return undefined;
  for (const [, line] of sdp.matchAll(/^a=(candidate:.*?)\r?$/gm)) if (!isSafeCandidate(line)) return undefined;
  return { stamp, sdp };
}

const initOf = ([candidate, sdpMid, usernameFragment, index, hasMid]) => ({
  candidate,
  sdpMid: hasMid ? sdpMid : null,
  sdpMLineIndex: index < 0 ? null : index,
  ...(usernameFragment && { usernameFragment }),
});

// `functions` are those of web/host.js. Like the wasm's, its post() takes an event in, and handles it once no other is being handled.
export function createTwin(functions, { socket, connection, channel, tracks, stream, me, peer, room, roomHash, lastOp, offered }) {
  const tickets = new Map();
  const queue = [];
  const on = { microphone: true, camera: true };
  const leg = `${me.slice(0, 8)}-1`;
  const remote = { offer: 0, fragments: [], session: '', candidates: 0 };
  let op = lastOp;
  let ticket = 0;
  let step = { op: 0, name: '' };
  let lastOffer = offered;
  let draining = false;
  let changed = false;

  const drop = (reason) => [['CountDrop', reason]];
  const devices = () => ({ type: 'devices', ...on });
  const stampFor = (offer) => ({ v: 1, from: me, to: peer, leg, offer, room: roomHash });

  function whyNot({ from, to, room: hash, leg: itsLeg }) {
    if (from !== peer || hash !== roomHash || (to && to !== me)) return 2;
    return itsLeg === leg ? undefined : 3;
  }

  const events = {
    DeviceSwitched(_, kind, isOn) {
      const name = kind ? 'camera' : 'microphone';
      changed ||= on[name] !== Boolean(isOn);
      on[name] = Boolean(isOn);
      const effects = [['EnableTrack', kind, isOn]];
      if (changed) effects.push(['SendOnChannel', 1, JSON.stringify(devices())]);
      return effects;
    },
    MessageReceived(_, name, json, payload) {
      if (!isWithin(json, MAX_MESSAGE) || !isShallow(payload)) return drop(0);
      if (name === 'getCandidate') return onCandidate(payload);
      if (name === 'getOffer') return onOffer(payload);
      return drop(1);
    },
    LocalCandidateFound(_, __, ...fields) {
      return [['SendMessage', 'candidate', { ...initOf(fields), ...stampFor(lastOffer) }]];
    },
    RemoteDescriptionSet(_, __, itsOp) {
      if (itsOp !== step.op) return drop(3);
      step = { op: ++op, name: 'answer' };
      return [['AcceptTransceivers', 1], ['AttachTracks', 1, op++], ['SetLocalDescription', 1, (step.op = op)]];
    },
    LocalDescriptionSet(_, __, itsOp, type, sdp) {
      if (itsOp !== step.op) return drop(3);
      step = { op: 0, name: '' };
      return [['SendMessage', 'answer', { type: type ? 'answer' : 'offer', sdp, ...stampFor(remote.offer) }]];
    },
    ChannelDrained: () => [],
    CandidateSettled: (_, __, ___, ok) => (ok ? [] : drop(6)),
    TracksAttached: (_, __, ___, ok) => (ok ? [] : drop(6)),
  };

  function onCandidate(payload) {
    const message = decodeCandidate(payload);
    if (!message) return drop(0);
    const reason = whyNot(message.stamp);
    if (reason !== undefined) return drop(reason);
    if (++remote.candidates > MAX_CANDIDATES) return drop(5);
    const fragment = message.fields[2];
    if (fragment && !remote.fragments.includes(fragment)) return drop(5); // the core keeps it; not played here
    return [['AddCandidate', 1, ++op, ...message.fields]];
  }

  function onOffer(payload) {
    const message = decodeDescription(payload, 'offer');
    if (!message) return drop(0);
    const reason = whyNot(message.stamp);
    if (reason !== undefined) return drop(reason);
    if (message.stamp.offer <= remote.offer) return drop(3);
    if (step.op) return drop(4);
    remote.offer = message.stamp.offer;
    remote.session = /^o=\S+ (\S+)/m.exec(message.sdp)?.[1] ?? '';
    remote.fragments = [...new Set(Array.from(message.sdp.matchAll(/^a=ice-ufrag:(.*?)\r?$/gm), ([, fragment]) => fragment))];
    remote.candidates = 0;
    lastOffer = Math.max(lastOffer, remote.offer);
    step = { op: ++op, name: 'offer' };
    return [['SetRemoteDescription', 1, op, 0, message.sdp]];
  }

  function settle(promise, subject, itsOp) {
    tickets.set(++ticket, [subject, itsOp]);
    functions.settle(promise, ticket);
  }

  const orders = {
    EnableTrack(_, kind, isOn) {
      tracks[kind].enabled = Boolean(isOn);
    },
    SendOnChannel(_, __, json) {
      const { error } = functions.attempt(channel, 'send', [json]);
      if (error !== undefined || channel.bufferedAmount === 0) queue.push(['ChannelDrained', 1]);
    },
    SendMessage(_, name, payload) {
      if (socket.connected) socket.emit(name, payload);
    },
    AddCandidate: (_, __, itsOp, ...fields) => settle(connection.addIceCandidate(initOf(fields)), 'CandidateSettled', itsOp),
    SetRemoteDescription: (_, __, itsOp, type, sdp) =>
      settle(connection.setRemoteDescription({ type: type ? 'answer' : 'offer', sdp }), 'RemoteDescriptionSet', itsOp),
    AcceptTransceivers() {
      for (const transceiver of connection.getTransceivers()) {
        transceiver.direction = 'sendrecv';
        transceiver.sender.setStreams(stream);
      }
    },
    AttachTracks: (_, __, itsOp) => settle(Promise.all([]), 'TracksAttached', itsOp),
    SetLocalDescription: (_, __, itsOp) => settle(connection.setLocalDescription(), 'LocalDescriptionSet', itsOp),
    CountDrop() {},
  };

  const snapshot = () => ({
    phase: 'connected',
    cause: 'none',
    room,
    name: 'Ann',
    peer: { name: 'Bob', duet: true, devices: null },
    microphone: { state: 'live', on: on.microphone },
    camera: { state: 'live', on: on.camera },
    serverReachable: true,
  });

  function eventsOf(event) {
    if (event.type === 'settled' && !tickets.has(event.id)) return []; // forgotten
    return [eventOf(event)];
  }

  function eventOf(event) {
    if (event.type === 'switch') return ['DeviceSwitched', event.kind === 'camera' ? 1 : 0, Number(event.on)];
    if (event.type === 'message') return ['MessageReceived', event.name, JSON.stringify(event.payload), event.payload];
    if (event.type === 'heard') {
      const { candidate, sdpMid, usernameFragment, sdpMLineIndex } = event.event.candidate;
      return ['LocalCandidateFound', 1, candidate, sdpMid ?? '', usernameFragment ?? '', sdpMLineIndex ?? -1, Number(sdpMid !== null)];
    }
    const [subject, itsOp] = tickets.get(event.id);
    tickets.delete(event.id);
    if (subject === 'RemoteDescriptionSet') return [subject, 1, itsOp];
    if (subject !== 'LocalDescriptionSet') return [subject, 1, itsOp, Number(event.ok)];
    const { type, sdp } = connection.localDescription;
    return [subject, 1, itsOp, Number(type === 'answer'), sdp];
  }

  function lineOf(now, direction, [name, ...fields]) {
    if (name === 'MessageReceived') fields.length = 2;
    if (name === 'SendMessage') fields[1] = JSON.stringify(fields[1]);
    return `${now} ${direction} ${JSON.stringify([name, ...fields])}`;
  }

  function handle(event) {
    const now = Math.trunc(functions.now());
    functions.log(lineOf(now, '<', event));
    for (const effect of events[event[0]](...event)) {
      functions.log(lineOf(now, '>', effect));
      orders[effect[0]](...effect);
    }
    if (!changed) return;
    changed = false;
    functions.view.render(snapshot());
  }

  function post(event) {
    queue.push(...eventsOf(event));
    if (draining) return;
    draining = true;
    while (queue.length) handle(queue.shift());
    draining = false;
  }

  return { post, snapshot };
}
