// @ts-check
// Whether the process is too busy for new calls. Those that run matter more than one that could start a moment later.

const EVERY_MS = 250;
const LATE_MS = 200;
const IN_A_ROW = 4; // a garbage collection or a frozen laptop is one late tick; a flood is many

/**
 * @param {number} [everyMs]
 * @param {number} [lateMs]
 * @returns {{busy: () => boolean, stop: () => void}}
 */
export function watchLoad(everyMs = EVERY_MS, lateMs = LATE_MS) {
  let late = 0;
  let due = performance.now() + everyMs;
  const timer = setInterval(() => {
    const now = performance.now();
    late = now - due > lateMs ? late + 1 : 0;
    due = now + everyMs;
  }, everyMs);
  timer.unref();
  return { busy: () => late >= IN_A_ROW, stop: () => clearInterval(timer) };
}
