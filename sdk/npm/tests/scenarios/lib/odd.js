/** Browsers that are odd: with a wrong clock, or without what others have. Before any other script. */

/**
 * @typedef {object} Oddity
 * @property {number} [ahead] milliseconds by which the clock on the wall is wrong
 * @property {("BroadcastChannel" | "locks" | "sessionStorage")[]} [without] what is missing, or throws
 *
 * @typedef {object} Clock what a test does to the clocks of a page or worker
 * @property {(millis: number) => void} set turns the clock on the wall
 * @property {(millis: number, options?: { counted?: boolean }) => void} sleep as if the device had
 *   slept, and was awake again; `counted`: its monotonic clock goes on meanwhile, as on Windows
 */

/**
 * Makes this page or worker odd. Sent there as text, so that everything it needs is inside.
 * @param {Oddity} oddity
 */
export function makeOdd({ ahead = 0, without = [] }) {
  let slept = 0;
  const RealDate = Date;
  const wall = () => RealDate.now() + ahead;
  globalThis.Date = new Proxy(RealDate, {
    apply: () => new RealDate(wall()).toString(),
    construct: (_, args, target) =>
      Reflect.construct(RealDate, args.length ? args : [wall()], target),
    get: (target, name) => (name === "now" ? wall : Reflect.get(target, name)),
  });
  const real = performance.now.bind(performance);
  performance.now = () => real() + slept;

  // A timer is due when the monotonic clock says so, and after a sleep at once.
  const { setTimeout, clearTimeout } = globalThis;
  /** @type {Map<number, { at: number, run: () => void, id: any }>} */
  const timers = new Map();
  let count = 0;
  /** @param {(...args: unknown[]) => void} listener @param {number} [millis] @param {unknown[]} args */
  const later = (listener, millis = 0, ...args) => {
    const number = (count += 1);
    const run = () => {
      timers.delete(number);
      listener(...args);
    };
    timers.set(number, { at: performance.now() + millis, run, id: setTimeout(run, millis) });
    return number;
  };
  const never = (/** @type {number} */ number) => {
    clearTimeout(timers.get(number)?.id);
    timers.delete(number);
  };
  Object.assign(globalThis, { setTimeout: later, clearTimeout: never });

  /** @type {Clock} */
  const clock = {
    set: (millis) => void (ahead += millis),
    sleep(millis, { counted = false } = {}) {
      ahead += millis;
      if (!counted) return;
      slept += millis;
      for (const timer of timers.values()) {
        clearTimeout(timer.id);
        timer.id = setTimeout(timer.run, Math.max(0, timer.at - performance.now()));
      }
    },
  };
  Object.assign(globalThis, { clock });

  if (without.includes("BroadcastChannel")) Reflect.deleteProperty(globalThis, "BroadcastChannel");
  if (without.includes("locks")) {
    Object.defineProperty(navigator, "locks", { value: undefined });
  }
  if (without.includes("sessionStorage")) {
    Object.defineProperty(globalThis, "sessionStorage", {
      get() {
        throw new DOMException("Access is denied for this document.", "SecurityError");
      },
    });
  }
}

/** As files of a site, for what has to be odd in a worker; `address` says how. */
export const ODD_WORKER = {
  "odd.js": `(${makeOdd})(JSON.parse(decodeURIComponent(location.search.slice(1))));\n`,
  "odd-worker.js": `import "/odd.js";\nimport "/sdk/worker.js";\n`,
};

/** Where the worker is that is odd in this way. @param {Oddity} oddity */
export const oddWorker = (oddity) => `/odd-worker.js?${encodeURIComponent(JSON.stringify(oddity))}`;
