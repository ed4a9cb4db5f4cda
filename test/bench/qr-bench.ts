/**
 * What the QR format costs, beside the floor and beside what others print, from the same certificates.
 * Run alone: node dist/test/bench/qr-bench.js
 *
 * The certificates are generated (certificates.ts): series, titles and most specialties are words of the dictionary, as they
 * would be in production; brands of organisations, one specialty in eight and all rare words are not.
 */
import { generateKeyPairSync, randomBytes, sign as signWith } from 'node:crypto';
import { argv } from 'node:process';
import { pathToFileURL } from 'node:url';
import { createVerifiableCredentialJwt } from 'did-jwt-vc';
import QRCode, { type QRCodeSegment } from 'qrcode';
import { credentialFor } from '../../src/certificate/credential.ts';
import { decodeQr, encodeQr } from '../../src/certificate/qr/codec.ts';
import { type QrForm, toForms } from '../../src/certificate/qr/form.ts';
import { readStoredForms } from '../../src/certificate/qr/forms.ts';
import { qrSymbol } from '../../src/certificate/qr/symbol.ts';
import { aSeriesOfSamples, hardSamples, jwtWith, type Sample, SAMPLE_ISSUER } from './certificates.ts';
import { OFFICIAL_WORDS } from './official.ts';
import { RIVALS, type SignBytes } from './rivals.ts';

/** One line of the table; `holds` is absent where nothing is demanded. */
export interface BenchRow {
  readonly what: string;
  readonly measured: string;
  readonly demand: string;
  readonly holds?: boolean;
}

const SEED = 20_210_730;
/** Certificates whose sizes are compared, each really signed. */
const COMPARED = 60;
const ROUND_TRIPS = 10_000;
/** Two digits of the form's number, which the symbol carries too. */
const FORM_DIGITS = 2;
/** ISO/IEC 18004: there is no larger version. */
const LARGEST = 40;

/** Prints the figures of the QR format as a table, and gives them back. Takes about half a minute. */
export async function qrBench(): Promise<readonly BenchRow[]> {
  const forms = toForms(readStoredForms());
  const samples = aSeriesOfSamples(COMPARED, SEED);
  const signer = aSigner();
  const jwts = await signedBy(signer, samples);
  const rows = [
    ...sizeRows(jwts, samples, forms),
    ...hardRows(forms),
    ...roundTripRows(forms),
    ...rivalRows(jwts, samples, signer),
  ];
  print(rows);
  return rows;
}

function sizeRows(jwts: readonly string[], samples: readonly Sample[], forms: readonly QrForm[]): BenchRow[] {
  const urls = jwts.map(jwt => encodeQr(jwt, forms, SAMPLE_ISSUER));
  const size = mean(urls.map(payloadBytes));
  const poorer = mean(jwts.map(jwt => payloadBytes(encodeQr(jwt, withoutOfficialWords(), SAMPLE_ISSUER))));
  const net = forms.filter(form => form.id === '00');
  const netSize = mean(jwts.map(jwt => payloadBytes(encodeQr(jwt, net, SAMPLE_ISSUER))));
  // 64 signature bytes cannot be compressed; the rest is what the generator's choices tell
  const floor = mean(samples.map(sample => 64 + sample.bits / 8));
  const versions = urls.map(url => qrSymbol(url).version);
  return [
    atMost('mean payload', size, { limit: 145, unit: 'B' }),
    atMost('mean payload, official words not in the dictionary', poorer, { limit: 165, unit: 'B' }),
    { what: 'floor: signature and self-information', measured: `${floor.toFixed(1)} B`, demand: '' },
    atMost('ratio to the floor', size / floor, { limit: 1.85, unit: '×' }),
    atMost('version at level Q, median', median(versions), { limit: 11, unit: '' }),
    atMost('version at level Q, largest', Math.max(...versions), { limit: 12, unit: '' }),
    atMost('form 00, mean payload', netSize, { limit: 220, unit: 'B' }),
  ];
}

/** The forms as a city would have them that did not know the lists of series and titles. */
function withoutOfficialWords(): readonly QrForm[] {
  const { forms, dictionaries } = readStoredForms();
  const without = (text: string): string =>
    OFFICIAL_WORDS.reduce((rest, word) => rest.replaceAll(word, ''), text);
  const poorer = Object.entries(dictionaries).map(([name, text]) => [name, without(text)] as const);
  return toForms({ forms, dictionaries: Object.fromEntries(poorer) });
}

function hardRows(forms: readonly QrForm[]): BenchRow[] {
  const urls = [...hardSamples().values()].map(sample =>
    encodeQr(jwtWith(sample, randomBytes(64)), forms, SAMPLE_ISSUER),
  );
  const versions = urls.filter(url => !url.includes('#00')).map(url => qrSymbol(url).version);
  return [atMost('version at level Q, hard cases', Math.max(...versions), { limit: 13, unit: '' })];
}

