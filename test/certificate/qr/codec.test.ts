import { randomBytes } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import { deflateSync } from 'fflate';
import {
  decodeQr,
  encodeQr,
  QrTooLarge,
  QrUnfit,
  type Unreadable,
} from '../../../src/certificate/qr/codec.ts';
import { FormsInvalid, toForms } from '../../../src/certificate/qr/form.ts';
import { readForms, readStoredForms } from '../../../src/certificate/qr/forms.ts';
import {
  aSeriesOfSamples,
  hardSamples,
  jwtWith,
  mulberry32,
  SAMPLE_ISSUER,
} from '../../bench/certificates.ts';

const FORMS = readForms();
const SIGNATURE = new Uint8Array(64).fill(0x5a);
const JWT = jwtWith(sampleOf(5), SIGNATURE);
const URL_TEXT = encodeQr(JWT, FORMS, SAMPLE_ISSUER);
const FRAGMENT = URL_TEXT.split('#')[1] ?? '';
const NET = FORMS.filter(form => form.id === '00');
const NET_FRAGMENT = encodeQr(JWT, NET, SAMPLE_ISSUER).split('#')[1] ?? '';

test('500 random certificates come back bit for bit, in form 01', t => {
  for (const sample of aSeriesOfSamples(500, 21)) {
    const jwt = jwtWith(sample, randomBytes(64));

    t.deepEqual(decode(encodeQr(jwt, FORMS, SAMPLE_ISSUER)), { ok: true, jwt, form: '01' });
  }
});

for (const [name, sample] of hardSamples()) {
  test(`${name} come back bit for bit`, t => {
    const jwt = jwtWith(sample, randomBytes(64));

    const decoded = decode(encodeQr(jwt, FORMS, SAMPLE_ISSUER));

    t.true(decoded.ok && decoded.jwt === jwt);
  });
}

test('any text in any field comes back bit for bit', t => {
  const sample = sampleOf(8);
  const anyText = fc.string({ unit: 'binary', maxLength: 60 });
  fc.assert(
    fc.property(anyText, anyText, anyText, (name, specialty, reviewBody) => {
      const parts = { ...sample.parts, claims: { ...sample.parts.claims, name, specialty, reviewBody } };
      const jwt = jwtWith({ ...sample, parts }, SIGNATURE);
      const decoded = decode(encodeQr(jwt, FORMS, SAMPLE_ISSUER));
      return decoded.ok && decoded.jwt === jwt;
    }),
  );
  t.pass();
});

test('a certificate with a printed name uses form 02, so that no name swallows the next member', t => {
  const sample = hardSamples().get('characters of extension B');
  if (sample === undefined) throw new RangeError('expected the sample');

  const decoded = decode(encodeQr(jwtWith(sample, SIGNATURE), FORMS, SAMPLE_ISSUER));

  t.true(decoded.ok && decoded.form === '02');
});

test('any other JWT of 64 signature bytes is carried by form 00', t => {
  const jwt = [{ alg: 'ES256' }, { iss: 'did:web:other.example.test', text: '其他 «name»' }]
    .map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .concat(Buffer.from(SIGNATURE).toString('base64url'))
    .join('.');

  const url = encodeQr(jwt, FORMS, SAMPLE_ISSUER);

  t.deepEqual(decode(url), { ok: true, jwt, form: '00' });
});

const READABLE: readonly (readonly [string, string])[] = [
  ['the whole URL', URL_TEXT],
  ['the fragment', FRAGMENT],
  ['the fragment with #', `#${FRAGMENT}`],
  ['parameters that a messenger appended', `${URL_TEXT}&x=1`],
  ['a sentence after the link', `${URL_TEXT} 请查验`],
  ['query parameters before #', URL_TEXT.replace('#', '?from=chat&v=2#')],
  ['the host in capitals', URL_TEXT.replace('https://zc.example', 'HTTPS://ZC.EXAMPLE')],
  ['blanks around it', `\n ${URL_TEXT} \n`],
];

for (const [name, text] of READABLE) {
  test(`a code is read as ${name}`, t => {
    t.deepEqual(decode(text), { ok: true, jwt: JWT, form: '01' });
  });
}

