// What the conformance scripts read in, and do to, a session description.

const split = (sdp) => {
  const [session, ...sections] = sdp.split(/^(?=m=)/m);
  return { session, sections };
};
const join = ({ session, sections }) => session + sections.join('');
const midOf = (section) => section.match(/^a=mid:(.*?)\r?$/m)?.[1];
const isRejected = (section) => /^m=\S+ 0 /.test(section) && !/^a=bundle-only/m.test(section);

function removeFromGroup(session, mid) {
  return session.replace(/^(a=group:BUNDLE)(.*?)(\r?)$/m, (line, group, mids, end) => {
    const left = mids.split(' ').filter((other) => other && other !== mid);
    return [group, ...left].join(' ') + end;
  });
}

export const mids = (sdp) => split(sdp).sections.map(midOf);
export const ufrag = (sdp) => sdp.match(/^a=ice-ufrag:(.*?)\r?$/m)?.[1];
export const session = (sdp) => sdp.match(/^o=\S+ (\S+)/m)?.[1];
export const fingerprint = (sdp) => sdp.match(/^a=fingerprint:(.*?)\r?$/m)?.[1];

export const candidates = (sdp) => (/^a=candidate:/m.test(sdp) ? 'some' : 'none');

// `audio:sendrecv video:rejected application`
export function lines(sdp) {
  return split(sdp)
    .sections.map((section) => {
      const kind = section.match(/^m=(\w+)/)[1];
      if (isRejected(section)) return `${kind}:rejected`;
      if (kind === 'application') return kind;
      return `${kind}:${section.match(/^a=(sendrecv|sendonly|recvonly|inactive)/m)?.[1] ?? 'sendrecv'}`;
    })
    .join(' ');
}

const edits = {
  garbage: () => 'nonsense',
  empty: ({ session }) => session.replace(/^a=group:.*\r\n/m, ''),
  drop({ session, sections }, index) {
    const mid = midOf(sections[index]);
    return join({ session: removeFromGroup(session, mid), sections: sections.toSpliced(Number(index), 1) });
  },
  swap({ session, sections }, a, b) {
    [sections[a], sections[b]] = [sections[b], sections[a]];
    return join({ session, sections });
  },
  reject({ session, sections }, index) {
    const mid = midOf(sections[index]);
    sections[index] = sections[index]
      .replace(/^(m=\S+) \d+/, '$1 0')
      .replace(/^a=(sendrecv|sendonly|recvonly)/m, 'a=inactive')
      .replace(/^a=bundle-only\r\n/m, '');
    return join({ session: removeFromGroup(session, mid), sections });
  },
  direction({ session, sections }, index, direction) {
    sections[index] = sections[index].replace(/^a=(sendrecv|sendonly|recvonly|inactive)/m, `a=${direction}`);
    return join({ session, sections });
  },
  mid({ session, sections }, index, to) {
    const mid = midOf(sections[index]);
    const renamed = session.replace(/^a=group:BUNDLE.*$/m, (group) => group.replace(new RegExp(`(?<= )${mid}(?=[ \r]|$)`), to));
    sections[index] = sections[index].replace(/^a=mid:.*?(\r?)$/m, `a=mid:${to}$1`);
    return join({ session: renamed, sections });
  },
  ufrag: (parts) =>
    join(parts)
      .replace(/^a=ice-ufrag:.*?(\r?)$/gm, 'a=ice-ufrag:elsewhere$1')
      .replace(/^a=ice-pwd:.*?(\r?)$/gm, 'a=ice-pwd:abcdefghijklmnopqrstuvwx$1'),
  fingerprint: (parts) =>
    join(parts).replace(/^(a=fingerprint:\S+ )(\w)/gm, (line, start, digit) => start + (digit === '0' ? '1' : '0')),
};

export function edit({ type, sdp }, kind, ...args) {
  if (kind === 'type') return { type: args[0], sdp };
  return { type, sdp: edits[kind](split(sdp), ...args) };
}
