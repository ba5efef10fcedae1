// @ts-check
// Rooms of two seats: who sits where, and who is told what. Knows no sockets: a client is whatever can be sent to and closed.

import { timingSafeEqual } from 'node:crypto';
import { digest, Member } from './member.js';

/** @typedef {import('./validate.js').JoinRequest} JoinRequest */
/** @typedef {import('./validate.js').Scalar} Scalar */
/**
 * @typedef {object} Client
 * @property {string} id public, as long as the client sits in no seat of its own
 * @property {Member | null} member the seat it sits in
 * @property {(event: string, payload: unknown) => void} send
 * @property {() => void} close without a word; must not come back as a loss
 */
/** @typedef {{error: 'room_full' | 'taken' | 'busy'} | {member: Member, change: 'new' | 'same' | 'back'}} Outcome */

/** @typedef {{name: string, members: Member[]}} Room */

export class Rooms {
  /** @param {{graceMs: number, maxRooms: number}} options */
  constructor({ graceMs, maxRooms }) {
    this.graceMs = graceMs;
    this.maxRooms = maxRooms;
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

    if (current && current !== owner) this.leave(client);
    if (owner && owner.id === (request.page ?? client.id)) {
      owner.name = request.name;
      owner.v = request.v;
      return owner === current ? { member: owner, change: 'same' } : this.#resume(owner, client);
    }
    if (owner) this.#replace(owner, client);
    return { member: this.#seat(client, request), change: 'new' };
  }

  /** @param {Client} client the seat is free at once */
  leave(client) {
    if (client.member) this.#remove(client.member);
  }

  /** @param {Client} client its connection is gone; a Duet's seat waits for it, a seed cannot come back to one */
  lose(client) {
    const { member } = client;
    if (!member) return;
    if (!member.seat) return this.#remove(member);
    this.#detach(member);
    member.grace = setTimeout(() => this.#remove(member, { lost: true }), this.graceMs);
    member.other?.client?.send('peer_away', { id: member.id });
  }

  /**
   * Hands a message to the other one in the sender's room, or keeps it for when they are back.
   * @param {Client} client
   * @param {string} event
   * @param {Record<string, Scalar>} payload a copy that is ours to change
   * @returns {'' | 'not_joined' | 'nobody_there' | 'other_target' | 'queue_full'} why it was dropped
   */
  relay(client, event, payload) {
    const sender = client.member;
    if (!sender) return 'not_joined';
    const { other } = sender;
    if (!other) return 'nobody_there';
    if (payload.to && payload.to !== other.id) return 'other_target';
    payload.from = sender.id;
    if (!other.client) return other.kept.add({ event, payload }) ? '' : 'queue_full';
    other.client.send(event, payload);
    return '';
  }

  /** Forgets everything and tells nobody: the process is about to end. */
  clear() {
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
   * @returns {Outcome}
   */
  #resume(member, client) {
    const replaced = member.client;
    this.#detach(member);
    replaced?.close();
    member.client = client;
    client.member = member;
    member.other?.client?.send('peer_back', member.person);
    return { member, change: 'back' };
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
   */
  #seat(client, request) {
    let room = this.rooms.get(request.room);
    if (!room) this.rooms.set(request.room, (room = { name: request.room, members: [] }));
    const member = new Member(room, client, request);
    room.members.push(member);
    client.member = member;
    member.other?.client?.send('user_joined', member.person);
    return member;
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
      other.kept.forget(); // all of it came from the one who is gone
      other.client?.send('user_exit', { id: member.id, ...how });
    }
  }

  /** @param {Member} member */
  #detach(member) {
    clearTimeout(member.grace);
    if (member.client) member.client.member = null;
    member.client = null;
  }
}
