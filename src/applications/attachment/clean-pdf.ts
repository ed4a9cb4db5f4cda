/**
 * A PDF made anew from its pages: what acts by itself, carries files or hides behind the end is refused by looking at the object graph;
 * what names people or programs is dropped, and only what a page needs is written again (ISO 32000-2 §7, §12.6).
 * Runs in a process of its own (clean-child.ts); bombs in the file's structure end there.
 */
import { createInflate } from 'node:zlib';
import {
  decodePDFRawStream,
  EncryptedPDFError,
  PDFArray,
  PDFDict,
  PDFDocument,
  PDFName,
  PDFNumber,
  PDFRawStream,
  PDFStream,
  type PDFContext,
  type PDFObject,
} from '@cantoo/pdf-lib';
import { withoutTales } from './jpeg-segments.ts';
import { pixelsIn } from './picture-size.ts';
import { AttachmentRefused } from './refused.ts';

export const MAX_PAGES = 50;
/** One stream unpacked: a page of 600 dpi in colour has 100 MB. */
const MAX_STREAM_BYTES = 128 * 1024 * 1024;
const MAX_ALL_BYTES = 1024 * 1024 * 1024;
const MAX_IMAGE_PIXELS = 100_000_000;
/** Deflate packs at most so well (RFC 1951). */
const DEFLATE_RATIO = 1032;

/**
 * The same pages, without metadata, bookmarks, scripts or anything that no page shows.
 * @throws AttachmentRefused for encrypted, cut, too long or active files, and for files that are something else as well
 */
export async function cleanPdf(bytes: Uint8Array): Promise<Uint8Array> {
  demandNothingAround(bytes);
  const given = await opened(bytes);
  for (const dict of dictsOf(given.context)) demandPassive(dict);
  await demandBoundedStreams(given.context);
  const count = pageCount(given);
  if (count === 0) throw new AttachmentRefused('PDF 没有页面，请重新导出后上传。');
  if (count > MAX_PAGES)
    throw new AttachmentRefused(`PDF 有 ${count} 页，最多 ${MAX_PAGES} 页，请拆分后上传。`);
  return rebuilt(given);
}

/** Nothing stands before the head or behind the last end mark: a file that is a PDF and an archive, or a page, is refused. */
function demandNothingAround(bytes: Uint8Array): void {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = text.lastIndexOf('%%EOF', undefined, 'latin1');
  if (end < 0) throw new AttachmentRefused('PDF 没有结尾，可能没有传完或已损坏，请重新导出后上传。');
  const rest = text.subarray(end + '%%EOF'.length);
  if (!rest.every(byte => [0x00, 0x09, 0x0a, 0x0c, 0x0d, 0x20].includes(byte)))
    throw new AttachmentRefused('PDF 结尾之后还有其他内容，请用打印为 PDF 的方式重新导出后上传。');
}

async function opened(bytes: Uint8Array): Promise<PDFDocument> {
  try {
    return await PDFDocument.load(bytes, {
      updateMetadata: false,
      throwOnInvalidObject: true,
      preserveXFA: true, // to be refused, not overlooked
    });
  } catch (error) {
    if (error instanceof EncryptedPDFError)
      throw new AttachmentRefused('PDF 设有密码或权限限制，请解除后重新上传。', { cause: error });
    throw broken(error);
  }
}

function pageCount(document: PDFDocument): number {
  try {
    return document.getPageCount();
  } catch (error) {
    throw broken(error);
  }
}

/** Every dictionary of the file, those of streams and those inside others too, whether a page needs it or not. */
function* dictsOf(context: PDFContext): Generator<PDFDict> {
  const left: PDFObject[] = context.enumerateIndirectObjects().map(([, object]) => object);
  for (let object = left.pop(); object; object = left.pop()) {
    if (object instanceof PDFStream) left.push(object.dict);
    else if (object instanceof PDFArray) left.push(...object.asArray());
    else if (object instanceof PDFDict) {
      yield object;
      left.push(...object.values());
    }
  }
}

/** Keys and names that make a document act, or carry what is not a page; in people's words. */
const ACTIVE: Readonly<Record<string, string>> = {
  JS: '脚本',
  JavaScript: '脚本',
  Launch: '启动其他程序的动作',
  SubmitForm: '提交表单的动作',
  ImportData: '导入数据的动作',
  GoToE: '嵌入文件',
  EmbeddedFile: '嵌入文件',
  EmbeddedFiles: '嵌入文件',
  EF: '嵌入文件',
  FileAttachment: '嵌入文件',
  RichMedia: '多媒体',
  Rendition: '多媒体',
  Screen: '多媒体',
  Movie: '多媒体',
  Sound: '多媒体',
  '3D': '多媒体',
  XFA: '动态表单',
  AA: '自动执行的动作',
};
/** Where names say what kind of thing a dictionary is. */
const KINDS = ['S', 'Type', 'Subtype'].map(name => PDFName.of(name));
const OPEN_ACTION = PDFName.of('OpenAction');
/** Of a stream: its content lies in another file, or at an address. */
const ELSEWHERE = PDFName.of('F');

/** @throws AttachmentRefused when the dictionary acts by itself or carries something */
function demandPassive(dict: PDFDict): void {
  const names = [...dict.keys(), ...KINDS.map(kind => dict.lookup(kind))];
  const found = names.find(name => name instanceof PDFName && Object.hasOwn(ACTIVE, name.decodeText()));
  // opening at a certain page is a place, not an action; it is dropped with the rest of the catalogue
  const opening = dict.has(OPEN_ACTION) && !(dict.lookup(OPEN_ACTION) instanceof PDFArray);
  if (!found && !opening) return;
  const what = found instanceof PDFName ? ACTIVE[found.decodeText()] : '打开时自动执行的动作';
  throw new AttachmentRefused(`PDF 含有${what}，请用打印为 PDF 的方式重新导出后上传。`);
}

