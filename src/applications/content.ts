/**
 * What is written before it is judged: the applicant's words, how they stand in a draft's columns, and the words of an application
 * that had none. Pure.
 */
import type { Gender, IdType } from '../accounts/person-id.ts';
import { isIdType, normalisePersonId } from '../accounts/person-id.ts';
import { LEVEL_NAMES, type Level } from '../certificate/level.ts';
import { findLevel, findSeries } from '../certificate/titles.ts';
import { isDate, type PlainDate } from '../shared/time.ts';
import type { Application, ApplicationContent } from './application.ts';

const BLANK: ApplicationContent = {
  name: '',
  namePinyin: '',
  gender: '',
  idType: '',
  idNumber: '',
  phone: '',
  employerCode: '',
  archiveCode: '',
  series: '',
  specialty: '',
  level: '',
  qualification: '',
  reviewBody: '',
  obtainedOn: '',
  entrustLetter: '',
  externalNumber: '',
};

/** The content with what is not written blank. */
export function contentFrom(written: Readonly<Partial<ApplicationContent>>): ApplicationContent {
  const given = Object.entries(written).filter(([field, text]) => field in BLANK && text !== undefined);
  return { ...BLANK, ...Object.fromEntries(given) };
}

/** What is being written, or what the application says where nothing is: a roster's row has no draft until it is amended. */
export function contentOf(application: Application): ApplicationContent {
  if (application.draft) return application.draft;
  const { name, gender, idType, idNumber, phone, series, specialty, level, qualification } = application;
  return {
    ...BLANK,
    ...{ name, gender, idType, idNumber, phone, series, specialty, qualification },
    level: LEVEL_NAMES[level],
    employerCode: application.employerCode ?? '',
    reviewBody: application.reviewBody,
    obtainedOn: application.obtainedOn,
    entrustLetter: application.entrustLetter ?? '',
    externalNumber: application.externalNumber ?? '',
  };
}

/** Columns of a draft: what could be read so far, blank otherwise. Nothing is issued from them: submitting judges the words anew. */
export function sketchOf(
  content: ApplicationContent,
  today: PlainDate,
): Pick<
  Application,
  | 'name'
  | 'printedName'
  | 'gender'
  | 'idType'
  | 'idNumber'
  | 'phone'
  | 'employerCode'
  | 'submittingUnit'
  | 'seriesCode'
  | 'series'
  | 'specialty'
  | 'level'
  | 'qualification'
  | 'reviewBody'
  | 'obtainedOn'
> {
  const series = findSeries(content.series, today);
  return {
    name: content.name.trim(),
    printedName: '',
    // the unions have no word for "not yet"; a blank one is never read as one of theirs
    gender: (content.gender === '男' || content.gender === '女' ? content.gender : '') as Gender,
    idType: (isIdType(content.idType) ? content.idType : '') as IdType,
    level: (findLevel(content.level, series?.code) ?? '') as Level,
    idNumber: normalisePersonId(content.idNumber),
    phone: content.phone.trim(),
    employerCode: undefined,
    submittingUnit: '',
    seriesCode: series?.code ?? '',
    series: series?.name ?? '',
    specialty: content.specialty.trim(),
    qualification: content.qualification.trim(),
    reviewBody: '',
    obtainedOn: isDate(content.obtainedOn.trim()) ? content.obtainedOn.trim() : '',
  };
}
