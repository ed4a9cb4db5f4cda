/**
 * Makes an SQLite engine without compiler look like the `sqlite3` package that Sequelize's SQLite dialect drives.
 * One writer at a time per file in this process: Sequelize opens a connection per transaction, and without a queue they
 * starve each other with SQLITE_BUSY. WAL with synchronous=FULL: the weaker settings lose acknowledged rows in a power cut.
 * Uses Node's own `node:sqlite` where it exists (Node ≥ 22.13), else the prebuilt package with the same API.
 */

interface Prepared {
  columns(): readonly unknown[];
  all(...values: unknown[]): Record<string, unknown>[];
  run(...values: unknown[]): { lastInsertRowid: number | bigint; changes: number | bigint };
}
interface Engine {
  exec(sql: string): void;
  prepare(sql: string): Prepared;
  close(): void;
}
type EngineModule = { DatabaseSync: new (filename: string) => Engine };
type Callback = (this: Statement, error: Error | null, rows?: unknown) => void;
type Params = readonly unknown[] | Record<string, unknown> | null | undefined;

const RESULT_CODES: Readonly<Record<number, string>> = {
  5: 'SQLITE_BUSY',
  6: 'SQLITE_LOCKED',
  8: 'SQLITE_READONLY',
  10: 'SQLITE_IOERR',
  11: 'SQLITE_CORRUPT',
  13: 'SQLITE_FULL',
  14: 'SQLITE_CANTOPEN',
  19: 'SQLITE_CONSTRAINT',
};
const WRITE = /^\s*(insert|update|delete|replace|create|drop|alter|reindex|vacuum)/i;
const BEGIN = /^\s*begin\b/i;
const END = /^\s*(commit|rollback)\b(?!.*\bto\b)/i;
/** How long a write waits for another process, and for this process's own queue, before SQLITE_BUSY. */
const BUSY_MS = 5000;
const QUEUE_MS = 30_000;
const STATEMENT_CACHE = 300;
const MOST_IDLE = 4;

/**
 * A connection of the engine with its prepared statements: dear to make, for it reads the whole schema and compiles each statement.
 * And dear to close: the package ends a closed connection only when the collector has found the last of its statements.
 */
interface Session {
  readonly engine: Engine;
  readonly prepared: Map<string, Prepared>;
}

/** What this process has of a file: its one writer and those who wait, and the sessions that transactions have left. */
interface SharedFile {
  owner: Database | null;
  readonly waiting: (() => void)[];
  readonly idle: Session[];
  /** Sessions in use; with the last of them the idle ones are closed. */
  inUse: number;
}
const files = new Map<string, SharedFile>();

/** Sequelize looks at `constructor.name === 'Statement'` and reads these two fields. */
class Statement {
  lastID = 0;
  changes = 0;
  readonly sql: string;
  constructor(sql: string) {
    this.sql = sql;
  }
}

class Database {
  readonly filename: string;
  uuid: string | undefined;
  readonly #file: SharedFile;
  #session: Session | undefined;
  #inTransaction = false;
  /** A begin or an end went wrong: nobody knows in what state it left the session. */
  #isSpoilt = false;

  constructor(filename: string, _mode: number, opened?: (error: Error | null) => void) {
    this.filename = filename;
    this.#file = sharedFile(filename);
    let fault: Error | null = null;
    try {
      this.#session = this.#file.idle.pop() ?? { engine: open(filename), prepared: new Map() };
      this.#file.inUse += 1;
    } catch (error) {
      fault = error instanceof Error ? error : new Error(String(error));
    }
    queueMicrotask(() => opened?.(fault));
  }

  run(sql: string, params?: Params | Callback, callback?: Callback): this {
    return this.#submit(sql, params, callback);
  }

  all(sql: string, params?: Params | Callback, callback?: Callback): this {
    return this.#submit(sql, params, callback);
  }

  exec(sql: string, callback?: (error: Error | null) => void): this {
    let fault: Error | null = null;
    try {
      this.#session?.engine.exec(sql);
    } catch (error) {
      fault = withCode(error);
    }
    setImmediate(() => callback?.(fault));
    return this;
  }

  serialize(body?: () => void): void {
    body?.();
  }

  parallelize(body?: () => void): void {
    body?.();
  }

  configure(): void {
    // Sequelize calls it; there is nothing to configure here.
  }

