/**
 * One file from a browser: multipart/form-data (RFC 7578) with the file in the field `file` and a few short fields beside it. What is
 * too large is refused before or while it comes, never held; what the file holds is judged by whoever asked for it.
 */
import { Busboy, type BusboyFileStream, type BusboyHeaders } from '@fastify/busboy';
import type { IncomingMessage } from 'node:http';
import type { Context } from 'koa';
import { bounded, type Bounded } from '../shared/bounded.ts';
import { DomainError } from '../shared/errors.ts';

export interface Upload {
  readonly file: {
    /** Last part of the path only, no control or invisible characters, at most 120 characters. */
    readonly name: string;
    /** As declared, lower-case, without parameters; proves nothing. */
    readonly mediaType: string;
    readonly bytes: Uint8Array;
  };
  readonly fields: Readonly<Record<string, string>>;
}

export interface UploadLimits {
  readonly maxBytes: number;
  /** Fields beside the file; 5 unless given. */
  readonly maxFields?: number;
  /** Of each field; 2,000 unless given. */
  readonly fieldBytes?: number;
  /** In each of so many milliseconds 16 kB must come, or the upload is cut; 10 s unless given. */
  readonly paceMs?: number;
  /** Who may be read at once, instead of the one gate for all signed-in people: strangers keep nobody from their work. */
  readonly gate?: Bounded;
}

/** Boundaries, part headers and fields beside the file. */
const ENVELOPE_BYTES = 16 * 1024;
const FIELD_BYTES = 2000;
const MAX_NAME_CHARACTERS = 120;
const DEADLINE_MS = 120_000;
/** Whoever sends less than 1.6 kB/s only keeps others from their place. */
const PACE_MS = 10_000;
const PACE_BYTES = 16 * 1024;
/** A parser that has all bytes and still does not end has lost its way. */
const END_MS = 2000;
const FIRST_ROOM_BYTES = 64 * 1024;

const reading = bounded({ atOnce: 4, waiting: 200 });

/**
 * The uploaded file and its fields; at most four uploads are read at once in this process, 200 more wait unread.
 *
 * @param limits `maxBytes` of the file alone; a declared length beyond it is refused unread, a stream is cut there
 * @throws DomainError FILE_TOO_LARGE, FILE_EMPTY, UPLOAD_INCOMPLETE, UNSUPPORTED_MEDIA_TYPE, BAD_REQUEST, TOO_MANY_ATTEMPTS
 */
export async function readUpload(ctx: Context, limits: UploadLimits): Promise<Upload> {
  if (!/^multipart\/form-data *;/i.test(ctx.get('content-type')))
    throw new DomainError('UNSUPPORTED_MEDIA_TYPE', '请以 multipart/form-data 上传文件。');
  const declared = ctx.request.length;
  if (declared !== undefined && declared > mostBytes(limits)) throw tooLarge(limits);
  return (limits.gate ?? reading)(async () => parsed(ctx, limits));
}

/**
 * The bytes of one file, sent as multipart/form-data as above or as the body itself under one of these media types.
 *
 * @throws DomainError FILE_TOO_LARGE, FILE_EMPTY, UPLOAD_INCOMPLETE, UNSUPPORTED_MEDIA_TYPE, BAD_REQUEST, TOO_MANY_ATTEMPTS
 */
export async function readFileBytes(
  ctx: Context,
  limits: UploadLimits & { readonly rawTypes: readonly string[] },
): Promise<Uint8Array> {
  const [mediaType = ''] = ctx.get('content-type').toLowerCase().split(';');
  if (!limits.rawTypes.includes(mediaType.trim())) return (await readUpload(ctx, limits)).file.bytes;
  if ((ctx.request.length ?? 0) > limits.maxBytes) throw tooLarge(limits);
  return (limits.gate ?? reading)(async () => body(ctx, limits));
}

