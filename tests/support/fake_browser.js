// @ts-check
// A browser that does only what it is told: every promise it hands out is settled by the test, time passes when the test
// says so. Globals are put in place by installBrowser() and taken away by its result's restore().

/** @typedef {{method: string, args: any[], resolve: (value?: any) => void, reject: (error: Error) => void}} Pending */

/** Promises that wait for the test. */
class Promises {
  constructor() {
    /** @type {Pending[]} */
    this.pending = [];
  }

  /**
   * @param {string} method
   * @param {any[]} args
   */
  hand(method, args) {
    return new Promise((resolve, reject) => this.pending.push({ method, args, resolve, reject }));
  }

  /**
   * The oldest one of that method, which waits no longer.
   * @param {string} method
   */
  take(method) {
    const index = this.pending.findIndex((pending) => pending.method === method);
    if (index < 0) throw new Error(`no ${method} is pending, but ${this.pending.map((p) => p.method).join(', ')}`);
    return this.pending.splice(index, 1)[0];
  }
}

export class FakeTrack extends EventTarget {
  /** @param {string} kind */
  constructor(kind) {
    super();
    this.kind = kind;
    this.enabled = true;
    this.readyState = 'live';
  }

  stop() {
    this.readyState = 'ended';
  }

  /** As when it is unplugged. */
  end() {
    this.readyState = 'ended';
    this.dispatchEvent(new Event('ended'));
  }
}

export class FakeStream {
  constructor(/** @type {FakeTrack[]} */ tracks = []) {
    this.tracks = new Set(tracks);
  }
  getTracks() {
    return [...this.tracks];
  }
  addTrack(/** @type {FakeTrack} */ track) {
    this.tracks.add(track);
  }
  removeTrack(/** @type {FakeTrack} */ track) {
    this.tracks.delete(track);
  }
}

export class FakeTransceiver {
  /**
   * @param {Promises} promises
   * @param {string} kind
   * @param {{direction?: string, streams?: FakeStream[], sendEncodings?: object[]}} init
   */
  constructor(promises, kind, { direction = 'recvonly', streams = [], sendEncodings = [{}] } = {}) {
    this.direction = direction;
    /** @type {string | null} */
    this.currentDirection = null;
    this.receiver = { track: new FakeTrack(kind) };
    this.sender = {
      /** @type {FakeTrack | null} */
      track: null,
      streams,
      encodings: sendEncodings,
      getParameters: () => ({ encodings: this.sender.encodings.map((encoding) => ({ ...encoding })) }),
      /** @param {{encodings: object[]}} parameters */
      async setParameters({ encodings }) {
        await promises.hand('setParameters', [encodings]);
        this.encodings = encodings;
      },
      /** @param {FakeTrack | null} track */
      async replaceTrack(track) {
        await promises.hand('replaceTrack', [track]);
        this.track = track;
      },
      /** @param {FakeStream[]} to */
      setStreams(...to) {
        this.streams = to;
      },
    };
  }
}

export class FakeChannel extends EventTarget {
  /**
   * @param {string} label
   * @param {object} options
   */
  constructor(label, options) {
    super();
    this.label = label;
    this.options = options;
    this.bufferedAmount = 0;
    /** @type {string[]} */
    this.sent = [];
    this.buffers = false;
    /** @type {Error | null} */
    this.sendError = null;
  }

  /** @param {string} text */
  send(text) {
    if (this.sendError) throw this.sendError;
    this.sent.push(text);
    if (this.buffers) this.bufferedAmount += text.length;
  }

  /**
   * @param {string} type
   * @param {object} [fields]
   */
  fire(type, fields = {}) {
    this.dispatchEvent(Object.assign(new Event(type), fields));
  }
}

export class FakePeerConnection extends EventTarget {
  /** @type {FakePeerConnection[]} */
  static all = [];
  /** @type {((connection: FakePeerConnection, method: string) => void) | null} happens during a call; may throw */
  static onCall = null;

  /** @param {any} configuration */
  constructor(configuration) {
    super();
    FakePeerConnection.onCall?.(this, 'constructor');
    this.configuration = configuration;
    this.connectionState = 'new';
    this.iceConnectionState = 'new';
    /** @type {{type: string, sdp: string} | null} */
    this.localDescription = null;
    /** @type {FakeTransceiver[]} */
    this.transceivers = [];
    /** @type {FakeChannel[]} */
    this.channels = [];
    this.promises = new Promises();
    this.isClosed = false;
    this.restarts = 0;
    FakePeerConnection.all.push(this);
  }

