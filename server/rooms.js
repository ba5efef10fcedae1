// @ts-check
// Rooms of two seats: who sits where, and who is told what. Knows no sockets: a client is whatever can be sent to and closed.

import { timingSafeEqual } from 'node:crypto';
import { digest, Member } from './member.js';
import { isParkable } from './parking.js';

/** @typedef {import('./validate.js').JoinRequest} JoinRequest */
/** @typedef {import('./validate.js').Scalar} Scalar */
/**
 * @typedef {object} Client
 * @property {string} id public, as long as the client sits in no seat of its own
 * @property {Member | null} member the seat it sits in
 * @property {string | null} looksAt the room that it looks at, without a seat
 * @property {(event: string, payload: unknown) => void} send
 * @property {() => void} close without a word; must not come back as a loss
 */
/**
 * @typedef {object} Seated
 * @property {Member} member
 * @property {'new' | 'same' | 'back'} change
 * @property {import('./parking.js').ParkedOffer | null} offer the other one's, which this one took or may take
 * @property {boolean} tookAnswer its answer to that offer is with the other one
 */
/** @typedef {{error: 'room_full' | 'taken' | 'busy'} | Seated} Outcome */

/** @typedef {{name: string, members: Member[]}} Room */

export class Rooms {
  /** @param {{graceMs: number, maxRooms: number, parking: import('./parking.js').Parking}} options */
  constructor({ graceMs, maxRooms, parking }) {
    this.graceMs = graceMs;
    this.maxRooms = maxRooms;
    this.parking = parking;
    /** @type {Map<string, Room>} */
    this.rooms = new Map();
  }

  get size() {
    return this.rooms.size;
  }

  /** @param {string} name */
  has(name) {
    return this.rooms.has(name);
  }

  /**
   * Seats a client. Whoever sits in the room already is told; a refusal changes nothing.
   * @param {Client} client
   * @param {JoinRequest} request
   * @returns {Outcome}
   */
  join(client, request) {
    const members = this.rooms.get(request.room)?.members ?? [];
    const current = client.member;
    const owner = this.#ownerOfSeat(members, current, request);
    const others = members.filter((member) => member !== owner && member !== current);
    if (others.some((member) => member.id === request.page)) return { error: 'taken' };
    if (others.length >= 2) return { error: 'room_full' };
    if (members.length === 0 && this.rooms.size >= this.maxRooms) return { error: 'busy' };

    this.parking.stopLooking(client);
    if (current && current !== owner) this.leave(client);
    if (owner && owner.id === (request.page ?? client.id)) {
      owner.name = request.name;
      owner.v = request.v;
      if (owner !== current) this.#resume(owner, client);
      const offer = owner.met?.take(request.answer) ? owner.met : null;
      return { member: owner, change: owner === current ? 'same' : 'back', offer, tookAnswer: offer !== null };
    }
    if (owner) this.#replace(owner, client);
    return this.#seat(client, request);
  }

  /**
   * Tells a client without a seat what is parked in a room, now and at each change.
   * @param {Client} client
   * @param {string} room need not exist, and does not by this
   * @returns {'watching' | 'crowded' | 'seated'}
   */
  look(client, room) {
    return client.member ? 'seated' : this.parking.look(client, room);
  }

  /**
   * Keeps an offer of somebody alone for whoever looks or comes.
   * @param {Client} client
   * @param {Record<string, Scalar>} payload a copy that is ours to change
   * @returns {'' | 'not_joined' | 'not_parkable'} why not
   */
  park(client, payload) {
    const { member } = client;
    if (!member) return 'not_joined';
    if (!member.seat || member.other || !isParkable(payload)) return 'not_parkable';
    this.parking.park(member, payload);
    client.send('park_kept', { leg: payload.leg });
    return '';
  }

  /** @param {Client} client the seat is free at once */
  leave(client) {
    if (client.member) this.#remove(client.member);
  }

