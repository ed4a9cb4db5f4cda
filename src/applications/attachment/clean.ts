/**
 * An attachment as it may be kept and shown: judged by its first bytes, then made anew in a child process with limits on memory and
 * time, at most two at once. What would crash or exhaust a reader ends that process, never this one.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bounded } from '../../shared/bounded.ts';
import { MAX_FILE_BYTES, type MediaType } from './attachment.ts';
import { AttachmentRefused } from './refused.ts';

const CHILD = fileURLToPath(new URL('./clean-child.js', import.meta.url));
const HEAP_MB = 256;
const MAX_RESIDENT_BYTES = 512 * 1024 * 1024;
const DEADLINE_MS = 20_000;
const WATCH_MS = 20;
const HEAD_BYTES = 5;
const PAGE_BYTES = 4096;

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
  return { mediaType, bytes: await cleaning(async () => inChild(bytes, mediaType)) };
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

async function inChild(bytes: Uint8Array, mediaType: MediaType): Promise<Uint8Array> {
  const child = spawn(process.execPath, [`--max-old-space-size=${HEAP_MB}`, CHILD, mediaType], {
    env: {}, // no secret of ours is within reach of a hostile file
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const unwatch = watch(child);
  const answer = collected(child);
  child.stdin.on('error', () => undefined); // it ended before it had read all; the exit tells
  child.stdin.end(bytes);
  try {
    return await answer;
  } finally {
    unwatch();
    child.kill('SIGKILL');
  }
}

/** What the child wrote, once it has ended in order. @throws AttachmentRefused with its reason, or because it had to be ended */
async function collected(child: ChildProcess): Promise<Uint8Array> {
  let head = Buffer.alloc(0);
  let body: Buffer<ArrayBuffer> | undefined;
  let at = 0;
  child.stdout?.on('data', (chunk: Buffer) => {
    let rest = chunk;
    if (!body) {
      head = Buffer.concat([head, chunk]);
      if (head.length < HEAD_BYTES) return;
      body = Buffer.allocUnsafeSlow(Math.min(head.readUInt32BE(1), MAX_FILE_BYTES + 1));
      rest = head.subarray(HEAD_BYTES);
    }
    at += rest.copy(body, at);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0 || !body || at !== body.length)
    throw new AttachmentRefused(
      '文件过大、过于复杂或已损坏，无法处理；请另存为普通的 PDF 或图片后重新上传。',
    );
  if (head[0] === 0) throw new AttachmentRefused(body.toString('utf8'));
  if (body.length > MAX_FILE_BYTES)
    throw new AttachmentRefused('文件整理后超过 10 MB，请降低分辨率后重新上传。');
  return new Uint8Array(body.buffer, 0, body.length);
}

/** Ends the child when its time is over or its memory too large; buffers of decoders are not in the heap that Node limits. */
function watch(child: ChildProcess): () => void {
  const end = (): void => void child.kill('SIGKILL');
  const deadline = setTimeout(end, DEADLINE_MS);
  const look = (): void => {
    readFile(`/proc/${child.pid}/statm`, 'latin1').then(
      text => {
        if (Number(text.split(' ')[1]) * PAGE_BYTES > MAX_RESIDENT_BYTES) end();
      },
      () => undefined, // no /proc here, or the child is gone
    );
  };
  const watching = setInterval(look, WATCH_MS);
  return () => {
    clearTimeout(deadline);
    clearInterval(watching);
  };
}
