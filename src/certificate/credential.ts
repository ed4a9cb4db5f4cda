/**
 * What is signed: the W3C VC 1.1 professional-title credential and the use copy (加注) of one, their claims and exact member order.
 * Pure. The member order is part of the QR contract (schemas/qr/form-01 to -04): changing it needs a new form number.
 */
import { addDays, startOf, type PlainDate } from '../shared/time.ts';
import type { Level } from './level.ts';

export type Gender = '男' | '女';

/** `vc.credentialSubject`, in the order in which it is signed. */
export interface TitleClaims {
  /** True Unicode name, rare characters included. */
  readonly name: string;
  /** Name as printed, only where rare characters were replaced by pinyin (R26). */
  readonly printedName?: string;
  readonly gender: Gender;
  /** Masked: first four, ten asterisks, last four; never the full number. */
  readonly idNumber: string;
  readonly submittingUnit: string;
  readonly qualification: string;
  readonly level: Level;
  readonly series: string;
  readonly specialty: string;
  readonly reviewBody: string;
  /** `YYYY-MM-DD`, Asia/Shanghai. */
  readonly obtainedOn: string;
  readonly certificateNumber: string;
}

export interface StatusEntryClaim {
  readonly id: string;
  readonly type: 'BitstringStatusListEntry';
  readonly statusPurpose: 'revocation' | 'suspension';
  readonly statusListIndex: string;
  readonly statusListCredential: string;
}

/** The JWT payload as did-jwt-vc signs it; `iss` is last because createJWT appends it. */
export interface CredentialPayload {
  readonly vc: {
    readonly '@context': readonly string[];
    readonly type: readonly string[];
    readonly credentialSubject: TitleClaims;
    readonly credentialStatus: readonly StatusEntryClaim[];
    readonly credentialSchema: { readonly id: string; readonly type: 'JsonSchema' };
  };
  /** `{origin}/certificates/{number}-{version}` */
  readonly jti: string;
  /** Seconds since 1970: when the certificate was issued. */
  readonly nbf: number;
  /** The bureau's DID. */
  readonly iss: string;
}

/** What a use copy was made for: both are the holder's own words, signed inside the subject. */
export interface CopyUse {
  readonly purpose: string;
  /** Whoever it is handed to. */
  readonly recipient: string;
}

/** The payload of a use copy: the certificate's own claims and places in the lists, bound to one use and one end. */
export interface UseCopyCredential {
  /** The first second after its last day; did-jwt-vc puts it before everything else. */
  readonly exp: number;
  readonly vc: Omit<CredentialPayload['vc'], 'credentialSubject'> & {
    readonly credentialSubject: TitleClaims & { readonly use: CopyUse };
  };
  /** `{origin}/certificates/{number}-{version}/use-copies/{n}` */
  readonly jti: string;
  /** When the copy was made, not when the certificate was issued. */
  readonly nbf: number;
  readonly iss: string;
}

/** Constants of one issuer, shared by everything it signs. */
export interface Issuer {
  /** Lower-case web origin without trailing slash, such as `https://zc.example.gov.cn`. */
  readonly origin: string;
  /** did:web of that origin. */
  readonly did: string;
}

export interface CredentialParts {
  readonly claims: TitleClaims;
  readonly version: number;
  /** Status list number and index; both purposes share them. */
  readonly list: number;
  readonly index: number;
  readonly issuedAt: number;
}

export interface UseCopyParts extends CredentialParts {
  readonly use: CopyUse;
  /** How manieth of this version, from 1. */
  readonly copy: number;
  /** Its last day. */
  readonly validThrough: PlainDate;
}

/** A use copy serves for at most this many days after the day on which it was made. */
export const USE_COPY_DAYS = 90;

const CONTEXTS = ['https://www.w3.org/2018/credentials/v1', 'https://www.w3.org/ns/credentials/status/v1'];
const PURPOSES = ['revocation', 'suspension'] as const;

/**
 * The payload to sign for these parts; the same parts always give the same bytes.
 * Source: W3C VC Data Model 1.1 §6.3.1 (JWT), Bitstring Status List 1.0 §2.1; R21, R25.
 */
export function credentialFor(parts: CredentialParts, issuer: Issuer): CredentialPayload {
  const { claims, version, list, index, issuedAt } = parts;
  return {
    vc: {
      '@context': [...CONTEXTS, `${issuer.origin}/contexts/title/v1`],
      type: ['VerifiableCredential', 'ProfessionalTitleCredential'],
      credentialSubject: inSignedOrder(claims),
      credentialStatus: PURPOSES.map(purpose => statusEntry(issuer.origin, purpose, { list, index })),
      credentialSchema: { id: `${issuer.origin}/schemas/title/v1`, type: 'JsonSchema' },
    },
    jti: credentialId(issuer.origin, claims.certificateNumber, version),
    nbf: issuedAt,
    iss: issuer.did,
  };
}

/**
 * The payload of a use copy; `issuedAt` is when the copy is made. Revoking, suspending or replacing the certificate does the same to the
 * copy, for its places in the lists are the certificate's.
 * Source: W3C VC Data Model 1.1 §6.3.1: `exp` is the expirationDate (RFC 7519 §4.1.4: on or after it the copy is over).
 */
export function useCopyFor(parts: UseCopyParts, issuer: Issuer): UseCopyCredential {
  const { origin } = issuer;
  const { vc, jti, nbf, iss } = credentialFor(parts, issuer);
  const { purpose, recipient } = parts.use;
  return {
    exp: startOf(addDays(parts.validThrough, 1)),
    vc: {
      '@context': [...vc['@context'], `${origin}/contexts/use-copy/v1`],
      type: ['VerifiableCredential', 'ProfessionalTitleUseCopy'],
      credentialSubject: { ...vc.credentialSubject, use: { purpose, recipient } },
      credentialStatus: vc.credentialStatus,
      credentialSchema: { id: `${origin}/schemas/use-copy/v1`, type: 'JsonSchema' },
    },
    jti: `${jti}/use-copies/${parts.copy}`,
    nbf,
    iss,
  };
}

/** True for a last day on which a use copy made on that day may end. */
export function isUseCopyEnd(validThrough: PlainDate, madeOn: PlainDate): boolean {
  return validThrough >= madeOn && validThrough <= addDays(madeOn, USE_COPY_DAYS);
}

/** The credential's id: unique per certificate number and document version. */
export function credentialId(origin: string, number: string, version: number): string {
  return `${origin}/certificates/${number}-${version}`;
}

/** URL of the status list that holds this purpose of list `list`. */
export function statusListUrl(origin: string, purpose: string, list: number): string {
  return `${origin}/status-lists/${purpose}-${list}`;
}

function statusEntry(
  origin: string,
  purpose: StatusEntryClaim['statusPurpose'],
  place: { list: number; index: number },
): StatusEntryClaim {
  const url = statusListUrl(origin, purpose, place.list);
  return {
    id: `${url}#${place.index}`,
    type: 'BitstringStatusListEntry',
    statusPurpose: purpose,
    statusListIndex: String(place.index),
    statusListCredential: url,
  };
}

function inSignedOrder(claims: TitleClaims): TitleClaims {
  return {
    name: claims.name,
    ...(claims.printedName === undefined ? {} : { printedName: claims.printedName }),
    gender: claims.gender,
    idNumber: claims.idNumber,
    submittingUnit: claims.submittingUnit,
    qualification: claims.qualification,
    level: claims.level,
    series: claims.series,
    specialty: claims.specialty,
    reviewBody: claims.reviewBody,
    obtainedOn: claims.obtainedOn,
    certificateNumber: claims.certificateNumber,
  };
}
