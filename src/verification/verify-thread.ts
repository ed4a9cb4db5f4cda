/**
 * Verification beside the thread that answers the web: it takes a third of a request's time, and a second thread has a core of its own.
 * One is enough, for it verifies faster than HTTP can bring it texts. Whatever becomes of that thread, every text gets the answer that
 * verify() gives, from this one if need be.
 */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { DomainError } from '../shared/errors.ts';
import type { Instant } from '../shared/time.ts';
import type { World } from '../world.ts';
import type { Believed } from './fresh-trust.ts';
import type { TrustDocument } from './trust.ts';
import { verify } from './verify.ts';

/** To the thread, in this order: what to believe from now on, texts to verify by it. */
export type Told =
  { readonly believe: TrustDocument } | { readonly at: Instant; readonly texts: readonly string[] };

/** From the thread: the reports on the texts of one message in their order, each in JSON on a line of its own. */
export type Said = Uint8Array<ArrayBuffer>;

const LINE_FEED = 0x0a;

export interface Verifier {
  /** True while so many texts wait that one more would wait too long. */
  readonly isFull: () => boolean;
  /** JSON of the report that verify() gives. @throws DomainError OVERLOADED while it is full */
  readonly reportOn: (text: string, believed: Believed, at: Instant) => Promise<Buffer>;
  /** Ends the thread; what is asked afterwards is answered without it. */
  readonly stop: () => Promise<void>;
}

interface Asked {
  readonly text: string;
  readonly believed: Believed;
  readonly at: Instant;
  readonly answer: (report: Buffer | Promise<Buffer>) => void;
}

/** So many texts go to the thread in one message: a message for each would cost this thread half of what is saved. */
const MOST_AT_ONCE = 8;
/** A seventh of a millisecond each: the last of these waits some twenty. */
const MOST_WAITING = 128;
/** The thread's file, compiled. */
export const VERIFY_THREAD = fileURLToPath(new URL('./verify-thread-worker.js', import.meta.url));

/**
 * A verifier whose thread begins with the first text, and again after it ended by itself.
 * @param script of the thread; `none` where it would have no core: everything is verified here
 */
export function makeVerifier(
  log: World['log'],
  script: string = availableParallelism() > 1 ? VERIFY_THREAD : 'none',
): Verifier {
  let thread: VerifyThread | undefined;
  let isStopped = script === 'none';
  const isFull = (): boolean => (thread?.waiting ?? 0) >= MOST_WAITING;
  return {
    isFull,
    reportOn: async (text, believed, at) => {
      if (isFull()) throw overloaded();
      // one that ended before it had answered anything would do so again
      if (thread?.hasEnded === true && !thread.hasAnswered) isStopped = true;
      if (isStopped) return reportHere(text, believed, at);
      if (thread?.hasEnded !== false) thread = new VerifyThread(log, script);
      return thread.reportOn(text, believed, at);
    },
    stop: async () => {
      isStopped = true;
      await thread?.end();
    },
  };
}

function overloaded(): DomainError {
  return new DomainError('OVERLOADED', '现在查验的人太多，请过几秒再试。', { retryAfterSeconds: 3 });
}

async function reportHere(text: string, { trust }: Believed, at: Instant): Promise<Buffer> {
  return Buffer.from(JSON.stringify(await verify(text, trust, at)));
}

class VerifyThread {
  hasAnswered = false;
  hasEnded = false;
  /** Texts without an answer. */
  waiting = 0;
  readonly #worker: Worker;
  /** Collected in this turn of the event loop, not yet sent. */
  #batch: Asked[] = [];
  /** Sent, in the order in which answers come. */
  readonly #sent: (readonly Asked[])[] = [];
  #believes: TrustDocument | undefined;

  constructor(log: World['log'], script: string) {
    this.#worker = new Worker(script, { env: {} });
    this.#worker.unref(); // whoever waits for an answer keeps the process, not the thread
    this.#worker.on('message', (said: Said) => this.#hear(said));
    // its exit follows
    this.#worker.on('error', error => log.error({ error: String(error) }, 'verify thread failed'));
    this.#worker.once('exit', () => this.#fall());
  }

  async reportOn(text: string, believed: Believed, at: Instant): Promise<Buffer> {
    const [first] = this.#batch;
    if (first && (first.at !== at || first.believed !== believed || this.#batch.length >= MOST_AT_ONCE))
      this.#send();
    this.waiting += 1;
    return new Promise(answer => {
      if (this.#batch.push({ text, believed, at, answer }) === 1) setImmediate(() => this.#send());
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #send(): void {
    const batch = this.#batch;
    const [first] = batch;
    if (!first) return;
    this.#batch = [];
    this.#sent.push(batch);
    const { document } = first.believed;
    if (this.#believes !== document) this.#tell({ believe: document });
    this.#believes = document;
    this.#tell({ at: first.at, texts: batch.map(({ text }) => text) });
  }

  #tell(told: Told): void {
    this.#worker.postMessage(told);
  }

  #hear(said: Said): void {
    this.hasAnswered = true;
    const lines = Buffer.from(said.buffer);
    let at = 0;
    for (const { answer } of this.#sent.shift() ?? []) {
      const end = lines.indexOf(LINE_FEED, at);
      answer(lines.subarray(at, end));
      this.waiting -= 1;
      at = end + 1;
    }
  }

  #fall(): void {
    this.hasEnded = true;
    this.waiting = 0;
    for (const { text, believed, at, answer } of [...this.#sent.flat(), ...this.#batch])
      answer(reportHere(text, believed, at));
    this.#sent.length = 0;
    this.#batch = [];
  }
}
