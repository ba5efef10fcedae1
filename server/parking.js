// @ts-check
// What lies ready before two people meet: the offer that somebody alone in a room has parked, and who looks at it without a seat.
// Lookers learn of offers and of nothing else. Keeping one here changes nothing in any room.

import { Kept } from './kept.js';

/** @typedef {import('./rooms.js').Client} Client */
/** @typedef {import('./member.js').Member} Member */
/** @typedef {Record<string, import('./validate.js').Scalar>} Payload */

const MAX_LOOKERS = 4; // of one room
const LEG = /^[\w.-]{1,64}$/;

export class ParkedOffer {
  /**
   * @param {Member} member
   * @param {Payload} payload a copy that is ours to change
   */
  constructor(member, payload) {
    payload.from = member.id;
    this.payload = payload;
    this.candidates = new Kept();
    /** @type {Payload | null} */
    this.answer = null;
  }

  /**
   * Gives the offer to the first answer. The same one may come again: its sender may never have heard that it was the first.
   * @param {Payload | undefined} answer
   */
  take(answer) {
    if (!answer || answer.leg !== this.payload.leg || (answer.to && answer.to !== this.payload.from)) return false;
    this.answer ??= answer;
    return this.answer.sdp === answer.sdp;
  }
}

/**
 * Not what holds an address: whoever looks must not learn one.
 * @param {Payload} payload
 */
export function isParkable({ leg, sdp }) {
  return typeof leg === 'string' && LEG.test(leg) && !String(sdp).includes('a=candidate');
}

export class Parking {
  /** @param {object[]} [stunServers] for whoever prepares an answer */
  constructor(stunServers) {
    this.stunServers = stunServers;
    /** @type {Map<string, ParkedOffer>} one for each room, by its name */
    this.offers = new Map();
    /** @type {Map<string, Set<Client>>} */
    this.lookers = new Map();
  }

  get lookersCount() {
    let count = 0;
    for (const clients of this.lookers.values()) count += clients.size;
    return count;
  }

  /**
   * @param {Member} member
   * @param {Payload} payload
   */
  park(member, payload) {
    this.offers.set(member.room.name, new ParkedOffer(member, payload));
    this.#tellLookers(member.room.name);
  }

  /**
   * Keeps a candidate of the one who parked, if it belongs to what is parked.
   * @param {Member} member
   * @param {Payload} payload
   * @returns {'' | 'nobody_there' | 'queue_full'} why not
   */
  keepCandidate(member, payload) {
    const offer = this.offers.get(member.room.name);
    if (!offer || payload.leg !== offer.payload.leg) return 'nobody_there';
    payload.from = member.id;
    return offer.candidates.add({ event: 'getCandidate', payload }) ? '' : 'queue_full';
  }

  /**
   * Ends the parking in a room, because its offer is taken or its owner is gone.
   * @param {string} room
   * @returns {ParkedOffer | null} what was parked
   */
  end(room) {
    const offer = this.offers.get(room);
    if (!offer) return null;
    this.offers.delete(room);
    this.#tellLookers(room);
    return offer;
  }

  /**
   * Tells a client what is parked, now and whenever that changes. One room a client.
   * @param {Client} client
   * @param {string} room
   * @returns {'watching' | 'crowded'} crowded: too many look already, and it was told that nothing is parked
   */
  look(client, room) {
    if (client.looksAt !== room) this.stopLooking(client);
    const clients = this.lookers.get(room) ?? new Set();
    if (clients.size >= MAX_LOOKERS && !clients.has(client)) {
      client.send('parked', null);
      return 'crowded';
    }
    client.looksAt = room;
    this.lookers.set(room, clients.add(client));
    client.send('parked', this.#view(room));
    return 'watching';
  }

  /** @param {Client} client */
  stopLooking(client) {
    if (client.looksAt === null) return;
    const clients = this.lookers.get(client.looksAt);
    clients?.delete(client);
    if (clients?.size === 0) this.lookers.delete(client.looksAt);
    client.looksAt = null;
  }

  /** Forgets everything and tells nobody. */
  clear() {
    this.offers.clear();
    this.lookers.clear();
  }

  /** @param {string} room */
  #tellLookers(room) {
    const view = this.#view(room);
    for (const client of this.lookers.get(room) ?? []) client.send('parked', view);
  }

  /** @param {string} room */
  #view(room) {
    const offer = this.offers.get(room);
    return offer ? { ...offer.payload, iceServers: this.stunServers } : null;
  }
}
