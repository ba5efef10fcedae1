// @ts-check
// What C++ cannot hold safely: closures, promise arms, `try`, the timer, and what must be stopped when the wasm traps.
// It knows numbers and plain events; what a number stands for is known to C++ only.

const MAX_LOG = 4 * 1024 * 1024; // characters; when it is full the record stops, it never drops its head

/**
 * @import { Snapshot } from './sentences.js'
 * @typedef {{type: string, [field: string]: unknown}} PostedEvent
 * @typedef {object} Wasm
 * @property {(event: PostedEvent) => void} post
 * @property {() => Snapshot} snapshot
 * @property {() => [string, string][]} phases
 * @typedef {object} View
 * @property {(snapshot: Snapshot) => void} render
 * @property {(which: 'local' | 'remote', stream: any) => void} show
 * @typedef {object} Signaling
 * @property {() => void} open
 * @property {(op: number, json: string) => void} join
 * @property {(name: string, json: string) => void} send
 * @property {() => void} close for good
 */

/** @param {{view: View, onCrash: (error: unknown) => void}} page */
export function createHost({ view, onCrash }) {
  /** @type {Wasm | null} */
  let wasm = null;
  let dead = false;
  /** @type {PostedEvent[]} */
  const early = [];
  /** @type {Set<() => void>} */
  const kept = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {string[]} */
  const lines = [];
  let logged = 0;

  /**
   * The way in for everything. What comes before the wasm waits for it; what comes after its death is dropped.
   * @param {PostedEvent} event
   */
  function post(event) {
    if (dead) return;
    if (!wasm) {
      early.push(event);
      return;
    }
    try {
      wasm.post(event);
    } catch (error) {
      crash(error);
    }
  }

  /**
   * The call's state is lost, so nothing can be asked of it any more; but no camera may be left on.
   * @param {unknown} error
   */
  function crash(error) {
    if (dead) return;
    dead = true;
    clearTimeout(timer);
    log(`# cut: ${error}`);
    for (const end of kept) outcome(end);
    kept.clear();
    onCrash(error);
  }

  /** @param {Wasm} module */
  function attach(module) {
    wasm = module;
    for (const event of early.splice(0)) post(event);
  }

  /** @param {string} line */
  function log(line) {
    if (logged > MAX_LOG) return;
    logged += line.length + 1;
    lines.push(logged > MAX_LOG ? '# cut: full' : line);
  }

  /** A line that a replay passes over (docs/replay.md). @param {unknown[]} words */
  function note(...words) {
    log(`# ${Math.trunc(performance.now())} ${words.join(' ')}`);
  }

  /**
   * @param {Promise<any>} promise
   * @param {number} id
   * @param {string} [list] for a value that comes after the wasm's death: its method that lists what runs by itself,
   * @param {string} [method] and the method that ends each of these
   */
  function settle(promise, id, list, method) {
    function onOk(/** @type {any} */ value) {
      if (dead && list && method) {
        for (const item of value[list]()) item[method]();
      }
      post({ type: 'settled', id, ok: true, value });
    }
    function onError(/** @type {unknown} */ value) {
      post({ type: 'settled', id, ok: false, value });
    }
    Promise.resolve(promise).then(onOk, onError);
  }

  /**
   * @param {number} milliseconds
   * @param {AbortSignal} [signal] after which it goes on for ever
   */
  function pause(milliseconds, signal) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      signal?.addEventListener('abort', () => clearTimeout(timer));
    });
  }

  /**
   * Calls the method once `first` is settled, either way, or when it takes longer than `limit` milliseconds.
   * @param {Promise<unknown>} first
   * @param {number} limit
   * @param {any} target
   * @param {string} method
   * @param {unknown[]} args
   */
  function follow(first, limit, target, method, args) {
    return Promise.race([Promise.allSettled([first]), pause(limit)]).then(() => target[method](...args));
  }

  /**
   * @param {EventTarget} target
   * @param {string} type
   * @param {number} id
   * @param {AbortSignal} signal
   */
  function listen(target, type, id, signal) {
    target.addEventListener(type, (event) => post({ type: 'heard', id, event }), { signal });
  }

  /**
   * @param {any} target
   * @param {string} state
   * @param {number} leg
   * @param {AbortSignal} signal
   */
  function watch(target, state, leg, signal) {
    target.addEventListener(`${state.toLowerCase()}change`, () => note(state, target[state], 'leg', leg), { signal });
  }

  /**
   * @param {() => any} call
   * @returns {{value: any} | {error: unknown}}
   */
  function outcome(call) {
    try {
      return { value: call() };
    } catch (error) {
      return { error: error ?? new Error() };
    }
  }

  /**
   * @param {any} target
   * @param {string} method
   * @param {unknown[]} args
   */
  function attempt(target, method, args) {
    return outcome(() => target[method](...args));
  }

  /**
   * @param {any} constructor
   * @param {unknown[]} args
   */
  function construct(constructor, args) {
    return outcome(() => new constructor(...args));
  }

  /**
   * @param {any} object
   * @param {string} method called on it if the wasm traps
   */
  function keep(object, method) {
    const end = () => object[method]();
    kept.add(end);
    return { release: () => void kept.delete(end) };
  }

  /** @param {number} milliseconds */
  function setTimer(milliseconds) {
    clearTimeout(timer);
    timer = setTimeout(() => post({ type: 'deadline' }), milliseconds);
  }

  return {
    post,
    attach,
    crash,
    note,
    text: () => lines.join('\n'),
    snapshot: () => (wasm && !dead ? wasm.snapshot() : null),
    /** @param {Signaling} signaling */
    functions(signaling) {
      keep(signaling, 'close'); // or the other one would be told for ever that somebody is here
      return {
        settle,
        pause,
        follow,
        listen,
        attempt,
        construct,
        keep,
        setTimer,
        clearTimer: () => clearTimeout(timer),
        now: () => performance.now(),
        log,
        watch,
        signaling,
        view,
      };
    },
  };
}
