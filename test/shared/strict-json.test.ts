import fc from 'fast-check';
import test from 'ava';
import { parseStrictJson } from '../../src/shared/strict-json.ts';

const REFUSED: Readonly<Record<string, string>> = {
  'two equal names': '{"a":1,"a":2}',
  'two equal names, one escaped': '{"a":1,"\\u0061":2}',
  'two equal names further in': '{"a":[{"b":1,"c":{"d":1,"d":1}}]}',
  'two equal names with blanks before the colon': '{"a" :1,"a"\t\n:2}',
  __proto__: '{"__proto__":{}}',
  '__proto__, escaped': '{"\\u005f_proto__":{}}',
  'nine levels': '[[[[[[[[[1]]]]]]]]]',
  'half a pair, escaped': '"\\ud800"',
  'the other half, escaped': '{"a":"\\udc00x"}',
  'halves in the wrong order': '"\\udc00\\ud800"',
  'half a pair in a name': '{"\\ud83d":1}',
  'half a pair as it is': '"\ud800"',
  'a trailing comma': '[1,]',
  'two values': '1 2',
  'a byte order mark': '\ufeff{}',
  'single quotes': "{'a':1}",
  NaN: 'NaN',
  nothing: '',
};
for (const [name, text] of Object.entries(REFUSED)) {
  test(`JSON with ${name} is refused`, t => {
    t.is(parseStrictJson(text), undefined);
  });
}

const TAKEN = [
  '{"a":"a","b":"a"}',
  '[{"a":1},{"a":2}]',
  '{"a":{"a":{"a":1}}}',
  '["a:","\\"a\\":"]',
  '"\\ud83d\\ude00"',
  '"\\\\ud800"',
  '"😀"',
  '[[[[[[[[1]]]]]]]]',
  '{"":1}',
  ' null ',
  '{"constructor":1}',
];
for (const text of TAKEN) {
  test(`${text} is taken as JSON.parse takes it`, t => {
    t.deepEqual(parseStrictJson(text), JSON.parse(text));
  });
}

test('whatever JSON.stringify writes of well-formed text at most eight levels deep is taken', t => {
  const value = fc.jsonValue({ maxDepth: 6, noUnicodeString: false });

  t.notThrows(() =>
    fc.assert(
      fc.property(value, one => {
        const text = JSON.stringify(one);
        return text.includes('__proto__') || JSON.stringify(parseStrictJson(text)) === text;
      }),
    ),
  );
});

test('random text never throws', t => {
  t.notThrows(() =>
    fc.assert(fc.property(fc.string({ unit: 'binary' }), text => [parseStrictJson(text)].length === 1)),
  );
});

test('a deep or long text is judged at once', t => {
  const began = performance.now();
  for (const text of [
    '['.repeat(200_000),
    `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
    `"${'\\\\'.repeat(200_000)}"`,
    `{${' '.repeat(500_000)}}`,
    `["a"${' '.repeat(300_000)}]`,
    `[${'"a",'.repeat(500_000)}"a"]`,
    `["${'\\\\"'.repeat(300_000)}"]`.replaceAll('\\\\"', '\\"'),
  ])
    parseStrictJson(text);

  t.true(performance.now() - began < 10_000);
});
