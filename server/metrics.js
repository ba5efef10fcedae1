// @ts-check
// Counts since the start, and gauges that are read when somebody asks. Labels come from fixed sets: nothing a client sends becomes one.

/** Every counter, the label it is split by, and what it counts. */
const COUNTERS = {
  joins: { label: '', help: 'Seats taken, resumed seats included.' },
  refused: { label: 'reason', help: 'Joins and connections that were refused.' },
  peeks: { label: 'outcome', help: 'Looks at a room without a seat: watching, or crowded, where too many look already.' },
  parked: { label: '', help: 'Offers kept for whoever comes.' },
  answers: { label: 'outcome', help: 'Joins that brought an answer: took a parked offer with it, or came with a stale one.' },
  relayed: { label: 'event', help: 'Messages handed to the other person of a room.' },
  dropped: { label: 'reason', help: 'Messages that went nowhere.' },
};

/** @typedef {keyof typeof COUNTERS} Counter */

export class Metrics {
  /** @param {Record<string, {help: string, read: () => number}>} gauges */
  constructor(gauges) {
    this.gauges = gauges;
    /** @type {Map<Counter, Map<string, number>>} */
    this.counts = new Map();
  }

  /**
   * @param {Counter} counter
   * @param {string} [value] of the counter's label
   */
  count(counter, value = '') {
    let values = this.counts.get(counter);
    if (!values) this.counts.set(counter, (values = new Map()));
    values.set(value, (values.get(value) ?? 0) + 1);
  }

  /** Plain numbers: `sockets`, `rooms`, `joins`, `refused.room_full`, `relayed.offer`, `dropped.not_joined`… */
  snapshot() {
    /** @type {Record<string, number>} */
    const all = {};
    for (const [name, gauge] of Object.entries(this.gauges)) all[name] = gauge.read();
    for (const [name, values] of this.counts) {
      for (const [value, count] of values) all[value ? `${name}.${value}` : name] = count;
    }
    return all;
  }

  /** The same in Prometheus' text format. */
  text() {
    const lines = [];
    for (const [name, { help, read }] of Object.entries(this.gauges)) {
      lines.push(`# HELP duet_${name} ${help}`, `# TYPE duet_${name} gauge`, `duet_${name} ${read()}`);
    }
    for (const [name, { label, help }] of Object.entries(COUNTERS)) {
      lines.push(`# HELP duet_${name}_total ${help}`, `# TYPE duet_${name}_total counter`);
      const values = this.counts.get(/** @type {Counter} */ (name)) ?? new Map();
      if (!label) lines.push(`duet_${name}_total ${values.get('') ?? 0}`);
      else for (const [value, count] of values) lines.push(`duet_${name}_total{${label}="${value}"} ${count}`);
    }
    return lines.join('\n') + '\n';
  }
}