async function body({ req, request }: Context, limits: UploadLimits): Promise<Uint8Array> {
  if (req.destroyed) throw incomplete();
  const room = Buffer.allocUnsafeSlow(Math.min(request.length ?? FIRST_ROOM_BYTES, limits.maxBytes));
  const file = { room, size: 0 };
  let stop = (): void => undefined;
  const whole = new Promise<void>((resolve, reject) => {
    const more = (chunk: Buffer): void => {
      if (file.size + chunk.length > limits.maxBytes) return reject(tooLarge(limits));
      file.room = roomFor(file, chunk.length, limits.maxBytes);
      file.size += chunk.copy(file.room, file.size);
    };
    stop = watched(req, limits, { more, last: resolve, cut: () => reject(incomplete()) });
  });
  try {
    await whole;
  } finally {
    stop();
  }
  if (file.size === 0) throw empty();
  return new Uint8Array(file.room.buffer, file.room.byteOffset, file.size);
}

interface Watch {
  readonly more: (chunk: Buffer) => void;
  readonly last: () => void;
  readonly cut: () => void;
}

/** Hears the request until it is stopped; what takes too long as a whole, or trickles, is cut. */
function watched(req: IncomingMessage, limits: UploadLimits, { more, last, cut }: Watch): () => void {
  const deadline = setTimeout(cut, DEADLINE_MS);
  let [total, counted] = [0, 0];
  const heard = (chunk: Buffer): void => {
    total += chunk.length;
    more(chunk);
  };
  const pace = setInterval(() => {
    if (total - counted < PACE_BYTES) cut();
    counted = total;
  }, limits.paceMs ?? PACE_MS);
  req.on('data', heard).once('end', last).once('close', cut).once('error', cut);
  return () => {
    req.off('data', heard).off('end', last).off('close', cut).pause();
    clearTimeout(deadline);
    clearInterval(pace);
  };
}

/** What has come so far. */
interface Arrival {
  readonly fields: Map<string, string>;
  file: { name: string; mediaType: string; room: Buffer<ArrayBuffer>; size: number } | undefined;
}

type Fail = (error: DomainError) => void;

async function parsed(ctx: Context, limits: UploadLimits): Promise<Upload> {
  const { req } = ctx;
  if (req.destroyed) throw incomplete();
  const boy = parserFor(ctx, limits);
  const arrival: Arrival = { fields: new Map(), file: undefined };
  const fail = (error: DomainError): void => void boy.destroy(error); // told to `whole` below
  const cut = (): void => fail(incomplete());
  let ending: NodeJS.Timeout | undefined;
  let total = 0;
  const more = (chunk: Buffer): void => {
    total += chunk.length;
    // no waiting for the parser: what it has not taken yet is within the limit too
    if (total > mostBytes(limits)) fail(tooLarge(limits));
    else if (!boy.destroyed) boy.write(chunk);
  };
  const last = (): void => {
    ending = setTimeout(cut, END_MS);
    boy.end();
  };
  const whole = new Promise<void>((resolve, reject) => {
    boy.once('finish', resolve);
    boy.on('error', error => reject(error instanceof DomainError ? error : incomplete(error)));
  });
  take(boy, arrival, { limits, fail, declared: ctx.request.length });
  const stop = watched(req, limits, { more, last, cut });
  try {
    await whole;
  } finally {
    stop();
    clearTimeout(ending);
  }
  return uploadOf(arrival);
}

/** The file with everything around it. */
function mostBytes({ maxBytes, fieldBytes = 0 }: UploadLimits): number {
  return maxBytes + ENVELOPE_BYTES + fieldBytes;
}

function parserFor(
  ctx: Context,
  { maxBytes, maxFields = 5, fieldBytes = FIELD_BYTES }: UploadLimits,
): Busboy {
  try {
    return new Busboy({
      headers: ctx.req.headers as BusboyHeaders, // its content type was looked at
      isPartAFile: (name, _type, fileName) => fileName !== undefined || name === 'file',
      limits: {
        fileSize: maxBytes + 1,
        files: 1,
        fields: maxFields,
        fieldSize: fieldBytes,
        headerPairs: 20,
        headerSize: 8192,
      },
    });
  } catch (error) {
    throw new DomainError('BAD_REQUEST', '上传内容的格式不对，请用网页重新上传。', { cause: error });
  }
}

