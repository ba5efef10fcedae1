// Reads the conformance scripts; README.md says what they may contain. tests/model/script.cc reads the same files.

const WHO = ['spec', 'chromium', 'firefox'];

// `a | chromium b` -> { spec: 'a', chromium: 'b', firefox: 'a' }: what each of them is expected to do.
function expectations(text) {
  const [first, ...others] = text.split(' | ').map((part) => part.trim());
  const expected = Object.fromEntries(WHO.map((who) => [who, first]));
  for (const other of others) {
    const [who] = other.split(' ', 1);
    if (!WHO.includes(who)) throw new Error(`nobody is called ${who}`);
    expected[who] = other.slice(who.length).trim();
  }
  return expected;
}

// A line says what to do, `words [> name] [& handle] [=> outcome]`, or what to see, `words = value`.
function parseLine(text) {
  const [seen, value] = text.split(/ = (.*)/);
  if (value !== undefined) return { kind: 'see', words: seen.split(/ +/), expected: expectations(value) };
  const [done, outcome = 'ok'] = text.split(/ => (.*)/);
  const [, command, name = '', handle = ''] = done.match(/^(.*?)(?: > (\w+))?(?: & (\w+))?$/);
  return { kind: 'do', words: command.split(/ +/), name, handle, expected: expectations(outcome) };
}

// A list of { title, steps: [{ line, text, kind, words, … }] }.
export function parseScripts(text) {
  const scripts = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.replace(/(^|\s)#.*/, '').trim();
    if (!line) continue;
    if (line.startsWith('== ')) {
      scripts.push({ title: line.slice(3), steps: [] });
    } else {
      scripts.at(-1).steps.push({ line: index + 1, text: line, ...parseLine(line) });
    }
  }
  return scripts;
}
