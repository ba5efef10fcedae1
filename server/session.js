// @ts-check
// One socket's conversation: reads its events, keeps it within its limits, and asks the rooms.

import { socketBuckets } from './limits.js';
import { roomTag } from './log.js';
import { readCandidate, readDescription, readJoin, readPeek } from './validate.js';

/** @typedef {import('./rooms.js').Client} Client */
/** @typedef {(answer: object) => void} Ack */
/**
 * @typedef {object} House what all sessions share
 * @property {import('./rooms.js').Rooms} rooms
 * @property {import('./limits.js').Addresses} addresses
 * @property {import('./limits.js').SocketLimits} limits
 * @property {import('./metrics.js').Metrics} metrics
 * @property {import('./log.js').Log} log
 * @property {() => boolean} busy
 * @property {object[] | undefined} iceServers
 */

const RELAYED = /** @type {const} */ ({ offer: 'getOffer', answer: 'getAnswer', candidate: 'getCandidate' });

/**
 * @param {House} house
 * @param {import('socket.io').Socket} socket
 * @param {string} address
 */
export function serveSocket(house, socket, address) {
  const { rooms, addresses, limits, metrics, log } = house;
  const buckets = socketBuckets(limits);
  /** @type {Client} */
  const client = {
    id: socket.id,
    member: null,
    looksAt: null,
    send: (event, payload) => socket.emit(event, payload),
    close: () => socket.disconnect(true),
  };

  socket.conn.on('packet', ({ data }) => {
    if (!buckets.bytes.take(data?.length ?? 1)) throwOut('too_many_bytes');
  });
  socket.use((_packet, next) => {
    if (buckets.messages.take()) next();
    else violate();
  });

  on('join', (payload, ack) => {
    const request = readJoin(payload);
    if (typeof request === 'string') return refuse(request, ack);
    if (!buckets.joins.take() || !addresses.mayJoin(address) || house.busy()) return refuse('busy', ack);
    if (!rooms.has(request.room) && !addresses.mayOpenRoom(address)) return refuse('busy', ack);

    const outcome = rooms.join(client, request);
    if ('error' in outcome) return refuse(outcome.error, ack);
    const { member, change, offer, tookAnswer } = outcome;
    const { other } = member;
    const answer = !request.answer ? 'none' : tookAnswer ? 'took' : 'stale';
    metrics.count('joins');
    if (answer !== 'none') metrics.count('answers', answer);
    log('info', 'join', { room: roomTag(request.room), change, kind: member.seat ? 'duet' : 'seed', people: other ? 2 : 1, answer });
    const met = tookAnswer ? { tookAnswer } : { parked: offer?.payload };
    ack?.({ ok: true, id: member.id, peer: other?.person ?? null, iceServers: house.iceServers, ...met });
    // The acknowledgement comes first: that is how a Duet tells this server from the lesson's. A seed offers at each room_users.
    if (change === 'same' && member.seat) return;
    client.send('room_users', other ? [{ id: other.id, name: other.name }] : []);
    if (other && !other.client) client.send('peer_away', { id: other.id });
    offer?.candidates.sendTo(client);
    if (change === 'back') member.deliverKept();
  });

  on('peek', peek);

  on('park', (payload) => {
    const offer = readDescription(payload, 'offer');
    if (!offer) return drop('malformed');
    if (!buckets.descriptions.take()) return violate();
    const reason = rooms.park(client, offer);
    if (reason) return drop(reason);
    metrics.count('parked');
    log('info', 'park', { room: roomTag(client.member?.room.name ?? '') });
  });

  on('leave', (_payload, ack) => {
    if (client.member) log('info', 'leave', { room: roomTag(client.member.room.name) });
    rooms.leave(client);
    ack?.({ ok: true });
  });

  on('offer', (payload) => relay('offer', buckets.descriptions, readDescription(payload, 'offer')));
  on('answer', (payload) => relay('answer', buckets.descriptions, readDescription(payload, 'answer')));
  on('candidate', (payload) => relay('candidate', buckets.candidates, readCandidate(payload)));
  on('alive', (_payload, ack) => ack?.({ ok: true }));

  socket.on('disconnect', () => {
    if (client.member) log('info', 'lost', { room: roomTag(client.member.room.name) });
    rooms.lose(client);
  });

  // A page that knows its room when it opens the socket asks with the same word that connects.
  const { peek: room } = socket.handshake.auth;
  if (room !== undefined) guarded('peek', () => peek({ room }));

  /** @param {unknown} payload */
  function peek(payload) {
    const room = readPeek(payload);
    if (room === null) return drop('malformed');
    if (!buckets.peeks.take()) return violate();
    if (!addresses.mayPeek(address)) return drop('address_limit');
    const outcome = rooms.look(client, room);
    if (outcome === 'seated') drop(outcome);
    else metrics.count('peeks', outcome);
  }

  /**
   * @param {string} event
   * @param {(payload: unknown, ack: Ack | undefined) => void} handle
   */
  function on(event, handle) {
    socket.on(event, (...args) => {
      const last = args.at(-1);
      const ack = typeof last === 'function' ? last : undefined;
      guarded(event, () => handle(args[0], ack));
    });
  }

  /**
   * @param {string} event
   * @param {() => void} handle
   */
  function guarded(event, handle) {
    try {
      handle();
    } catch (error) {
      drop('failed');
      log('error', 'handler_failed', { on: event, error: error instanceof Error ? error.name : 'unknown' });
    }
  }

  /**
   * @param {keyof typeof RELAYED} event
   * @param {import('./limits.js').TokenBucket} bucket
   * @param {Record<string, import('./validate.js').Scalar> | null} message
   */
  function relay(event, bucket, message) {
    if (!message) return drop('malformed');
    if (!bucket.take()) return violate();
    const reason = rooms.relay(client, RELAYED[event], message);
    if (reason) drop(reason);
    else metrics.count('relayed', event);
  }

  /**
   * @param {'room_full' | 'taken' | 'busy' | import('./validate.js').JoinMistake} error
   * @param {Ack | undefined} ack
   */
  function refuse(error, ack) {
    metrics.count('refused', error);
    if (error !== 'busy') addresses.joinFailed(address);
    if (ack) ack({ ok: false, error });
    else if (error === 'room_full' || error === 'taken') client.send('room_full', {});
  }

  /** @param {string} reason one of a fixed set */
  function drop(reason) {
    metrics.count('dropped', reason);
  }

  function violate() {
    if (buckets.violations.take()) drop('too_fast');
    else throwOut('too_fast');
  }

  /** @param {'too_fast' | 'too_many_bytes'} reason */
  function throwOut(reason) {
    drop(reason);
    log('info', 'thrown_out', { reason });
    socket.disconnect(true);
  }
}
