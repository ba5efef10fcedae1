// @ts-check
// Messages for somebody who cannot be reached yet. The first ones stay: candidates are worth nothing without what came before them.

/** @typedef {{event: string, payload: Record<string, import('./validate.js').Scalar>}} Message */

const MAX_MESSAGES = 64;
const MAX_BYTES = 256 * 1024;

export class Kept {
  /** @type {Message[]} */
  #messages = [];
  #bytes = 0;

  /**
   * @param {Message} message
   * @returns {boolean} false: no room left
   */
  add(message) {
    const bytes = Buffer.byteLength(JSON.stringify(message.payload));
    if (this.#messages.length >= MAX_MESSAGES || this.#bytes + bytes > MAX_BYTES) return false;
    this.#messages.push(message);
    this.#bytes += bytes;
    return true;
  }

  /** @param {import('./rooms.js').Client} client hears all of it, in order */
  sendTo(client) {
    for (const { event, payload } of this.#messages) client.send(event, payload);
  }

  forget() {
    this.#messages = [];
    this.#bytes = 0;
  }
}