function take(
  boy: Busboy,
  arrival: Arrival,
  { limits, fail, declared }: { limits: UploadLimits; fail: Fail; declared: number | undefined },
): void {
  const refuse = (detail: string): void => fail(new DomainError('BAD_REQUEST', detail));
  boy.on('file', (field, stream: BusboyFileStream, ...[name, , mediaType]) => {
    stream.on('error', error => fail(incomplete(error)));
    if (field !== 'file') return refuse('文件须放在字段 file 中，请改正后重新上传。');
    const room = Buffer.allocUnsafeSlow(Math.min(declared ?? FIRST_ROOM_BYTES, limits.maxBytes));
    const file = { name: cleanName(name), mediaType, room, size: 0 };
    arrival.file = file;
    stream.on('data', (chunk: Buffer) => {
      if (file.size + chunk.length > limits.maxBytes) return fail(tooLarge(limits));
      file.room = roomFor(file, chunk.length, limits.maxBytes);
      file.size += chunk.copy(file.room, file.size);
    });
  });
  boy.on('field', (name, value, ...[, isCut]) => {
    if (!/^[a-zA-Z][a-zA-Z0-9-]{0,39}$/.test(name)) return refuse('上传的字段名不对，请对照接口说明改正。');
    if (arrival.fields.has(name)) return refuse(`字段 ${name} 只能填写一次，请改正后重新上传。`);
    if (isCut) return refuse(`字段 ${name} 的内容过长，请缩短后重新上传。`);
    arrival.fields.set(name, value);
  });
  boy.on('filesLimit', () => refuse('一次只能上传一个文件，请逐个上传。'));
  boy.on('fieldsLimit', () => refuse('上传的字段过多，请对照接口说明改正。'));
}

/** The same memory while there is room, else twice as much, never beyond the limit. */
function roomFor(
  { room, size }: { room: Buffer<ArrayBuffer>; size: number },
  more: number,
  maxBytes: number,
): Buffer<ArrayBuffer> {
  if (size + more <= room.length) return room;
  const larger = Buffer.allocUnsafeSlow(Math.min(Math.max(2 * room.length, size + more), maxBytes));
  room.copy(larger, 0, 0, size);
  return larger;
}

function uploadOf({ file, fields }: Arrival): Upload {
  if (!file || file.size === 0) throw empty();
  const { name, mediaType, room, size } = file;
  return {
    file: {
      name,
      mediaType: mediaType.toLowerCase(),
      bytes: new Uint8Array(room.buffer, room.byteOffset, size),
    },
    fields: Object.fromEntries(fields),
  };
}

/** A name is shown and written into headers: no path, nothing invisible, not endless; the ending stays. */
function cleanName(name: string | undefined): string {
  const last = (name ?? '').split(/[/\\]/).at(-1) ?? '';
  const visible = last
    .normalize('NFC')
    .replace(/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\ufffd]/gu, '')
    .trim();
  if (/^\.*$/.test(visible)) return '未命名';
  const characters = [...visible];
  if (characters.length <= MAX_NAME_CHARACTERS) return visible;
  const ending = /\.[A-Za-z0-9]{1,8}$/.exec(visible)?.[0] ?? '';
  return characters.slice(0, MAX_NAME_CHARACTERS - ending.length).join('') + ending;
}

function tooLarge({ maxBytes }: UploadLimits): DomainError {
  const megabytes = Math.floor((10 * maxBytes) / 1024 / 1024) / 10;
  return new DomainError('FILE_TOO_LARGE', `文件超过 ${megabytes} MB，请压缩或拆分后重新上传。`);
}

function empty(): DomainError {
  return new DomainError('FILE_EMPTY', '没有收到文件，或文件是空的；请选择文件后重新上传。');
}

function incomplete(cause?: unknown): DomainError {
  return new DomainError('UPLOAD_INCOMPLETE', '文件没有传完，请检查网络后重新上传。', { cause });
}
