/**
 * X.509 certificates of the files keys: how readers of PDF know the bureau. The root key signs them and itself; a verifier of ours believes
 * only the key inside, and that only because the manifest lists it. Pure. Source: RFC 5280; RFC 5480.
 */
import { fromBase64url, toBase64url } from '../shared/bytes.ts';
import {
  bits,
  context,
  integer,
  joined,
  objectId,
  octets,
  sameBytes,
  sequence,
  setOf,
  tagged,
  utf8,
  valuesIn,
  type Bytes,
} from '../shared/der.ts';
import type { Instant } from '../shared/time.ts';
import type { PublicJwk } from './manifest.ts';
import { fromDerSignature, toDerSignature, withLowS } from './signature.ts';

/** A certificate and what it says, as far as it is believed: the key. */
export interface X509 {
  readonly der: Bytes;
  /** What is signed. */
  readonly signed: Bytes;
  /** r‖s. */
  readonly signature: Bytes;
  /** Encoded names and serial number, as a CMS refers to them. */
  readonly issuer: Bytes;
  readonly serial: Bytes;
  readonly jwk: PublicJwk;
  /** Names the key that signed it: the first 20 bytes of the SHA-256 of its public point (RFC 7093 §2). */
  readonly authority: Bytes;
}

export interface CertificatePlan {
  /** 20 bytes or fewer, the first not above 127. */
  readonly serial: Uint8Array;
  readonly issuer: DistinguishedName;
  readonly subject: DistinguishedName;
  readonly notBefore: Instant;
  readonly notAfter: Instant;
  readonly jwk: PublicJwk;
  /** SHA-256 of the subject's and the issuer's public point; their first 20 bytes name the keys (RFC 7093 §2). */
  readonly subjectKeyHash: Uint8Array;
  readonly issuerKeyHash: Uint8Array;
  /** The root signs certificates, every other key documents. */
  readonly isRoot: boolean;
}

export interface DistinguishedName {
  readonly organisation?: string | undefined;
  readonly commonName: string;
}

export const ECDSA_WITH_SHA256 = sequence(objectId('1.2.840.10045.4.3.2'));
/** SubjectPublicKeyInfo of P-256 up to the point's two coordinates (RFC 5480 §2). */
const SPKI_HEAD = sequence(objectId('1.2.840.10045.2.1'), objectId('1.2.840.10045.3.1.7'));
const UNCOMPRESSED = 4;
const GENERALIZED_FROM_YEAR = 2050;
const KEY_ID_BYTES = 20;

/** The uncompressed point: 4, x, y. */
export function pointOf({ x, y }: PublicJwk): Bytes {
  const [one, other] = [fromBase64url(x), fromBase64url(y)];
  if (one?.length !== 32 || other?.length !== 32) throw new TypeError('pointOf: expected a JWK of P-256');
  return joined([Uint8Array.of(UNCOMPRESSED), one, other]);
}

/** What is to be signed for this plan. */
export function toBeSigned(plan: CertificatePlan): Bytes {
  return sequence(
    context(0, integer(2)), // version 3
    integer(...plan.serial),
    ECDSA_WITH_SHA256,
    nameOf(plan.issuer),
    sequence(timeOf(plan.notBefore), timeOf(plan.notAfter)),
    nameOf(plan.subject),
    sequence(SPKI_HEAD, bits(pointOf(plan.jwk))),
    context(3, sequence(...extensionsOf(plan))),
  );
}

/** The certificate: what was signed, and the signature r‖s. */
export function certificateOf(signed: Uint8Array, signature: Uint8Array): Bytes {
  return sequence(signed, ECDSA_WITH_SHA256, bits(toDerSignature(withLowS(signature))));
}

