// @ts-check
// The record of a call as it may be given away (docs/replay.md). Whatever tells who called, from where, or how to get in is
// renamed: each text becomes the same placeholder wherever it stands, and what the call logic compares or measures stays so.
// So the record still replays, order for order. Strings that nothing here knows are renamed, too.
//
// Loaded only when it is wanted.

const LIMITS = { token: 64, url: 512, candidate: 1024, sdp: 48 * 1024 }; // bytes, as src/core/options.h has them

// What the strings in an event or order are, field by field. "-" is a number.
const FIELDS = new Map(
  Object.entries({
    RoomShown: 'room hash',
    JoinRequested: 'room person seat id hash',
    SignalingConnected: 'id',
    JoinAnswered: '- json',
    MessageReceived: 'word json',
    LegBroken: '- word',
    DescriptionCreated: '- - - sdp',
    LocalDescriptionSet: '- - - sdp',
    DescriptionFailed: '- - word',
    LocalCandidateFound: '- candidate word ufrag - -',
    ChannelReceived: '- json',
    SendJoin: '- json',
    SendMessage: 'word json',
    OpenLeg: '- servers',
    SetCreatedDescription: '- - - sdp',
    SetRemoteDescription: '- - - sdp',
    RestartIce: '- servers',
    AddCandidate: '- - candidate word ufrag - -',
    SendOnChannel: '- json',
  }),
);

// What the strings in a message are, by their key.
const KEYS = new Map(
  Object.entries({
    candidate: 'candidate',
    credential: 'credential',
    error: 'word',
    from: 'id',
    id: 'id',
    leg: 'leg',
    name: 'person',
    page: 'id',
    room: 'room',
    sdp: 'sdp',
    sdpMid: 'word',
    seat: 'seat',
    to: 'id',
    type: 'word',
    urls: 'url',
    username: 'username',
    usernameFragment: 'ufrag',
  }),
);

// The attributes of a description that hold nothing private. Of others only the letter stays.
const ATTRIBUTES = new Set(
  (
    'bundle-only end-of-candidates extmap extmap-allow-mixed fingerprint fmtp group ice-lite ice-options inactive maxptime ' +
    'max-message-size mid msid msid-semantic ptime recvonly rid rtcp-fb rtcp-mux rtcp-mux-only rtcp-rsize rtcp-xr rtpmap sctp-init ' +
    'sctp-port sctpmap sendonly sendrecv setup simulcast ssrc ssrc-group tls-id'
  ).split(' '),
);

const encoder = new TextEncoder();

/** @param {string} text */
function bytesOf(text) {
  return encoder.encode(text).length;
}

