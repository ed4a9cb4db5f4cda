import { readFileSync } from 'node:fs';
import test from 'ava';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import { encodeQr, QrTooLarge } from '../../../src/certificate/qr/codec.ts';
import { readForms } from '../../../src/certificate/qr/forms.ts';
import { type QrSymbol, qrSymbol } from '../../../src/certificate/qr/symbol.ts';
import { projectFile } from '../../../src/shared/project.ts';
import { aSeriesOfSamples, hardSamples, jwtWith, SAMPLE_ISSUER } from '../../bench/certificates.ts';

const FORMS = readForms();
prepareZXingModule({
  overrides: {
    wasmBinary: Uint8Array.from(
      readFileSync(projectFile('node_modules/zxing-wasm/dist/reader/zxing_reader.wasm')),
    ).buffer,
  },
});
const SIGNATURE = new Uint8Array(64).fill(0xa5);

test('the symbol of a certificate is read back as the same text', async t => {
  const [sample] = aSeriesOfSamples(1, 12);
  if (sample === undefined) throw new RangeError('expected a sample');
  const url = encodeQr(jwtWith(sample, SIGNATURE), FORMS, SAMPLE_ISSUER);

  const found = await readBarcodes(toImage(qrSymbol(url)), { formats: ['QRCode'] });

  t.deepEqual(
    found.map(code => code.text),
    [url],
  );
});

test('forty certificates fit version 12 at level Q, and half of them version 11', t => {
  const versions = aSeriesOfSamples(40, 31)
    .map(sample => qrSymbol(encodeQr(jwtWith(sample, SIGNATURE), FORMS, SAMPLE_ISSUER)).version)
    .sort((one, other) => one - other);

  t.true((versions[20] ?? 99) <= 11);
  t.true((versions.at(-1) ?? 99) <= 12);
});

for (const [name, sample] of hardSamples()) {
  test(`${name}: the symbol can be printed`, t => {
    const url = encodeQr(jwtWith(sample, SIGNATURE), FORMS, SAMPLE_ISSUER);

    const { version, size, level, modules } = qrSymbol(url);

    const net = url.includes('#00');
    t.true(version <= (net ? 15 : 13), `version ${version}`);
    t.is(size, 17 + 4 * version);
    t.is(level, 'Q');
    t.deepEqual([...new Set(modules.map(row => row.length))], [size]);
  });
}

test('the digits travel as digits: the symbol has less than half the bits that bytes would need', t => {
  const digits = '7'.repeat(340);

  const { version } = qrSymbol(`https://zc.example.test/v#01${digits}`);

  // 366 bytes at level Q need version 17
  t.true(version <= 12);
});

test('a text beyond version 20 is refused', t => {
  const error = t.throws(() => qrSymbol(`https://zc.example.test/v#00${'7'.repeat(1200)}`), {
    instanceOf: QrTooLarge,
  });

  t.is(error?.code, 'QR_TOO_LARGE');
});

test('a text that is no code of ours is a programming mistake', t => {
  t.throws(() => qrSymbol('hello'), { instanceOf: TypeError });
  t.throws(() => qrSymbol('https://zc.example.test/v#01a'), { instanceOf: TypeError });
});

function toImage(symbol: QrSymbol): {
  data: Uint8ClampedArray<ArrayBuffer>;
  width: number;
  height: number;
  colorSpace: 'srgb';
} {
  const scale = 4;
  const width = (symbol.size + 8) * scale;
  const data = new Uint8ClampedArray(width * width * 4).fill(255);
  for (let y = 0; y < width; y++) {
    for (let x = 0; x < width; x++) {
      const dark = symbol.modules[Math.floor(y / scale) - 4]?.[Math.floor(x / scale) - 4] ?? false;
      if (dark) data.fill(0, (y * width + x) * 4, (y * width + x) * 4 + 3);
    }
  }
  return { data, width, height: width, colorSpace: 'srgb' };
}
