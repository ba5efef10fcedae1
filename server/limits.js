// @ts-check
// How much one socket, one address and one process may ask for. Refused work is counted by the caller; nothing here logs or sends.

/** @typedef {{burst: number, perSecond: number}} Rate */

/** Roughly ten times what a call needs: an offer has 5 to 6 KiB, a call sets up with two descriptions and some 20 candidates. */
export const SOCKET_LIMITS = {
  messages: { burst: 120, perSecond: 20 },
  descriptions: { burst: 10, perSecond: 2 },
  candidates: { burst: 100, perSecond: 30 },
  joins: { burst: 5, perSecond: 1 },
  peeks: { burst: 5, perSecond: 1 },
  bytes: { burst: 256 * 1024, perSecond: 64 * 1024 },
  violations: { burst: 2, perSecond: 1 / 60 }, // the third within a minute ends the connection
};

export const ADDRESS_LIMITS = {
  sockets: 30,
  newSockets: { burst: 10, perSecond: 1 },
  failedJoins: { burst: 20, perSecond: 20 / 600 },
  newRooms: { burst: 30, perSecond: 30 / 600 },
  peeks: { burst: 60, perSecond: 1 }, // or looking would be the cheap way to guess where somebody waits
  blockMs: 15 * 60_000,
};

/** @typedef {typeof SOCKET_LIMITS} SocketLimits */
/** @typedef {typeof ADDRESS_LIMITS} AddressLimits */

/** Holds `burst` tokens, refilled at `perSecond`. */
export class TokenBucket {
  /**
   * @param {Rate} rate
   * @param {() => number} [now] milliseconds
   */
  constructor({ burst, perSecond }, now = () => performance.now()) {
    this.burst = burst;
    this.perSecond = perSecond;
    this.now = now;
    this.tokens = burst;
    this.at = now();
  }

  /** @param {number} [amount] @returns {boolean} false: not enough left, nothing taken */
  take(amount = 1) {
    const now = this.now();
    this.tokens = Math.min(this.burst, this.tokens + ((now - this.at) / 1000) * this.perSecond);
    this.at = now;
    if (this.tokens < amount) return false;
    this.tokens -= amount;
    return true;
  }
}

/**
 * The buckets of one socket, by name.
 * @param {SocketLimits} limits
 */
export function socketBuckets(limits) {
  return {
    messages: new TokenBucket(limits.messages),
    descriptions: new TokenBucket(limits.descriptions),
    candidates: new TokenBucket(limits.candidates),
    joins: new TokenBucket(limits.joins),
    peeks: new TokenBucket(limits.peeks),
    bytes: new TokenBucket(limits.bytes),
    violations: new TokenBucket(limits.violations),
  };
}

/** What came from each address lately. Loopback has no limits: there everybody is one machine, or a proxy in front of us. */
export class Addresses {
  /**
   * @param {AddressLimits} limits
   * @param {() => number} [now] milliseconds
   */
  constructor(limits, now = () => performance.now()) {
    this.limits = limits;
    this.now = now;
    /** @type {Map<string, ReturnType<Addresses['makeEntry']>>} */
    this.entries = new Map();
  }

  makeEntry() {
    const { newSockets, failedJoins, newRooms, peeks } = this.limits;
    return {
      sockets: 0,
      blockedUntil: 0,
      seenAt: this.now(),
      newSockets: new TokenBucket(newSockets, this.now),
      failedJoins: new TokenBucket(failedJoins, this.now),
      newRooms: new TokenBucket(newRooms, this.now),
      peeks: new TokenBucket(peeks, this.now),
    };
  }

  /** @param {string} address @returns {boolean} */
  mayConnect(address) {
    const entry = this.#entry(address);
    if (!entry) return true;
    return this.now() >= entry.blockedUntil && entry.sockets < this.limits.sockets && entry.newSockets.take();
  }

  /** @param {string} address */
  connected(address) {
    const entry = this.#entry(address);
    if (entry) entry.sockets += 1;
  }

  /** @param {string} address */
  disconnected(address) {
    const entry = this.#entry(address);
    if (entry) entry.sockets = Math.max(0, entry.sockets - 1);
  }

  /** @param {string} address */
  mayJoin(address) {
    const entry = this.#entry(address);
    return !entry || this.now() >= entry.blockedUntil;
  }

  /** @param {string} address */
  joinFailed(address) {
    const entry = this.#entry(address);
    if (entry && !entry.failedJoins.take()) entry.blockedUntil = this.now() + this.limits.blockMs;
  }

  /** @param {string} address */
  mayOpenRoom(address) {
    return this.#entry(address)?.newRooms.take() ?? true;
  }

  /** @param {string} address @returns {boolean} */
  mayPeek(address) {
    const entry = this.#entry(address);
    return !entry || (this.now() >= entry.blockedUntil && entry.peeks.take());
  }

  /** @param {string} address */
  #entry(address) {
    const key = addressKey(address);
    if (key === null) return null;
    let entry = this.entries.get(key);
    if (!entry) {
      if (this.entries.size >= 1000) this.#forgetOld();
      this.entries.set(key, (entry = this.makeEntry()));
    }
    entry.seenAt = this.now();
    return entry;
  }

  /** By the time an idle entry is forgotten its buckets are full again and its block is over. */
  #forgetOld() {
    const before = this.now() - this.limits.blockMs;
    for (const [key, entry] of this.entries) {
      if (entry.sockets === 0 && entry.seenAt < before) this.entries.delete(key);
    }
  }
}

/**
 * What counts as one address: an IPv4 address, or the /64 that one IPv6 customer has.
 * @param {string} address
 * @returns {string | null} null: loopback
 */
export function addressKey(address) {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (plain === '::1' || plain.startsWith('127.')) return null;
  if (!plain.includes(':')) return plain;
  const [head, tail] = plain.split('::');
  const left = head ? head.split(':') : [];
  const right = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? [] : Array(Math.max(0, 8 - left.length - right.length)).fill('0');
  return [...left, ...zeros, ...right].slice(0, 4).map((group) => parseInt(group, 16)).join(':');
}
