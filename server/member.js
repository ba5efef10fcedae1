// @ts-check
// Somebody in a seat, with a client or, for the length of the grace, without; and the messages that wait for them meanwhile.

import { createHash } from 'node:crypto';
import { Kept } from './kept.js';

/** @typedef {import('./rooms.js').Client} Client */
/** @typedef {import('./rooms.js').Room} Room */
/** @typedef {import('./parking.js').ParkedOffer} ParkedOffer */
/** @typedef {{id: string, name: string, v?: number}} Person what others may know of a member */

export class Member {
  /**
   * @param {Room} room
   * @param {Client} client
   * @param {import('./validate.js').JoinRequest} request
   */
  constructor(room, client, request) {
    this.room = room;
    /** @type {Client | null} */
    this.client = client;
    this.id = request.page ?? client.id;
    this.name = request.name;
    this.v = request.v;
    this.seat = request.seat === undefined ? undefined : digest(request.seat);
    /** @type {NodeJS.Timeout | undefined} */
    this.grace = undefined;
    this.kept = new Kept();
    /** @type {ParkedOffer | null} the other one's, if this one came with the answer to it */
    this.met = null;
  }

  /** @returns {Member | null} */
  get other() {
    return this.room.members.find((member) => member !== this) ?? null;
  }

  /** @returns {Person} */
  get person() {
    return this.v === undefined ? { id: this.id, name: this.name } : { id: this.id, name: this.name, v: this.v };
  }

  /** Sends what was kept, in order, once. */
  deliverKept() {
    if (this.client) this.kept.sendTo(this.client);
    this.kept.forget();
  }

  /** The other one is gone, and with it all that came from there. */
  forgetOther() {
    this.kept.forget();
    this.met = null;
  }
}

/** @param {string} secret so that comparing takes the same time whatever is guessed, and no secret lies in memory */
export function digest(secret) {
  return createHash('sha256').update(secret).digest();
}