  /**
   * @param {string} method
   * @param {any[]} args
   */
  order(method, args) {
    FakePeerConnection.onCall?.(this, method);
    return this.promises.hand(method, args);
  }

  addTransceiver(/** @type {string} */ kind, /** @type {object} */ init) {
    FakePeerConnection.onCall?.(this, 'addTransceiver');
    const transceiver = new FakeTransceiver(this.promises, kind, init);
    this.transceivers.push(transceiver);
    return transceiver;
  }
  getTransceivers() {
    return [...this.transceivers];
  }
  createDataChannel(/** @type {string} */ label, /** @type {object} */ options) {
    FakePeerConnection.onCall?.(this, 'createDataChannel');
    const channel = new FakeChannel(label, options);
    this.channels.push(channel);
    return channel;
  }
  createOffer(/** @type {any[]} */ ...args) {
    return this.order('createOffer', args);
  }
  createAnswer(/** @type {any[]} */ ...args) {
    return this.order('createAnswer', args);
  }
  setLocalDescription(/** @type {any[]} */ ...args) {
    return this.order('setLocalDescription', args);
  }
  setRemoteDescription(/** @type {any[]} */ ...args) {
    return this.order('setRemoteDescription', args);
  }
  addIceCandidate(/** @type {any[]} */ ...args) {
    return this.order('addIceCandidate', args);
  }
  setConfiguration(/** @type {object} */ configuration) {
    FakePeerConnection.onCall?.(this, 'setConfiguration');
    this.configuration = configuration;
  }
  restartIce() {
    FakePeerConnection.onCall?.(this, 'restartIce');
    ++this.restarts;
  }
  close() {
    this.isClosed = true;
    this.connectionState = 'closed';
  }

  /**
   * @param {string} type
   * @param {object} [fields]
   */
  fire(type, fields = {}) {
    this.dispatchEvent(Object.assign(new Event(type), fields));
  }

  /** @param {string} state */
  become(state) {
    this.connectionState = state;
    this.fire('connectionstatechange');
  }
}

/** Promise arms and what they post have run when this resolves. */
export function settled() {
  return new Promise((resolve) => setImmediate(resolve));
}

export function installBrowser() {
  const media = new Promises();
  const mediaDevices = { getUserMedia: (/** @type {any} */ constraints) => media.hand('getUserMedia', [constraints]) };
  /** @type {{at: number, action: () => void}[]} */
  const timers = [];
  let now = 1000;
  /** @type {Record<string, unknown>} */
  const globals = {
    RTCPeerConnection: FakePeerConnection,
    MediaStream: FakeStream,
    navigator: { mediaDevices },
    performance: { now: () => now + 0.75 },
    setTimeout(/** @type {() => void} */ action, /** @type {number} */ wait) {
      const timer = { at: now + wait, action };
      timers.push(timer);
      return timer;
    },
    clearTimeout: (/** @type {any} */ which) => timers.includes(which) && timers.splice(timers.indexOf(which), 1),
  };
  const before = new Map(Object.keys(globals).map((key) => [key, Object.getOwnPropertyDescriptor(globalThis, key)]));
  for (const [key, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, key, { value, configurable: true, writable: true });
  }
  FakePeerConnection.all = [];
  FakePeerConnection.onCall = null;

  return {
    media,
    navigator: /** @type {{mediaDevices?: object}} */ (globals.navigator),
    /** Until the next timer goes off. */
    timer: () => (timers.length > 0 ? Math.min(...timers.map(({ at }) => at)) - now : null),
    /** @param {number} milliseconds */
    pass(milliseconds) {
      now += milliseconds;
      for (const timer of timers.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at)) this.ring(timer);
    },
    /** A timer goes off now, as if it were time, unless it was cleared. */
    ring(timer = timers.at(-1)) {
      const index = timers.findIndex((each) => each === timer);
      if (index >= 0) timers.splice(index, 1)[0].action();
    },
    restore() {
      for (const [key, descriptor] of before) {
        if (descriptor) Object.defineProperty(globalThis, key, descriptor);
        else Reflect.deleteProperty(globalThis, key);
      }
    },
  };
}
