/**
 * A seeded generator of plainly fictional certificates that counts the information in every choice it makes: the floor below
 * which no format can go is that self-information plus the signature. Used by the benchmarks and by tests of many cases.
 */
import type { CredentialParts, Gender, Issuer } from '../../src/certificate/credential.ts';
import { credentialFor } from '../../src/certificate/credential.ts';
import type { Level } from '../../src/certificate/level.ts';
import { LEVELS } from '../../src/certificate/level.ts';
import { addDays, startOf } from '../../src/shared/time.ts';
import { TITLE_LINES } from './official.ts';
import {
  BRAND_CHARACTERS,
  COMMISSIONS,
  DISTRICTS,
  EMPLOYER_KINDS,
  GIVEN_CHARACTERS,
  ID_HEADS,
  INDUSTRIES,
  REVIEW_FIELDS,
  SPECIALTIES,
  SURNAMES,
  UNLISTED_SPECIALTIES,
} from './vocabulary.ts';

export interface Sample {
  readonly parts: CredentialParts;
  /** N of the key id `{did}#key-N`. */
  readonly key: number;
  /** Self-information of everything drawn for it. */
  readonly bits: number;
}

/** The issuer of every sample; not the one whose addresses stand in the sample text of the dictionary. */
export const SAMPLE_ISSUER: Issuer = { origin: 'https://zc.example.test', did: 'did:web:zc.example.test' };

const FIRST_DAY = '2020-05-01';
/** Days on which titles are obtained: from May 2020 to April 2022. */
const DAYS = 730;
const STATUS_INDEXES = 131_072;

/** The first `count` certificates of this seed: the same seed always gives the same ones. */
export function aSeriesOfSamples(count: number, seed: number): Sample[] {
  const random = mulberry32(seed);
  return Array.from({ length: count }, () => aSample(random));
}

/** Certificates at the edge of what the bureau accepts, by name. */
export function hardSamples(): ReadonlyMap<string, Sample> {
  const [base] = aSeriesOfSamples(1, 7);
  if (base === undefined) throw new RangeError('hardSamples: expected one sample');
  const hard = (claims: Partial<CredentialParts['claims']>): Sample => ({
    ...base,
    parts: { ...base.parts, claims: { ...base.parts.claims, ...claims } },
  });
  return new Map([
    ['a long Uyghur name', hard({ name: '阿卜杜热合曼·麦麦提图尔荪尼亚孜·斯迪克江' })],
    ['a review body of 55 characters', hard({ reviewBody: LONG_REVIEW_BODY })],
    ['characters of extension B', hard({ name: '𠮷𬭎𫍣', printedName: 'JI HONG XIAO' })],
    ['quotes and backslashes', hard({ specialty: '"信息\\安全"\\' })],
    ['line and paragraph separators', hard({ specialty: '信息\u2028安全\u2029' })],
    ['control characters', hard({ specialty: '信息\n安全\t\u0000' })],
    ['words of a form', hard({ name: '«name»{origin}{did}$1$&', specialty: '","gender":"男' })],
    ['an empty name', hard({ name: '' })],
    ['an identity number that is not a resident one', hard({ idNumber: 'E123****5678' })],
  ]);
}

const LONG_REVIEW_BODY =
  '交通运输行业船舶专业技术人员（驾驶、轮机、船舶电子电气及引航专业）高级职称评审委员会海船联合评审专家组（测试）';

/** Header and payload of the sample's JWT, in the member order of a signed one. */
export function textsOf({ parts, key }: Sample, issuer: Issuer): { header: string; payload: string } {
  const header = { alg: 'ES256', typ: 'JWT', kid: `${issuer.did}#key-${key}` };
  return { header: JSON.stringify(header), payload: JSON.stringify(credentialFor(parts, issuer)) };
}

/** A JWT of the sample with these 64 bytes in place of a signature: right in shape and size, verified by nobody. */
export function jwtWith(sample: Sample, signature: Uint8Array): string {
  const { header, payload } = textsOf(sample, SAMPLE_ISSUER);
  return [Buffer.from(header), Buffer.from(payload), Buffer.from(signature)]
    .map(bytes => bytes.toString('base64url'))
    .join('.');
}