const UNREADABLE: readonly (readonly [string, string, Unreadable])[] = [
  ['nothing', '', 'not-a-code'],
  ['blanks', ' \n', 'not-a-code'],
  ['a JWT', JWT, 'not-a-code'],
  ['another page of the host', URL_TEXT.replace('/v#', '/w#'), 'not-a-code'],
  ['the page without a fragment', 'https://zc.example.test/v', 'not-a-code'],
  ['the digits in the path', `https://zc.example.test/v/${FRAGMENT}`, 'not-a-code'],
  ['a script address', `javascript:alert(1)#${FRAGMENT}`, 'not-a-code'],
  [
    'full-width digits',
    FRAGMENT.replace(/\d/g, digit => String.fromCharCode(0xff10 + Number(digit))),
    'not-a-code',
  ],
  ['a leading zero', `010${FRAGMENT.slice(2)}`, 'not-a-code'],
  ['another host', URL_TEXT.replace('zc.example.test', 'zc.example.invalid'), 'foreign-host'],
  [
    'our host as a user name',
    URL_TEXT.replace('zc.example.test', 'zc.example.test@evil.test'),
    'foreign-host',
  ],
  ['our host as a prefix', URL_TEXT.replace('zc.example.test', 'zc.example.test.evil.test'), 'foreign-host'],
  ['another port', URL_TEXT.replace('zc.example.test', 'zc.example.test:8443'), 'foreign-host'],
  ['no encryption', URL_TEXT.replace('https', 'http'), 'foreign-host'],
  ['2,001 digits', `01${'9'.repeat(2001)}`, 'too-long'],
  ['a megabyte of digits', `01${'9'.repeat(1_000_000)}`, 'too-long'],
  ['2,000 digits of nothing', `01${'9'.repeat(2000)}`, 'cannot-be-read'],
  ['an unknown form', `99${FRAGMENT.slice(2)}`, 'unknown-form'],
  ['the number of another form', `02${FRAGMENT.slice(2)}`, 'cannot-be-read'],
  ['the last digits cut off', FRAGMENT.slice(0, -9), 'cannot-be-read'],
  ['the first digits cut off', `01${FRAGMENT.slice(12).replace(/^0+/, '')}`, 'cannot-be-read'],
  ['a single digit', '011', 'cannot-be-read'],
  ['a form without values', '001', 'cannot-be-read'],
];

for (const [name, text, reason] of UNREADABLE) {
  test(`a text with ${name} cannot be read: ${reason}`, t => {
    t.deepEqual(decode(text), { ok: false, reason });
  });
}

test('no text whatever makes the decoder throw', t => {
  const start = fc.constantFrom('', '00', '01', '02', '#01', 'https://zc.example.test/v#01', URL_TEXT);
  const digits = fc.bigInt({ min: 0n, max: 10n ** 600n }).map(String);
  const tail = fc.oneof(fc.string({ unit: 'binary' }), digits);

  fc.assert(
    fc.property(start, tail, (head, rest) => {
      t.is(typeof decode(head + rest).ok, 'boolean');
    }),
    { numRuns: 3000 },
  );
});

// In forms 01 and 02 this is arithmetic: equal holes and signature need a difference d·10^k that 11 divides (idCheck).
for (const [name, fragment] of [
  ['01', FRAGMENT],
  ['00', NET_FRAGMENT],
] as const) {
  test(`a changed digit of form ${name} never gives the same JWT`, t => {
    for (let place = 0; place < fragment.length; place++) {
      for (const digit of '0123456789') {
        if (fragment[place] === digit) continue;
        const decoded = decode(fragment.slice(0, place) + digit + fragment.slice(place + 1));
        if (decoded.ok && decoded.jwt === JWT) t.fail(`place ${place} with ${digit}`);
      }
    }
    t.pass();
  });
}

test('a byte between the text values and the signature is refused', t => {
  const bytes = bytesOf(BigInt(NET_FRAGMENT.slice(2)));
  const longer = [...bytes.slice(0, -64), 0, ...bytes.slice(-64)];

  t.deepEqual(decode(`00${numberOf(longer)}`), { ok: false, reason: 'cannot-be-read' });
});

test('a first block that is not the last one is refused', t => {
  const [first = 0, ...rest] = bytesOf(BigInt(NET_FRAGMENT.slice(2)));

  t.deepEqual(decode(`00${numberOf([first - 1, ...rest])}`), { ok: false, reason: 'cannot-be-read' });
});

test('text values that are not UTF-8 are refused', t => {
  const deflated = deflateSync(Uint8Array.of(0x7b, 0x7d, 0x2e, 0x7b, 0xff, 0x7d));

  t.deepEqual(decode(`00${numberOf([...deflated, ...SIGNATURE])}`), { ok: false, reason: 'cannot-be-read' });
});

