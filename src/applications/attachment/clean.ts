/**
 * An attachment as it may be kept and shown: judged by its first bytes, then made anew in a child process with limits on memory and
 * time, at most two at once. What would crash or exhaust a reader ends that process, never this one.
 */
import { fileURLToPath } from 'node:url';
import { bounded } from '../../shared/bounded.ts';
import { inChild } from '../../shared/child.ts';
import { MAX_FILE_BYTES, type MediaType } from './attachment.ts';
import { AttachmentRefused } from './refused.ts';

const CHILD = fileURLToPath(new URL('./clean-child.js', import.meta.url));
const LIMITS = {
  heapMb: 256,
  residentBytes: 512 * 1024 * 1024,
  deadlineMs: 20_000,
  answerBytes: MAX_FILE_BYTES + 1,
};

const cleaning = bounded({ atOnce: 2, waiting: 200 });

/**
 * The file made anew: same content for the eye, nothing else in it.
 * @param declared media type that came with the file; must be what the bytes say
 * @throws AttachmentRefused, DomainError TOO_MANY_ATTEMPTS
 */
export async function clean(
  bytes: Uint8Array,
  declared: string,
): Promise<{ mediaType: MediaType; bytes: Uint8Array }> {
  const mediaType = mediaTypeOf(bytes);
  if (mediaType === undefined)
    throw new AttachmentRefused('只接受 PDF、JPG、PNG 文件，请转换格式后重新上传。');
  if (mediaType !== declared)
    throw new AttachmentRefused('文件内容与所标类型不符，请用正确的扩展名保存后重新上传。');
  return { mediaType, bytes: await cleaning(async () => madeAnew(bytes, mediaType)) };
}

const MAGIC: readonly [MediaType, string][] = [
  ['application/pdf', '%PDF-'],
  ['image/jpeg', '\xff\xd8\xff'],
  ['image/png', '\x89PNG\r\n\x1a\n'],
];

function mediaTypeOf(bytes: Uint8Array): MediaType | undefined {
  const start = Buffer.from(bytes.subarray(0, 8)).toString('latin1');
  return MAGIC.find(([, magic]) => start.startsWith(magic))?.[0];
}

async function madeAnew(bytes: Uint8Array, mediaType: MediaType): Promise<Uint8Array> {
  const answer = await inChild({ script: CHILD, args: [mediaType], input: bytes, ...LIMITS });
  if (!answer)
    throw new AttachmentRefused(
      '文件过大、过于复杂或已损坏，无法处理；请另存为普通的 PDF 或图片后重新上传。',
    );
  const { status, body } = answer;
  if (status === 0) throw new AttachmentRefused(new TextDecoder().decode(body));
  if (body.length > MAX_FILE_BYTES)
    throw new AttachmentRefused('文件整理后超过 10 MB，请降低分辨率后重新上传。');
  return body;
}