  /** @param {Client} client its connection is gone; a Duet's seat waits for it, a seed cannot come back to one */
  lose(client) {
    this.parking.stopLooking(client);
    const { member } = client;
    if (!member) return;
    if (!member.seat) return this.#remove(member);
    this.#detach(member);
    member.grace = setTimeout(() => this.#remove(member, { lost: true }), this.graceMs);
    member.other?.client?.send('peer_away', { id: member.id });
  }

  /**
   * Hands a message to the other one in the sender's room, or keeps it for when they are back, or come.
   * @param {Client} client
   * @param {string} event
   * @param {Record<string, Scalar>} payload a copy that is ours to change
   * @returns {'' | 'not_joined' | 'nobody_there' | 'other_target' | 'queue_full'} why it was dropped
   */
  relay(client, event, payload) {
    const sender = client.member;
    if (!sender) return 'not_joined';
    const { other } = sender;
    if (!other) return event === 'getCandidate' ? this.parking.keepCandidate(sender, payload) : 'nobody_there';
    if (payload.to && payload.to !== other.id) return 'other_target';
    payload.from = sender.id;
    if (!other.client) return other.kept.add({ event, payload }) ? '' : 'queue_full';
    other.client.send(event, payload);
    return '';
  }

  /** Forgets everything and tells nobody: the process is about to end. */
  clear() {
    this.parking.clear();
    for (const { members } of this.rooms.values()) for (const member of members) this.#detach(member);
    this.rooms.clear();
  }

  /**
   * The member that the request proves to be.
   * @param {Member[]} members
   * @param {Member | null} current
   * @param {JoinRequest} request
   */
  #ownerOfSeat(members, current, request) {
    if (request.seat === undefined) return members.find((member) => member === current && !member.seat);
    const seat = digest(request.seat);
    return members.find((member) => member.seat && timingSafeEqual(member.seat, seat));
  }

  /**
   * @param {Member} member
   * @param {Client} client
   */
  #resume(member, client) {
    const replaced = member.client;
    this.#detach(member);
    replaced?.close();
    member.client = client;
    client.member = member;
    member.other?.client?.send('peer_back', member.person);
  }

  /**
   * A reloaded page brings a new person to its old seat: nobody can get in between.
   * @param {Member} member
   * @param {Client} client
   */
  #replace(member, client) {
    const replaced = member.client;
    this.#remove(member);
    if (replaced !== client) replaced?.close();
  }

  /**
   * @param {Client} client
   * @param {JoinRequest} request
   * @returns {Seated}
   */
  #seat(client, request) {
    let room = this.rooms.get(request.room);
    if (!room) this.rooms.set(request.room, (room = { name: request.room, members: [] }));
    const member = new Member(room, client, request);
    room.members.push(member);
    client.member = member;
    member.other?.client?.send('user_joined', member.person);
    const offer = this.parking.end(room.name);
    const tookAnswer = offer?.take(request.answer) ?? false;
    if (tookAnswer) {
      member.met = offer;
      member.other?.client?.send('getAnswer', { ...request.answer, from: member.id });
    }
    return { member, change: 'new', offer: member.seat ? offer : null, tookAnswer };
  }

  /**
   * @param {Member} member
   * @param {{lost?: true}} [how] lost: nobody said so, it only did not come back. Perhaps it still talks to the other one.
   */
  #remove(member, how = {}) {
    const { other, room } = member;
    this.#detach(member);
    room.members = room.members.filter((each) => each !== member);
    if (room.members.length === 0) this.rooms.delete(room.name);
    if (other) {
      other.forgetOther();
      other.client?.send('user_exit', { id: member.id, ...how });
    }
  }

  /** @param {Member} member alone or not: what it parked can be answered to its client only */
  #detach(member) {
    clearTimeout(member.grace);
    this.parking.end(member.room.name);
    if (member.client) member.client.member = null;
    member.client = null;
  }
}