/** Numbers in [0, 1), the same for the same seed (Mulberry32). */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Draws, and adds up what each draw tells. */
class Draw {
  readonly #random: () => number;
  bits = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  below(limit: number): number {
    this.bits += Math.log2(limit);
    return Math.floor(this.#random() * limit);
  }

  oneOf<T>(list: readonly T[]): T {
    return at(list, this.below(list.length));
  }

  chance(probability: number): boolean {
    const is = this.#random() < probability;
    this.bits -= Math.log2(is ? probability : 1 - probability);
    return is;
  }

  /** One of the values by weight. */
  weighted<T>(choices: readonly (readonly [number, T])[]): T {
    const total = choices.reduce((sum, [weight]) => sum + weight, 0);
    let rest = this.#random() * total;
    const found = choices.find(([weight]) => (rest -= weight) < 0) ?? at(choices, choices.length - 1);
    this.bits -= Math.log2(found[0] / total);
    return found[1];
  }
}

function aSample(random: () => number): Sample {
  const draw = new Draw(random);
  const { level, line } = aTitle(draw);
  const day = draw.below(DAYS);
  const obtainedOn = addDays(FIRST_DAY, day);
  const issuedDaysLater = 15 + draw.below(45);
  const issuedAt = startOf(addDays(obtainedOn, issuedDaysLater)) + 9 * 3600 + draw.below(8 * 3600);
  const sequence = draw.below(1000);
  const specialty = aSpecialty(draw, line.series);
  const claims = {
    name: aName(draw),
    gender: (sequence % 2 === 1 ? '男' : '女') as Gender, // GB 11643: odd is male
    idNumber: `${anIdHead(draw)}**********${String(sequence).padStart(3, '0')}${draw.oneOf([...'0123456789X'])}`,
    submittingUnit: aSubmittingUnit(draw),
    qualification: at(line.titles, LEVELS.indexOf(level)),
    level,
    series: line.series,
    specialty,
    reviewBody: aReviewBody(draw, { level, series: line.series, specialty }),
    obtainedOn,
    certificateNumber: aNumber(draw, level, addDays(obtainedOn, issuedDaysLater).slice(0, 4)),
  };
  const version = draw.weighted([
    [97, 1],
    [2.5, 2],
    [0.5, 3],
  ]);
  const place = { list: 1 + draw.below(3), index: draw.below(STATUS_INDEXES) };
  const key = 1 + Math.floor((day + issuedDaysLater) / 30);
  return { parts: { claims, version, ...place, issuedAt }, key, bits: draw.bits };
}

/** How many certificates of a series a city issues, roughly; the other series share the rest. */
const COMMON_SERIES = new Map([
  ['工程技术人员', 30],
  ['卫生技术人员', 5],
  ['中小学教师', 15],
  ['高等学校教师', 7],
  ['会计人员', 10],
  ['经济专业人员', 3],
]);

function aTitle(draw: Draw): { level: Level; line: (typeof TITLE_LINES)[number] } {
  const line = draw.weighted(TITLE_LINES.map(each => [COMMON_SERIES.get(each.series) ?? 1, each] as const));
  const weights: Record<Level, number> = { A: 1, B: 3, C: 5, D: 4, E: 1 };
  const levels = LEVELS.filter((_, place) => at(line.titles, place) !== '');
  return { level: draw.weighted(levels.map(level => [weights[level], level] as const)), line };
}

function aSpecialty(draw: Draw, series: string): string {
  const usual = SPECIALTIES.get(series) ?? [];
  return draw.chance(0.12) || usual.length === 0 ? draw.oneOf(UNLISTED_SPECIALTIES) : draw.oneOf(usual);
}

function aName(draw: Draw): string {
  const given = draw.chance(0.75) ? 2 : 1;
  return draw.oneOf(SURNAMES) + Array.from({ length: given }, () => draw.oneOf(GIVEN_CHARACTERS)).join('');
}

function anIdHead(draw: Draw): string {
  return draw.chance(0.6) ? '1201' : draw.oneOf(ID_HEADS);
}

function aBrand(draw: Draw): string {
  return draw.oneOf(BRAND_CHARACTERS) + draw.oneOf(BRAND_CHARACTERS);
}

function aSubmittingUnit(draw: Draw): string {
  const kind = draw.weighted([
    [45, 'archive'],
    [25, 'commission'],
    [15, 'education'],
    [15, 'group'],
  ] as const);
  if (kind === 'archive') return `天津市${draw.oneOf(DISTRICTS)}人力资源服务中心（测试）`;
  if (kind === 'commission') return `天津市${draw.oneOf(COMMISSIONS)}人事处（测试）`;
  if (kind === 'education') return `天津市${draw.oneOf(DISTRICTS)}教育局（测试）`;
  return `天津${aBrand(draw)}${draw.oneOf(INDUSTRIES)}控股集团有限公司（测试）`;
}

function aReviewBody(draw: Draw, title: { level: Level; series: string; specialty: string }): string {
  const route = draw.weighted([
    [55, 'committee'],
    [8, 'own'],
    [20, 'employer'],
    [17, 'exam'],
  ] as const);
  if (route === 'own') return `${anEmployer(draw)}专业技术职务自主评审委员会（测试）`;
  if (route === 'employer') return `${anEmployer(draw)}（测试）`;
  if (route === 'exam') return '天津市人事考试中心（测试）';
  const committee: Record<Level, string> = { A: '正高级', B: '高级', C: '中级', D: '初级', E: '初级' };
  const field = REVIEW_FIELDS.get(title.series) ?? title.series;
  const narrowed = draw.chance(0.3) ? `${title.specialty}专业` : '';
  return `天津市${field}系列${narrowed}${committee[title.level]}职称评审委员会（测试）`;
}

function anEmployer(draw: Draw): string {
  const place = draw.chance(0.5) ? '天津' : `天津市${draw.oneOf(DISTRICTS)}`;
  return `${place}${aBrand(draw)}${draw.oneOf(EMPLOYER_KINDS)}`;
}

/** The last digit is a check digit, and tells nothing new. */
function aNumber(draw: Draw, level: Level, year: string): string {
  const serial = String(1 + draw.below(20_000)).padStart(6, '0');
  const digits = `12${year}${serial}`;
  const seen = [LEVELS.indexOf(level) + 1, ...[...digits].map(Number)];
  const product = seen.reduce((before, digit) => (((before + digit) % 10 || 10) * 2) % 11, 10);
  return `${level}${digits}${(11 - product) % 10}`;
}

function at<T>(list: readonly T[], place: number): T {
  const found = list[place];
  if (found === undefined) throw new RangeError(`at: expected a place below ${list.length}, got ${place}`);
  return found;
}
