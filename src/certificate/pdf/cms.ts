/**
 * The signature inside a signed PDF: CMS SignedData with exactly the parts that PAdES B-B asks for, so exactly that it can be written again
 * from what was read and compared; nothing else can be in it. Pure. Source: RFC 5652; RFC 5035; ETSI EN 319 142-1 §6.3.
 */
import { ECDSA_WITH_SHA256, readCertificate, type X509 } from '../../keys/x509.ts';
import { fromDerSignature, toDerSignature } from '../../keys/signature.ts';
import {
  context,
  integer,
  objectId,
  octets,
  sameBytes,
  sequence,
  setOf,
  tagged,
  valuesIn,
  type Bytes,
} from '../../shared/der.ts';

const SIGNED_DATA = objectId('1.2.840.113549.1.7.2');
const DATA = objectId('1.2.840.113549.1.7.1');
const SHA_256 = sequence(objectId('2.16.840.1.101.3.4.2.1'));
const CONTENT_TYPE = objectId('1.2.840.113549.1.9.3');
const MESSAGE_DIGEST = objectId('1.2.840.113549.1.9.4');
const SIGNING_CERTIFICATE_V2 = objectId('1.2.840.113549.1.9.16.2.47');

export interface SignedAbout {
  /** SHA-256 of the document's signed bytes. */
  readonly digest: Uint8Array;
  /** SHA-256 of the signer's certificate: no other certificate of the same key can take its place (RFC 5035 §3). */
  readonly leafHash: Uint8Array;
}

export interface CmsParts extends SignedAbout {
  readonly leaf: X509;
  readonly root: X509;
  /** r‖s. */
  readonly signature: Bytes;
}

/** The signed attributes, as they are signed: a SET OF (RFC 5652 §5.4). No signing time: PAdES has it in the document. */
export function attributesOf({ digest, leafHash }: SignedAbout): Bytes {
  const attribute = (type: Uint8Array, value: Uint8Array) => sequence(type, setOf(value));
  return setOf(
    attribute(CONTENT_TYPE, DATA),
    attribute(MESSAGE_DIGEST, octets(digest)),
    attribute(SIGNING_CERTIFICATE_V2, sequence(sequence(sequence(octets(leafHash))))),
  );
}

/** The whole ContentInfo. */
export function cmsOf({ leaf, root, signature, ...about }: CmsParts): Bytes {
  const [attributes] = valuesIn(attributesOf(about)) ?? [];
  const signer = sequence(
    integer(1),
    sequence(leaf.issuer, leaf.serial),
    SHA_256,
    context(0, attributes?.content ?? new Uint8Array()),
    ECDSA_WITH_SHA256,
    octets(toDerSignature(signature)),
  );
  const signedData = sequence(
    integer(1),
    setOf(SHA_256),
    sequence(DATA),
    context(0, leaf.der, root.der),
    tagged(0x31, signer),
  );
  return sequence(SIGNED_DATA, context(0, signedData));
}

/** What the CMS says and by whom, or undefined unless it has exactly our form. */
export interface ReadCms {
  readonly leaf: X509;
  readonly root: X509;
  readonly digest: Bytes;
  readonly leafHash: Bytes;
  readonly signature: Bytes;
}

/** @param der the CMS alone; nothing of it is believed yet */
export function readCms(der: Uint8Array): ReadCms | undefined {
  const parts = partsIn(der);
  return parts && sameBytes(cmsOf(parts), der) ? parts : undefined;
}

/** Finds the few values that differ from one signature to the next; that all others are right shows when it is written again. */
function partsIn(der: Uint8Array): ReadCms | undefined {
  const signedData = inside(der, 0, 1, 0);
  const [first, second] = contentsOf(signedData?.[3]);
  const leaf = first && readCertificate(first.whole);
  const root = second && readCertificate(second.whole);
  const signer = contentsOf(contentsOf(signedData?.[4])[0]);
  const signature = signer[5] && fromDerSignature(signer[5].content);
  const attributes = contentsOf(signer[3]).map(each => contentsOf(each));
  const valueOf = (type: Uint8Array) =>
    contentsOf(attributes.find(([name]) => name && sameBytes(name.whole, type))?.[1])[0];
  const digest = valueOf(MESSAGE_DIGEST)?.content;
  const wrapped = valueOf(SIGNING_CERTIFICATE_V2);
  const leafHash = contentsOf(contentsOf(contentsOf(wrapped)[0])[0])[0]?.content;
  if (!leaf || !root || !signature || !digest || !leafHash) return undefined;
  return { leaf, root, signature, digest, leafHash };
}

type Values = NonNullable<ReturnType<typeof valuesIn>>;

function contentsOf(value: Values[number] | undefined): Values {
  return (value && valuesIn(value.content)) ?? [];
}

/** The values inside the value at that path of places. */
function inside(der: Uint8Array, ...path: readonly number[]): Values | undefined {
  let values = valuesIn(der);
  for (const place of path) values = values?.[place] && valuesIn(values[place].content);
  return values;
}
