// @ts-check
// Somebody in a seat, with a client or, for the length of the grace, without; and the messages that wait for them meanwhile.

import { createHash } from 'node:crypto';

/** @typedef {import('./rooms.js').Client} Client */
/** @typedef {import('./rooms.js').Room} Room */
/** @typedef {{event: string, payload: Record<string, import('./validate.js').Scalar>}} Message */
/** @typedef {{id: string, name: string, v?: number}} Person what others may know of a member */

const MAX_KEPT = 64;
const MAX_KEPT_BYTES = 256 * 1024;

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
    /** @type {Message[]} */
    this.kept = [];
    this.keptBytes = 0;
  }

  /** @returns {Member | null} */
  get other() {
    return this.room.members.find((member) => member !== this) ?? null;
  }

  /** @returns {Person} */
  get person() {
    return this.v === undefined ? { id: this.id, name: this.name } : { id: this.id, name: this.name, v: this.v };
  }

  /**
   * Keeps what comes first: candidates are worth nothing without the offer before them.
   * @param {Message} message
   * @returns {boolean} false: no room left
   */
  keep(message) {
    const bytes = Buffer.byteLength(JSON.stringify(message.payload));
    if (this.kept.length >= MAX_KEPT || this.keptBytes + bytes > MAX_KEPT_BYTES) return false;
    this.kept.push(message);
    this.keptBytes += bytes;
    return true;
  }

  /** Sends what was kept, in order, once. */
  deliverKept() {
    const messages = this.kept;
    this.forgetKept();
    for (const { event, payload } of messages) this.client?.send(event, payload);
  }

  forgetKept() {
    this.kept = [];
    this.keptBytes = 0;
  }
}

/** @param {string} secret so that comparing takes the same time whatever is guessed, and no secret lies in memory */
export function digest(secret) {
  return createHash('sha256').update(secret).digest();
}