/** The parts of a certificate made here, or undefined for any other; nothing is believed yet. */
export function readCertificate(der: Uint8Array): X509 | undefined {
  const [whole, ...behind] = valuesIn(der) ?? [];
  const [signed, , wrapped, ...more] = (whole && valuesIn(whole.content)) ?? [];
  if (!whole || !signed || wrapped?.content[0] !== 0 || behind.length + more.length > 0) return undefined;
  const [, serial, , issuer, , , spki] = valuesIn(signed.content) ?? [];
  const signature = fromDerSignature(wrapped.content.subarray(1));
  const [, point] = (spki && valuesIn(spki.content)) ?? [];
  if (!serial || !issuer || !signature || point?.content.length !== 66) return undefined;
  // beside what is signed nothing can be other than we would write it
  if (!sameBytes(certificateOf(signed.whole, signature), whole.whole)) return undefined;
  const [x, y] = [point.content.subarray(2, 34), point.content.subarray(34)].map(toBase64url);
  if (x === undefined || y === undefined) return undefined;
  const jwk: PublicJwk = { kty: 'EC', crv: 'P-256', x, y };
  // the authority's key identifier is the last that extensionsOf writes
  const authority = signed.whole.subarray(-KEY_ID_BYTES);
  return { der: whole.whole, signed: signed.whole, signature, issuer: issuer.whole, serial: serial.whole, jwk, authority };
}

/** As OpenSSL and browsers store certificates (RFC 7468). */
export function toPem(der: Uint8Array): string {
  const lines = toBase64(der).match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

/** The bytes of the first certificate in the text, or undefined. */
export function fromPem(pem: string): Bytes | undefined {
  const [, body] = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/.exec(pem) ?? [];
  const text = body?.replace(/[\s=]/g, '').replaceAll('+', '-').replaceAll('/', '_');
  return text === undefined ? undefined : fromBase64url(text);
}

function toBase64(bytes: Uint8Array): string {
  const text = toBase64url(bytes).replaceAll('-', '+').replaceAll('_', '/');
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=');
}

function nameOf({ organisation, commonName }: DistinguishedName): Bytes {
  const part = (type: string, value: Uint8Array) => setOf(sequence(objectId(type), value));
  return sequence(
    part('2.5.4.6', tagged(0x13, new TextEncoder().encode('CN'))),
    ...(organisation === undefined ? [] : [part('2.5.4.10', utf8(organisation))]),
    part('2.5.4.3', utf8(commonName)),
  );
}

/** UTCTime until 2049, GeneralizedTime after (RFC 5280 §4.1.2.5). */
function timeOf(at: Instant): Bytes {
  const digits = new Date(at * 1000).toISOString().replace(/[-:T]/g, '').slice(0, 14);
  const isShort = Number(digits.slice(0, 4)) < GENERALIZED_FROM_YEAR;
  return tagged(isShort ? 0x17 : 0x18, new TextEncoder().encode(`${isShort ? digits.slice(2) : digits}Z`));
}

/** Key usage as bits from the left (RFC 5280 §4.2.1.3): digitalSignature and contentCommitment, or keyCertSign and cRLSign. */
function extensionsOf({ isRoot, subjectKeyHash, issuerKeyHash }: CertificatePlan): readonly Bytes[] {
  const critical = tagged(0x01, Uint8Array.of(0xff));
  const usage = isRoot ? bits(Uint8Array.of(0x06), 1) : bits(Uint8Array.of(0xc0), 6);
  const [subjectKey, issuerKey] = [subjectKeyHash, issuerKeyHash].map(hash => hash.subarray(0, KEY_ID_BYTES));
  return [
    sequence(objectId('2.5.29.19'), critical, octets(isRoot ? sequence(critical) : sequence())),
    sequence(objectId('2.5.29.15'), critical, octets(usage)),
    sequence(objectId('2.5.29.14'), octets(octets(subjectKey ?? new Uint8Array()))),
    sequence(objectId('2.5.29.35'), octets(sequence(tagged(0x80, issuerKey ?? new Uint8Array())))),
  ];
}
