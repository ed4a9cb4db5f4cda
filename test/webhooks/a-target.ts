/** Receivers of notifications on this machine, well-behaved and otherwise. */
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { ExecutionContext } from 'ava';
import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';

export interface Received {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Target {
  readonly port: number;
  readonly url: string;
  readonly received: Received[];
  /** How many connections were made to it. */
  readonly connections: () => number;
}

export type Behaviour = (response: ServerResponse, received: Received) => void;

export function answering(status: number, headers: Record<string, string> = {}): Behaviour {
  return response => response.writeHead(status, headers).end('{}');
}

/** A receiver over HTTP that reads everything, then behaves so. */
export async function aTarget(
  t: ExecutionContext,
  behave: Behaviour = answering(204),
  host = '127.0.0.1',
): Promise<Target> {
  const received: Received[] = [];
  const server = createHttpServer(recording(received, behave));
  return listening(t, server, { received, scheme: 'http', host });
}

/** A receiver over HTTPS with a certificate for these names, and the authority that vouches for it. */
export async function aSecureTarget(
  t: ExecutionContext,
  names: readonly string[],
): Promise<Target & { readonly ca: string }> {
  const received: Received[] = [];
  const { key, certificate } = await selfSigned(names);
  const server = createHttpsServer({ key, cert: certificate }, recording(received, answering(204)));
  return {
    ...(await listening(t, server, { received, scheme: 'https', host: '127.0.0.1' })),
    ca: certificate,
  };
}

/** A peer that takes connections and does what it likes. */
export async function aPeer(t: ExecutionContext, behave: (socket: Socket) => void): Promise<Target> {
  const server = createTcpServer(socket => {
    socket.on('error', () => socket.destroy()); // cut off by us, as it deserves
    behave(socket);
  });
  return listening(t, server, { received: [], scheme: 'http', host: '127.0.0.1' });
}

function recording(received: Received[], behave: Behaviour) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { method, url: path, headers } = request;
      const one = { method, path, headers, body: Buffer.concat(parts).toString('utf8') };
      received.push(one);
      behave(response, one);
    });
  };
}

async function listening(
  t: ExecutionContext,
  server: Server,
  { received, scheme, host }: { received: Received[]; scheme: string; host: string },
): Promise<Target> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
  });
  await new Promise<void>(resolve => server.listen(0, host, resolve));
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { port, url: `${scheme}://${host}:${port}/hook`, received, connections: () => connections };
}

async function selfSigned(names: readonly string[]): Promise<{ key: string; certificate: string }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const { privateKey, publicKey } = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = new pkijs.Certificate();
  certificate.version = 2;
  certificate.serialNumber = new asn1js.Integer({ value: 1 });
  for (const who of [certificate.issuer, certificate.subject])
    who.typesAndValues.push(
      new pkijs.AttributeTypeAndValue({ type: '2.5.4.3', value: new asn1js.Utf8String({ value: 'test' }) }),
    );
  certificate.notBefore.value = new Date('2020-01-01');
  certificate.notAfter.value = new Date('2049-01-01');
  const altNames = names.map(value => new pkijs.GeneralName({ type: 2, value }));
  const extnValue = new pkijs.GeneralNames({ names: altNames }).toSchema().toBER(false);
  certificate.extensions = [new pkijs.Extension({ extnID: '2.5.29.17', critical: false, extnValue })];
  await certificate.subjectPublicKeyInfo.importKey(publicKey);
  await certificate.sign(privateKey, 'SHA-256');
  const key = await crypto.subtle.exportKey('pkcs8', privateKey);
  return {
    key: pem('PRIVATE KEY', key),
    certificate: pem('CERTIFICATE', certificate.toSchema(true).toBER(false)),
  };
}

function pem(label: string, bytes: ArrayBuffer): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