test('one text value too many is refused', t => {
  const deflated = deflateSync(Buffer.from('{}.{\n}'));

  t.deepEqual(decode(`00${numberOf([...deflated, ...SIGNATURE])}`), { ok: false, reason: 'cannot-be-read' });
});

for (const form of ['00', '01']) {
  test(`a deflate bomb in form ${form} costs next to nothing`, t => {
    const bomb = deflateSync(new Uint8Array(700_000).fill(0x7a), { level: 9 });
    const digits = numberOf([...bomb.slice(0, 740), ...SIGNATURE]) * (form === '01' ? 3n : 1n);
    t.true(bomb.length < 740 && String(digits).length <= 2000, 'the bomb fits a code');
    const before = process.memoryUsage();
    const start = performance.now();

    for (let turn = 0; turn < 50; turn++) t.false(decode(form + String(digits)).ok);

    const milliseconds = (performance.now() - start) / 50;
    t.true(milliseconds < 1000, `${milliseconds} ms`);
    t.true(process.memoryUsage().rss - before.rss < 64 * 2 ** 20);
  });
}

test('a credential beyond 2,000 digits is refused at issue', t => {
  const random = mulberry32(4);
  const noise = Array.from({ length: 600 }, () =>
    String.fromCodePoint(0x4e00 + Math.floor(random() * 20_000)),
  );
  const sample = sampleOf(9);
  const claims = { ...sample.parts.claims, reviewBody: noise.join('') };
  const jwt = jwtWith({ ...sample, parts: { ...sample.parts, claims } }, SIGNATURE);

  const error = t.throws(() => encodeQr(jwt, FORMS, SAMPLE_ISSUER), { instanceOf: QrTooLarge });

  t.is(error?.code, 'QR_TOO_LARGE');
});

const UNFIT: readonly (readonly [string, string])[] = [
  ['no JWT', 'hello'],
  ['two parts', JWT.split('.').slice(0, 2).join('.')],
  ['four parts', `${JWT}.e30`],
  ['a signature of 63 bytes', jwtWith(sampleOf(5), SIGNATURE.slice(1))],
  ['letters outside base64url', JWT.replace('.', '.!')],
  ['padding', `${JWT}==`],
  ['unused bits set', JWT.replace(/.$/, 'h')],
  ['a line feed in the JSON', jwtOf('{"alg":\n"ES256"}', '{}')],
  ['a header that is no object', jwtOf('1', '2')],
  [
    'bytes that are no UTF-8',
    `${Buffer.from([0x7b, 0xff, 0x7d]).toString('base64url')}.e30.${JWT.split('.')[2]}`,
  ],
];

for (const [name, jwt] of UNFIT) {
  test(`what has ${name} is refused at issue, because it would not come back`, t => {
    const error = t.throws(() => encodeQr(jwt, FORMS, SAMPLE_ISSUER), { instanceOf: QrUnfit });

    t.is(error?.code, 'QR_UNREADABLE');
  });
}

test('forms that do not fit their own holes are refused', t => {
  const { forms, dictionaries } = readStoredForms();
  const [first, ...others] = forms;
  if (first === undefined) throw new RangeError('expected a form');
  const broken = [
    { forms: [first, first], dictionaries },
    { forms: [{ ...first, dictionary: 'absent.txt' }], dictionaries },
    { forms: [{ ...first, holes: first.holes.slice(1) }], dictionaries },
    { forms: [{ ...first, id: '1' }], dictionaries },
    { forms: others, dictionaries: { ...dictionaries, 'dictionary-1.txt': '词'.repeat(11_000) } },
  ];

  for (const stored of broken)
    t.is(t.throws(() => toForms(stored), { instanceOf: FormsInvalid })?.code, 'TRUST_INVALID');
});

function decode(text: string): ReturnType<typeof decodeQr> {
  return decodeQr(text, FORMS, SAMPLE_ISSUER);
}

function sampleOf(seed: number): ReturnType<typeof aSeriesOfSamples>[number] {
  const [sample] = aSeriesOfSamples(1, seed);
  if (sample === undefined) throw new RangeError('expected a sample');
  return sample;
}

function jwtOf(header: string, payload: string): string {
  return [header, payload, SIGNATURE].map(part => Buffer.from(part).toString('base64url')).join('.');
}

function numberOf(bytes: readonly number[]): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

function bytesOf(value: bigint): number[] {
  const hex = value.toString(16);
  return [...Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')];
}