/** 32-bit FNV-1a, as docs/signaling.md wants it of a room's name. @param {string} text */
function hashOf(text) {
  let hash = 0x811c9dc5;
  for (const byte of encoder.encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

/** In the order of their UTF-8 bytes, which is that of their code points. @param {string} a @param {string} b */
function compare(a, b) {
  const [left, right] = [Array.from(a), Array.from(b)];
  const at = left.findIndex((character, index) => character !== right[index]);
  if (at < 0) return left.length - right.length;
  return at < right.length ? /** @type {number} */ (left[at].codePointAt(0)) - /** @type {number} */ (right[at].codePointAt(0)) : 1;
}

/** As the core writes strings, which knows no \b, \f and \t. @param {string} text */
function quote(text) {
  return JSON.stringify(text).replace(/\\(.)/g, (escape, letter) => {
    const code = { b: '\\u0008', f: '\\u000c', t: '\\u0009' }[/** @type {string} */ (letter)];
    return code ?? escape;
  });
}

function createNames() {
  /** @type {Map<string, Map<string, string>>} */
  const kinds = new Map();
  /** @type {Map<string, string>} the start of an id, by which legs are named */
  const starts = new Map();
  /** @type {Map<string, string>} */
  const hashes = new Map();
  /** @type {Set<string>} the page's own id */
  const own = new Set();

  /**
   * What is not allowed must stay so: too long a text, one with control characters, one with characters that are `odd`.
   * @param {string} placeholder
   * @param {string} original
   * @param {RegExp} [odd]
   */
  function shaped(placeholder, original, odd) {
    const length = bytesOf(original);
    const long = length > LIMITS.token ? placeholder.padEnd(Math.min(length, LIMITS.candidate + 1), 'x') : placeholder;
    if (/[\0-\x1f]/.test(original)) return `${long.slice(0, long.length - 1)}\x01`;
    return odd?.test(original) ? `${long}?` : long;
  }

  /**
   * @param {string} kind
   * @param {string} original
   * @param {(number: number) => string} [make]
   */
  function rename(kind, original, make = (number) => `${kind}-${number}`) {
    if (original === '') return '';
    const known = kinds.get(kind) ?? new Map();
    kinds.set(kind, known);
    if (!known.has(original)) known.set(original, make(known.size + 1));
    return /** @type {string} */ (known.get(original));
  }

  /** @param {string} original */
  function text(original) {
    return shaped(rename('text', original), original);
  }

  /** @param {string} original */
  function address(original) {
    if (/^(0\.0\.0\.0|127\.0\.0\.1|::1?)$/.test(original)) return original; // everybody's
    if (/^[\d.]*\.[\d.]*$/.test(original)) {
      return rename('IPv4', original, (n) => (n < 255 ? `192.0.2.${n}` : `198.18.${(n >> 8) & 255}.${n & 255}`));
    }
    if (/^[\da-f.]*:[\da-f:.]*$/i.test(original)) return rename('IPv6', original, (n) => `2001:db8::${n.toString(16)}`);
    if (/^[\da-f]{8}-([\da-f]{4}-){3}[\da-f]{12}\.local$/i.test(original)) {
      return rename('mDNS', original, (n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}.local`);
    }
    return rename('host', original, (n) => `host-${n}.invalid`);
  }

  /** @param {string} original */
  function ufrag(original) {
    return shaped(rename('ufrag', original, (n) => `ufrag${n}`), original);
  }

  /** @param {string} original */
  function id(original) {
    return shaped(rename('id', original), original);
  }

  /** @param {string} line */
  function candidate(line) {
    if (bytesOf(line) > LIMITS.candidate) return 'x'.repeat(LIMITS.candidate + 1);
    if (!/^(a=)?candidate:/.test(line)) return text(line);
    const [head, ...tokens] = line.split(' ');
    const [start, foundation] = head.split(/:(.*)/s);
    const renamed = tokens.map((token, index) => {
      if (index === 3 || tokens[index - 1] === 'raddr') return address(token);
      if (tokens[index - 1] === 'ufrag') return ufrag(token);
      return /^[\w-]{0,24}$/.test(token) ? token : 'x';
    });
    return [`${start}:${rename('foundation', foundation, String)}`, ...renamed].join(' ');
  }

  /** @param {string} line */
  function sdpLine(line) {
    if (line.startsWith('a=candidate:')) return candidate(line);
    if (line.startsWith('a=ice-ufrag:')) return `a=ice-ufrag:${ufrag(line.slice(12))}`;
    if (line.startsWith('a=ice-pwd:')) return `a=ice-pwd:${rename('password', line.slice(10))}`;
    if (line.startsWith('m=')) return line.replace(/[^\w=/. -]/g, '?');
    const [, what, net, where] = /^(c=|a=rtcp:\d+ )(IN IP[46] )(.*)$/s.exec(line) ?? [];
    if (what) return what + net + address(where);
    if (line.startsWith('o=')) {
      const [, session = '', version = '', , family, home = ''] = line.split(' ');
      return `o=- ${number(session)} ${number(version)} IN ${family === 'IP6' ? 'IP6' : 'IP4'} ${address(home)}`;
    }
    const [, attribute] = /^a=([\w-]+)/.exec(line) ?? [];
    return /^([vtb]=|s=-$|$)/.test(line) || (attribute && ATTRIBUTES.has(attribute)) ? line : `${line.slice(0, 2)}x`;
  }

  /** @param {string} original */
  function number(original) {
    return /^\d*$/.test(original) ? original : text(original);
  }

  /** @type {Record<string, (original: string) => string>} */
  const renamers = {
    text,
    id,
    ufrag,
    candidate,
    person(original) {
      // The core tells a name without control characters, cut between characters to 256 bytes at most: that is the same one.
      const clean = encoder.encode(original.replace(/[\0-\x1f\x7f-\x9f]/g, ''));
      return rename('person', new TextDecoder().decode(clean.slice(0, 253)), (n) => `Person ${n}`);
    },
    room: (original) => shaped(rename('room', original), original, /[^\w-]/),
    seat: (original) => rename('seat', original),
    username: (original) => shaped(rename('username', original), original),
    credential: (original) => shaped(rename('credential', original), original),
    leg(original) {
      const [start, number] = original.split(/-(?=\d{1,10}$)/);
      const known = number === undefined ? undefined : starts.get(start);
      return shaped(known ? `${known}-${number}` : rename('leg', original), original, /[^\w.-]/);
    },
    sdp(original) {
      if (bytesOf(original) > LIMITS.sdp) return 'x'.repeat(LIMITS.sdp + 1);
      return original.replace(/[^\n]+/g, (line) => (line.endsWith('\r') ? `${sdpLine(line.slice(0, -1))}\r` : sdpLine(line)));
    },
    url(original) {
      const [, scheme, host, rest] = /^((?:stun|turn)s?:)(\[[\w:]*\]|[\w.-]+)([\w:?=]*)$/.exec(original) ?? [];
      if (!scheme || original.length > LIMITS.url) return text(original);
      const bare = host.replace(/[[\]]/g, '');
      return scheme + (/[:.]/.test(bare) && !/[g-z]/i.test(bare) ? host.replace(bare, address(bare)) : host) + rest;
    },
    word: (original) => (/^\w{0,40}$/.test(original) ? original : text(original)),
    json(original) {
      try {
        JSON.parse(original);
      } catch {
        return ''; // the core makes as little of it
      }
      let key = '';
      return original.replace(/("(?:[^"\\]|\\.)*")(\s*:)?|-?\d[\d.eE+-]*/g, (token, string, colon) => {
        if (string === undefined) return key === 'room' ? hash(token) : token;
        const value = JSON.parse(string);
        if (colon !== undefined) key = value;
        const renamed = colon === undefined ? renamers[KEYS.get(key) ?? 'text'](value) : renamers.word(value);
        return (renamed === value ? string : quote(renamed)) + (colon ?? '');
      });
    },
  };

  /** @param {string} number */
  function hash(number) {
    if (!/^\d{1,10}$/.test(number) || Number(number) > 0xffffffff) return number; // none that the core would take
    return hashes.get(number) ?? rename('hash', number, String);
  }

  /**
   * @param {unknown} value
   * @param {string} kind
   * @returns {unknown}
   */
  function field(value, kind) {
    if (kind === 'servers') {
      return /** @type {[string[], string, string][]} */ (value).map(([urls, username, credential]) => [
        urls.map(renamers.url),
        renamers.username(username),
        renamers.credential(credential),
      ]);
    }
    if (kind === 'hash') return Number(hash(String(value)));
    if (Array.isArray(value)) return value.map((item) => field(item, 'text'));
    if (typeof value === 'string') return (renamers[kind] ?? text)(value);
    return typeof value === 'number' ? value : null;
  }

  /** @param {string} line @returns {string[]} the line, or nothing of one that the core has not written */
  function redactLine(line) {
    const [comment] = /^# (\d+ (first frame|iceConnectionState [a-z]+ leg \d+)$|[a-zA-Z :]*)/.exec(line) ?? [];
    if (comment) return [comment];
    const [, start, list] = /^(\d+ [<>] )(\[".*\])$/s.exec(line) ?? [];
    if (!list) return [];
    const [type, ...fields] = JSON.parse(list);
    const kindsOf = FIELDS.get(type)?.split(' ') ?? [];
    const hashAt = kindsOf.indexOf('hash');
    if (hashAt >= 0) hashes.set(String(fields[hashAt]), String(hashOf(renamers.room(fields[0]))));
    if (type === 'JoinRequested') own.add(fields[3]);
    fields.forEach((/** @type {unknown} */ value, /** @type {number} */ index) => (fields[index] = field(value, kindsOf[index])));
    return [start + JSON.stringify([type, ...fields])];
  }

  /** To be called when every line was seen once: names the ids so that their order stays. */
  function arrange() {
    const ids = [...(kinds.get('id')?.keys() ?? [])].sort(compare);
    kinds.set('id', new Map(ids.map((original, index) => [original, `id${String(index + 1).padStart(6, '0')}`])));
    // The own one last: where two begin alike, it decides.
    for (const original of [...ids, ...own]) starts.set(original.slice(0, 8), id(original).slice(0, 8));
  }

  return { redactLine, arrange };
}

/** @param {string} text the record as host.js keeps it */
export function redact(text) {
  const names = createNames();
  const lines = text.split('\n');
  lines.forEach(names.redactLine);
  names.arrange();
  return ['# duet record 1', `# ${globalThis.navigator?.userAgent}`, ...lines.flatMap(names.redactLine), ''].join('\n');
}

/**
 * Gives the person a file. Its name has the room's placeholder, too.
 * @param {string} text the record as host.js keeps it
 */
export function save(text) {
  const record = redact(text);
  const room = [...record.matchAll(/\["JoinRequested","([\w-]*)/g)].at(-1)?.[1] ?? '';
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([record], { type: 'text/plain' }));
  link.download = `duet-${room}-${new Date().toISOString().slice(0, 16).replace(/\D/g, '')}.log`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
