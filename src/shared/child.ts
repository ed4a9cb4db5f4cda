/**
 * Work on hostile input in a process of its own, with limits on memory and time and nothing in reach: no environment, no database, no keys.
 * What would crash or exhaust a reader ends that process, never this one. Node only.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';

export interface ChildOrder {
  /** Compiled file that calls `answerParent`. */
  readonly script: string;
  readonly args: readonly string[];
  readonly input: Uint8Array;
  readonly heapMb: number;
  /** With decoders' buffers, which are not in the heap that Node limits. */
  readonly residentBytes: number;
  readonly deadlineMs: number;
  /** Larger answers are cut there. */
  readonly answerBytes: number;
}

/** What a child says: one byte of its own choice, and bytes. */
export interface ChildAnswer {
  readonly status: number;
  readonly body: Uint8Array;
}

const WATCH_MS = 20;
const HEAD_BYTES = 5;
const PAGE_BYTES = 4096;

/** What the child answered; undefined when it had to be ended, or ended itself. */
export async function inChild(order: ChildOrder): Promise<ChildAnswer | undefined> {
  const child = spawn(
    process.execPath,
    [`--max-old-space-size=${order.heapMb}`, order.script, ...order.args],
    {
      env: {}, // no secret of ours is within reach of a hostile file
      stdio: ['pipe', 'pipe', 'ignore'],
    },
  );
  const unwatch = watch(child, order);
  const answer = collected(child, order.answerBytes);
  child.stdin.on('error', () => undefined); // it ended before it had read all; the exit tells
  child.stdin.end(order.input);
  try {
    return await answer;
  } finally {
    unwatch();
    child.kill('SIGKILL');
  }
}

/** The child's side: all of stdin is the input, the answer goes out by stdout. */
export async function answerParent(work: (input: Uint8Array) => Promise<ChildAnswer>): Promise<void> {
  const input: Buffer[] = [];
  for await (const chunk of process.stdin) input.push(chunk as Buffer);
  const { status, body } = await work(new Uint8Array(Buffer.concat(input)));
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt8(status, 0);
  head.writeUInt32BE(body.length, 1);
  process.stdout.write(head);
  process.stdout.write(body);
}

/** What the child wrote, once it has ended in order. */
async function collected(child: ChildProcess, answerBytes: number): Promise<ChildAnswer | undefined> {
  let head = Buffer.alloc(0);
  let body: Buffer<ArrayBuffer> | undefined;
  let at = 0;
  child.stdout?.on('data', (chunk: Buffer) => {
    let rest = chunk;
    if (!body) {
      head = Buffer.concat([head, chunk]);
      if (head.length < HEAD_BYTES) return;
      body = Buffer.allocUnsafeSlow(Math.min(head.readUInt32BE(1), answerBytes));
      rest = head.subarray(HEAD_BYTES);
    }
    at += rest.copy(body, at);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0 || !body || at !== body.length) return undefined;
  return { status: head[0] ?? 0, body: new Uint8Array(body.buffer, 0, body.length) };
}

/** Ends the child when its time is over or its memory too large. */
function watch(child: ChildProcess, { deadlineMs, residentBytes }: ChildOrder): () => void {
  const end = (): void => void child.kill('SIGKILL');
  const deadline = setTimeout(end, deadlineMs);
  const look = (): void => {
    readFile(`/proc/${child.pid}/statm`, 'latin1').then(
      text => {
        if (Number(text.split(' ')[1]) * PAGE_BYTES > residentBytes) end();
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