/** @throws AttachmentRefused when unpacking would cost a reader more than any honest scan */
async function demandBoundedStreams(context: PDFContext): Promise<void> {
  let all = 0;
  for (const [, object] of context.enumerateIndirectObjects()) {
    if (!(object instanceof PDFRawStream)) continue;
    if (object.dict.has(ELSEWHERE))
      throw new AttachmentRefused('PDF 引用了外部文件的内容，请用打印为 PDF 的方式重新导出后上传。');
    const [width, height] = ['Width', 'Height'].map(name => numberIn(object.dict, name));
    if ((width ?? 0) * (height ?? 0) > MAX_IMAGE_PIXELS) throw tooLarge();
    all += await unpackedSize(object);
    if (all > MAX_ALL_BYTES || picturePixels(object) > MAX_IMAGE_PIXELS) throw tooLarge();
  }
}

async function unpackedSize(stream: PDFRawStream): Promise<number> {
  const filters = filtersOf(stream.dict);
  const packed = filters.filter(name => /^(FlateDecode|Fl|LZWDecode|LZW)$/.test(name));
  const { contents } = stream;
  if (packed.length === 0) return contents.length;
  if (packed.length > 1) throw tooLarge();
  if (filters[0] === 'FlateDecode') return inflatedSize(contents);
  const most = contents.length * DEFLATE_RATIO; // not unpacked here, so the worst is assumed
  if (most > MAX_STREAM_BYTES) throw tooLarge();
  return most;
}

/** What the picture says of itself, whatever was packed around it. */
function picturePixels(stream: PDFRawStream): number {
  const filters = filtersOf(stream.dict);
  const last = filters.at(-1) ?? '';
  if (!/^(DCTDecode|DCT|JPXDecode|JBIG2Decode)$/.test(last)) return 0;
  if (filters.length === 1) return pixelsIn(last, stream.contents);
  const { context } = stream.dict;
  const around = context.obj({ Filter: filters.slice(0, -1) });
  try {
    return pixelsIn(last, decodePDFRawStream(PDFRawStream.of(around, stream.contents)).decode());
  } catch (error) {
    throw broken(error); // a filter that the library does not know, or data that it does not fit
  }
}

function filtersOf(dict: PDFDict): readonly string[] {
  const filter = dict.lookup(PDFName.of('Filter'));
  const names = filter instanceof PDFArray ? filter.asArray() : [filter];
  return names.map(name => (name instanceof PDFName ? name.decodeText() : ''));
}

function numberIn(dict: PDFDict, name: string): number {
  const value = dict.lookup(PDFName.of(name));
  return value instanceof PDFNumber ? value.asNumber() : 0;
}

/** Counted piece by piece; nothing is kept. Data that break off are a reader's matter, as far as they go. */
async function inflatedSize(contents: Uint8Array): Promise<number> {
  const inflate = createInflate();
  let size = 0;
  inflate.end(contents);
  try {
    for await (const piece of inflate) {
      size += (piece as Buffer).length;
      if (size > MAX_STREAM_BYTES) throw tooLarge();
    }
  } catch (error) {
    if (error instanceof AttachmentRefused) throw error;
    return size; // zlib says where it broke; readers stop there too
  }
  return size;
}

/** A new document with those pages and what they reach: catalogue, information and leftovers of earlier versions stay behind. */
async function rebuilt(given: PDFDocument): Promise<Uint8Array> {
  try {
    // before the pages are copied, so that what is dropped is not reached and not copied
    for (const dict of dictsOf(given.context)) {
      for (const name of DROPPED) dict.delete(name);
      for (const name of ACTIONS) if (leadsOut(dict, name)) dict.delete(name);
    }
    const made = await PDFDocument.create({ updateMetadata: false });
    for (const page of await made.copyPages(given, given.getPageIndices())) made.addPage(page);
    for (const [ref, object] of made.context.enumerateIndirectObjects())
      if (object instanceof PDFRawStream && filtersOf(object.dict).join() === 'DCTDecode')
        made.context.assign(ref, PDFRawStream.of(object.dict, withoutTales(object.contents)));
    return await made.save({ useObjectStreams: true, addDefaultPage: false, updateFieldAppearances: false });
  } catch (error) {
    throw broken(error);
  }
}

/** Who made it with what and when, copies beside the page, and pictures that a reader would fetch from elsewhere. */
const DROPPED = ['Metadata', 'PieceInfo', 'LastModified', 'Thumb', 'Ref', 'OPI'].map(name =>
  PDFName.of(name),
);
/** What happens at a click: a leap to another page stays, an address or another file does not. */
const ACTIONS = ['A', 'PA'].map(name => PDFName.of(name));
const KIND = PDFName.of('S');
const LEAP = PDFName.of('GoTo');

function leadsOut(dict: PDFDict, name: PDFName): boolean {
  const action = dict.lookup(name);
  if (!(action instanceof PDFDict)) return false;
  const kind = action.lookup(KIND);
  return kind !== undefined && (kind !== LEAP || action.has(PDFName.of('Next')));
}

function tooLarge(): AttachmentRefused {
  return new AttachmentRefused('PDF 展开后过大，请降低扫描分辨率或拆分后重新上传。');
}

function broken(cause: unknown): AttachmentRefused {
  return new AttachmentRefused('PDF 已损坏或没有传完，请重新导出后上传。', { cause });
}
