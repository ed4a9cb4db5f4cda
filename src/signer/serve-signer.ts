/**
 * The signer of the contract in keys/signer-contract.ts, over the keys of an HSM: says who may do what, counts every signature per key in its
 * log (to be held against the promises in the service's audit), and answers on this machine only. Logs labels and counts, never tokens or
 * digests.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isLabel, MAX_SIGNER_BODY_BYTES } from '../keys/signer-contract.ts';
import { fromBase64url, toBase64url } from '../shared/bytes.ts';
import { isSignerKeyWanted, isSignerOrder } from '../shared/shapes/shapes.ts';
import { parseStrictJson } from '../shared/strict-json.ts';
import { HsmRefusal, type Hsm } from './hsm.ts';

export interface SignerOptions {
  readonly hsm: Hsm;
  readonly tokens: { readonly service: string; readonly custodian: string };
  /** 0: any free one. */
  readonly port: number;
  readonly log: (line: Readonly<Record<string, string | number>>) => void;
}

export interface ServedSigner {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Listens on 127.0.0.1; whoever needs it from another machine puts TLS before it. */
export async function serveSigner(options: SignerOptions): Promise<ServedSigner> {
  const signatures = new Map<string, number>();
  const server = createServer(
    { requestTimeout: 10_000, headersTimeout: 5000, keepAliveTimeout: 60_000 },
    (request, response) => {
      respond({ ...options, signatures }, request)
        .catch((error: unknown) => failed(options, error))
        .then(answer => send(request, response, answer))
        .catch(() => response.destroy());
    },
  );
  server.maxConnections = 256;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo; // a server on TCP has no other
  return { url: `http://127.0.0.1:${port}`, stop: async () => closed(server) };
}

interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

type Desk = SignerOptions & { readonly signatures: Map<string, number> };

async function respond(desk: Desk, request: IncomingMessage): Promise<Answer> {
  const who = callerOf(desk, request.headers.authorization);
  if (who === undefined) return { status: 401 };
  const [, place, label, deed, ...more] = (request.url ?? '').split('/');
  const call = [request.method, place, label === undefined ? '' : ':label', deed ?? '', ...more]
    .join(' ')
    .trim();
  const owner = call === 'POST keys :label signatures' ? 'service' : 'custodian';
  if (call !== 'GET health' && who !== owner) return { status: 403 };
  if (label !== undefined && !isLabel(label)) return { status: 404 };
  switch (call) {
    case 'GET health':
      await desk.hsm.demandReady();
      return { status: 200, body: { state: 'ready' } };
    case 'POST keys':
      return created(desk, await jsonOf(request));
    case 'POST keys :label signatures':
      return signed(desk, label ?? '', await jsonOf(request));
    case 'DELETE keys :label':
      await desk.hsm.destroy(label ?? '');
      desk.log({ event: 'destroyed', key: label ?? '', signatures: desk.signatures.get(label ?? '') ?? 0 });
      return { status: 204 };
    default:
      return { status: 404 };
  }
}

/** Compared by their hashes, so that neither length nor content shows in the time it takes. */
function callerOf({ tokens }: Desk, header = ''): 'service' | 'custodian' | undefined {
  const given = sha256(header);
  const isService = timingSafeEqual(given, sha256(`Bearer ${tokens.service}`));
  const isCustodian = timingSafeEqual(given, sha256(`Bearer ${tokens.custodian}`));
  if (isService) return 'service';
  return isCustodian ? 'custodian' : undefined;
}

async function created({ hsm, log }: Desk, wanted: unknown): Promise<Answer> {
  if (!isSignerKeyWanted(wanted)) return { status: 400 };
  const { label, use, alg } = wanted;
  const jwk = await hsm.create(label);
  log({ event: 'created', key: label, use });
  return { status: 201, body: { label, alg, jwk } };
}

/** Counted before it is given: a signature that nobody has counted is the one to fear. */
async function signed({ hsm, log, signatures }: Desk, label: string, order: unknown): Promise<Answer> {
  const digest = isSignerOrder(order) ? fromBase64url(order.digest) : undefined;
  if (digest?.length !== 32) return { status: 400 };
  const signature = await hsm.sign(label, digest);
  const count = (signatures.get(label) ?? 0) + 1;
  signatures.set(label, count);
  log({ event: 'signed', key: label, signatures: count });
  return { status: 200, body: { alg: 'ES256', signature: toBase64url(signature) } };
}

function failed({ log }: SignerOptions, error: unknown): Answer {
  if (error instanceof HsmRefusal) return { status: error.reason === 'taken' ? 409 : 404 };
  log({ event: 'failed', error: error instanceof Error ? error.message : 'unknown' });
  return { status: 503 };
}

/** Undefined for a body that is too long or no JSON. */
async function jsonOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MAX_SIGNER_BODY_BYTES) return undefined;
    parts.push(part);
  }
  return parseStrictJson(Buffer.concat(parts).toString('utf8'));
}

function send(request: IncomingMessage, response: ServerResponse, { status, body }: Answer): void {
  // what was not read of a refused body must not be taken for the next request
  if (!request.complete) response.setHeader('connection', 'close');
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}

async function closed(server: Server): Promise<void> {
  const done = new Promise<void>(resolve => server.close(() => resolve()));
  server.closeAllConnections();
  await done;
}
