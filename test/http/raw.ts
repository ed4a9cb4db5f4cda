/** Requests as no library would write them: bytes to a socket, and whatever comes back. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A connection to the service with its bytes already sent; errors of a connection that is cut are what the tests look for. */
export async function sent(url: string, bytes: string | Uint8Array): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(bytes);
  return socket;
}

/** All that came until the service closed, or until one answer with its body was there. */
export async function answerTo(url: string, bytes: string | Uint8Array): Promise<string> {
  const socket = await sent(url, bytes);
  return new Promise(resolve => {
    let text = '';
    const done = (): void => {
      socket.destroy();
      resolve(text);
    };
    socket.on('data', chunk => {
      text += chunk.toString();
      if (isWhole(text)) done();
    });
    socket.once('close', done);
  });
}

/** Three digits, or nothing where the connection was closed without a word. */
export function statusOf(answer: string): string {
  return /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? '';
}

function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const [, length] = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, end)) ?? [];
  return length !== undefined && Buffer.byteLength(text.slice(end + 4)) >= Number(length);
}