  close(callback?: (error: Error | null) => void): void {
    if (this.#session) this.#leave(this.#session);
    this.#session = undefined;
    this.#release();
    setImmediate(() => callback?.(null));
  }

  /** The next transaction takes the session over, unless something of this one may be left in it. */
  #leave(session: Session): void {
    const { idle } = this.#file;
    this.#file.inUse -= 1;
    if (this.#inTransaction || this.#isSpoilt || idle.length >= MOST_IDLE) session.engine.close();
    else idle.push(session);
    if (this.#file.inUse === 0) for (const each of idle.splice(0)) each.engine.close();
  }

  #submit(sql: string, params: Params | Callback, callback: Callback | undefined): this {
    const done = typeof params === 'function' ? params : callback;
    const values = typeof params === 'function' ? undefined : params;
    const begins = BEGIN.test(sql);
    const job: Job = {
      sql: begins ? 'BEGIN IMMEDIATE' : sql,
      values,
      begins,
      ends: END.test(sql),
      locks: begins || (WRITE.test(sql) && !this.#inTransaction),
      since: Date.now(),
      done,
    };
    if (!job.locks) this.#attempt(job);
    else if (this.#file.owner === null) this.#take(job);
    else this.#wait(job);
    return this;
  }

  #take(job: Job): void {
    this.#file.owner = this;
    this.#attempt(job);
  }

  #wait(job: Job): void {
    const run = (): void => {
      clearTimeout(timer);
      this.#take({ ...job, since: Date.now() });
    };
    const timer = setTimeout(() => {
      this.#file.waiting.splice(this.#file.waiting.indexOf(run), 1);
      const busy = Object.assign(new Error('SQLITE_BUSY: waited for the writer lock'), {
        code: 'SQLITE_BUSY',
      });
      job.done?.call(new Statement(job.sql), busy);
    }, QUEUE_MS);
    this.#file.waiting.push(run);
  }

  #attempt(job: Job): void {
    try {
      const [statement, rows] = this.#execute(job.sql, job.values);
      if (job.begins) this.#inTransaction = true;
      this.#finish(job, null, { statement, rows });
    } catch (error) {
      const fault = withCode(error);
      if (fault.code === 'SQLITE_BUSY' && Date.now() - job.since < BUSY_MS) {
        setTimeout(() => this.#attempt(job), 5 + Math.random() * 20);
        return;
      }
      this.#finish(job, fault, { statement: new Statement(job.sql), rows: undefined });
    }
  }

  #finish(job: Job, fault: Error | null, result: { statement: Statement; rows: unknown }): void {
    if (fault !== null && (job.begins || job.ends)) this.#isSpoilt = true;
    const free = job.begins ? fault !== null : job.ends || (job.locks && !this.#inTransaction);
    if (free) {
      if (job.ends) this.#inTransaction = false;
      this.#release();
    }
    setImmediate(() => job.done?.call(result.statement, fault, result.rows));
  }

  #release(): void {
    if (this.#file.owner !== this) return;
    this.#file.owner = null;
    this.#file.waiting.shift()?.();
  }

  #execute(sql: string, params: Params): [Statement, unknown[]] {
    const prepared = this.#prepare(sql);
    const statement = new Statement(sql);
    if (prepared.columns().length === 0) {
      const result = prepared.run(...bindings(params));
      statement.lastID = Number(result.lastInsertRowid);
      statement.changes = Number(result.changes);
      return [statement, []];
    }
    const rows = prepared.all(...bindings(params)).map(row => ({ ...row }));
    return [statement, rows];
  }

  #prepare(sql: string): Prepared {
    if (!this.#session) throw new Error('SQLITE_CANTOPEN: the database is not open');
    const { engine, prepared } = this.#session;
    const known = prepared.get(sql);
    if (known) return known;
    const made = engine.prepare(sql);
    const oldest = prepared.keys().next().value;
    if (prepared.size >= STATEMENT_CACHE && oldest !== undefined) prepared.delete(oldest);
    prepared.set(sql, made);
    return made;
  }
}

interface Job {
  readonly sql: string;
  readonly values: Params;
  readonly begins: boolean;
  readonly ends: boolean;
  readonly locks: boolean;
  readonly since: number;
  readonly done: Callback | undefined;
}

/** True where SQLite reported this result code: Sequelize hides it under `parent` or `original`. */
function withCode(error: unknown): Error & { code: string } {
  const fault = error instanceof Error ? error : new Error(String(error));
  const errcode = 'errcode' in fault && typeof fault.errcode === 'number' ? fault.errcode : 0;
  const code = RESULT_CODES[errcode & 255] ?? 'SQLITE_ERROR';
  return Object.assign(new Error(`${code}: ${fault.message}`, { cause: fault }), { code, errno: errcode });
}

function sharedFile(filename: string): SharedFile {
  const known = files.get(filename);
  if (known) return known;
  const file: SharedFile = { owner: null, waiting: [], idle: [], inUse: 0 };
  files.set(filename, file);
  return file;
}

function bindings(params: Params): unknown[] {
  if (params === null || params === undefined) return [];
  if (Array.isArray(params)) return params.map(plain);
  return [Object.fromEntries(Object.entries(params).map(([name, value]) => [name, plain(value)]))];
}

function plain(value: unknown): unknown {
  if (value === undefined) return null;
  if (typeof value === 'boolean') return Number(value);
  return value instanceof Date ? value.toISOString() : value;
}

const { DatabaseSync } = await loadEngine();

async function loadEngine(): Promise<EngineModule> {
  const builtIn = 'node:sqlite';
  try {
    // A variable, so that compilers with Node 20's types do not look for the module.
    return (await import(builtIn)) as EngineModule;
  } catch {
    // Node < 22.13 has no node:sqlite; the package carries the same API and a prebuilt engine.
    return (await import('@photostructure/sqlite')) as unknown as EngineModule;
  }
}

function open(filename: string): Engine {
  const engine = new DatabaseSync(filename);
  for (const pragma of ['busy_timeout=0', 'journal_mode=WAL', 'synchronous=FULL', 'foreign_keys=ON']) {
    engine.exec(`PRAGMA ${pragma}`);
  }
  return engine;
}

/** What Sequelize's `dialectModule` option wants. */
export const sqliteDriver = {
  Database,
  Statement,
  OPEN_READONLY: 1,
  OPEN_READWRITE: 2,
  OPEN_CREATE: 4,
  verbose() {
    return this;
  },
};