function roundTripRows(forms: readonly QrForm[]): BenchRow[] {
  const samples = [...aSeriesOfSamples(ROUND_TRIPS, SEED + 1), ...hardSamples().values()];
  const jwts = samples.map(sample => jwtWith(sample, randomBytes(64)));
  const encodeFrom = performance.now();
  const urls = jwts.map(jwt => encodeQr(jwt, forms, SAMPLE_ISSUER));
  const encodeMs = (performance.now() - encodeFrom) / urls.length;
  const decodeFrom = performance.now();
  const decoded = urls.map(url => decodeQr(url, forms, SAMPLE_ISSUER));
  const decodeMs = (performance.now() - decodeFrom) / urls.length;
  const same = decoded.filter((result, place) => result.ok && result.jwt === jwts[place]).length;
  return [
    {
      what: 'round trips, bit for bit',
      measured: `${same} of ${urls.length}`,
      demand: 'all',
      holds: same === urls.length,
    },
    atMost('decode', decodeMs, { limit: 1, unit: 'ms' }),
    { what: 'encode, with its own proof', measured: `${encodeMs.toFixed(2)} ms`, demand: '' },
  ];
}

/** Our own line among the others', counted like theirs. */
const OURS = { name: 'this format', segments: ourSegments };

function ourSegments({ jwt }: { jwt: string }): QRCodeSegment[] {
  const [address = '', digits = ''] = encodeQr(jwt, toForms(readStoredForms()), SAMPLE_ISSUER).split('#');
  return [
    { mode: 'byte', data: Buffer.from(`${address}#`) },
    { mode: 'numeric', data: digits },
  ];
}

function rivalRows(jwts: readonly string[], samples: readonly Sample[], signer: SignBytes): BenchRow[] {
  return [OURS, ...RIVALS].map(rival => {
    const all = jwts.map((jwt, place) => {
      const sample = samples[place];
      if (sample === undefined) throw new RangeError('rivalRows: expected a sample for each JWT');
      return rival.segments({ jwt, payload: credentialFor(sample.parts, SAMPLE_ISSUER) }, signer);
    });
    const [atQ, atM] = (['Q', 'M'] as const).map(level =>
      spread(all.map(segments => versionAt(segments, level))),
    );
    const measured = `${mean(all.map(segmentBytes)).toFixed(1)} B, version Q ${atQ}, M ${atM}`;
    return { what: `same certificates: ${rival.name}`, measured, demand: '' };
  });
}

/** Median and largest version, or what became of it. */
function spread(versions: readonly number[]): string {
  const shown = [median(versions), Math.max(...versions)].map(version =>
    version > LARGEST ? 'none' : version,
  );
  return shown.join('/');
}

function versionAt(segments: QRCodeSegment[], level: 'M' | 'Q'): number {
  try {
    return QRCode.create(segments, { errorCorrectionLevel: level }).version;
  } catch {
    // the encoder throws a plain Error where not even the largest symbol holds the text
    return LARGEST + 1;
  }
}

function aSigner(): SignBytes {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return bytes => signWith('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' });
}

async function signedBy(signer: SignBytes, samples: readonly Sample[]): Promise<string[]> {
  const { did } = SAMPLE_ISSUER;
  const jwts: string[] = [];
  for (const { parts, key } of samples) {
    const jwt = await createVerifiableCredentialJwt(
      // did-jwt-vc's type is narrower than the VC Data Model: it knows one status, not a list
      credentialFor(parts, SAMPLE_ISSUER) as never,
      {
        did,
        alg: 'ES256',
        signer: async text => Buffer.from(signer(Buffer.from(text))).toString('base64url'),
      },
      { header: { alg: 'ES256', typ: 'JWT', kid: `${did}#key-${key}` } },
    );
    jwts.push(jwt);
  }
  return jwts;
}

function payloadBytes(url: string): number {
  return digitBytes(url.length - url.indexOf('#') - 1 - FORM_DIGITS);
}

/** What the segments carry, in bytes of information: a digit 3.3 bits, a base45 letter 5.5. */
function segmentBytes(segments: readonly QRCodeSegment[]): number {
  const sizes = segments.map(({ mode, data }) => {
    if (mode === 'numeric') return digitBytes(String(data).length);
    return mode === 'alphanumeric' ? (String(data).length * 5.5) / 8 : data.length;
  });
  return sizes.reduce((sum, size) => sum + size, 0);
}

function digitBytes(digits: number): number {
  return (digits * Math.log2(10)) / 8;
}

function atMost(what: string, value: number, demand: { limit: number; unit: string }): BenchRow {
  const decimals = Number.isInteger(value) ? 0 : demand.unit === 'B' ? 1 : 2;
  return {
    what,
    measured: `${value.toFixed(decimals)} ${demand.unit}`.trim(),
    demand: `≤ ${demand.limit} ${demand.unit}`.trim(),
    holds: value <= demand.limit,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}

function print(rows: readonly BenchRow[]): void {
  for (const { what, measured, demand, holds } of rows) {
    const verdict = holds === undefined ? '' : holds ? 'holds' : 'FAILS';
    console.log([what.padEnd(52), measured.padEnd(40), demand.padEnd(10), verdict].join(' ').trimEnd());
  }
}

if (argv[1] !== undefined && import.meta.url === pathToFileURL(argv[1]).href) await qrBench();
