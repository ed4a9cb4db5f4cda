import fc from 'fast-check';
import test from 'ava';
import { fromBase64url, fromUtf8, toBase64url } from '../../src/shared/bytes.ts';

test('bytes come back from their base64url, and the text is the one everybody writes', t => {
  t.notThrows(() =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        const text = toBase64url(bytes);
        return (
          text === Buffer.from(bytes).toString('base64url') &&
          Buffer.from(bytes).equals(fromBase64url(text) ?? new Uint8Array(1))
        );
      }),
    ),
  );
});

test('every text that is read at all is the one spelling of its bytes', t => {
  t.notThrows(() =>
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9_-]{0,12}$/), text => {
        const bytes = fromBase64url(text);
        return bytes === undefined || toBase64url(bytes) === text;
      }),
    ),
  );
});

for (const text of [
  'A',
  'AB',
  'AAB',
  'AA==',
  'AA=',
  'A A',
  'AA\n',
  '+/8',
  'ＡＡ',
  'AAAAA',
  '%20',
  'AA.',
  '\u0000\u0000',
]) {
  test(`${JSON.stringify(text)} is no canonical base64url`, t => {
    t.is(fromBase64url(text), undefined);
  });
}

const NOT_UTF8 = {
  'a lone surrogate': [0xed, 0xa0, 0x80],
  'an over-long slash': [0xc0, 0xaf],
  'a cut character': [0xe6, 0xb2],
  'a lone tail': [0x80],
  'beyond Unicode': [0xf4, 0x90, 0x80, 0x80],
};
for (const [name, bytes] of Object.entries(NOT_UTF8)) {
  test(`${name} is no UTF-8`, t => {
    t.is(fromUtf8(Uint8Array.from(bytes)), undefined);
  });
}

test('a byte order mark is kept, so that it is seen', t => {
  t.is(fromUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61)), '\ufeffa');
});
