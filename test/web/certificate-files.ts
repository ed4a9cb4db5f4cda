/** A test issuer's certificates as people have them: the sealed picture, photographs, PDFs, and a film for a camera that is none. */
import { sign } from 'node:crypto';
import { PDFDocument } from '@cantoo/pdf-lib';
import sharp from 'sharp';
import { withTextBeforePixels } from '../../src/certificate/face/png.ts';
import {
  CREDENTIAL_KEYWORD,
  SEAL_KEYWORD,
  credentialIdIn,
  sealInput,
} from '../../src/certificate/file-seal.ts';
import { qrSymbol } from '../../src/certificate/qr/symbol.ts';
import { makeRenderer } from '../../src/certificate/render.ts';
import { toBase64url } from '../../src/shared/bytes.ts';
import { withLowS } from '../../src/keys/signature.ts';
import { createHash } from 'node:crypto';
import { aFaceContent } from '../certificate/face/a-content.ts';
import type { TestIssuer } from '../support/issuer.ts';

const renderer = makeRenderer();

/** The certificate's page as PNG with its credential and the seal of the files key. */
export async function sealedPng(
  issuer: TestIssuer,
  { jwt, qrText }: { jwt: string; qrText: string },
): Promise<Buffer> {
  const finish = (png: Uint8Array): Promise<Uint8Array> => {
    const sha256 = createHash('sha256').update(png).digest('hex');
    const seal = { iss: issuer.issuer.did, iat: issuer.at - 60, id: credentialIdIn(jwt) ?? '', sha256 };
    const input = sealInput(seal, issuer.filesKey.entry.number);
    const key = { key: issuer.filesKey.privateKey, dsaEncoding: 'ieee-p1363' } as const;
    const signature = withLowS(new Uint8Array(sign('sha256', Buffer.from(input), key)));
    const text = `${input}.${toBase64url(signature)}`;
    return Promise.resolve(withTextBeforePixels(png, { keyword: SEAL_KEYWORD, text }));
  };
  const content = aFaceContent({ qrText, isTest: true });
  return Buffer.from(
    await renderer.renderChecked(content, { texts: [{ keyword: CREDENTIAL_KEYWORD, text: jwt }], finish }),
  );
}

/** The code alone, as large as asked for, on white. */
export async function codePng(qrText: string, side: number): Promise<Buffer> {
  const { modules, size } = qrSymbol(qrText);
  const dark = modules.flatMap((row, y) =>
    row.flatMap((isDark, x) => (isDark ? [`M${x + 4} ${y + 4}h1v1h-1z`] : [])),
  );
  const whole = size + 8;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}" viewBox="0 0 ${whole} ${whole}" shape-rendering="crispEdges"><rect width="${whole}" height="${whole}" fill="#fff"/><path d="${dark.join('')}"/></svg>`;
  return sharp(Buffer.from(svg)).png().toBuffer();
}

/** A page like a photograph or a collage: pictures one beside the other on grey. */
export async function besides(pictures: readonly Buffer[], side: number): Promise<Buffer> {
  const composed = pictures.map((input, place) => ({ input, left: 40 + place * (side + 80), top: 60 }));
  return sharp({
    create: {
      width: pictures.length * (side + 80),
      height: side + 120,
      channels: 3,
      background: '#c9c7c2',
    },
  })
    .composite(composed)
    .png()
    .toBuffer();
}

/** A page full of codes, seven in a row. */
export async function gridOf(pictures: readonly Buffer[], side: number): Promise<Buffer> {
  const pitch = side + 20;
  const composed = pictures.map((input, place) => ({
    input,
    left: 20 + (place % 7) * pitch,
    top: 20 + Math.floor(place / 7) * pitch,
  }));
  const height = 20 + Math.ceil(pictures.length / 7) * pitch;
  return sharp({ create: { width: 20 + 7 * pitch, height, channels: 3, background: '#ffffff' } })
    .composite(composed)
    .png()
    .toBuffer();
}

/** As a phone photographs it: smaller, a little turned and blurred, uneven, JPEG. */
export async function photographed(png: Buffer): Promise<Buffer> {
  return sharp(png)
    .resize({ width: 1700 })
    .rotate(3, { background: '#8d8a83' })
    .blur(0.6)
    .modulate({ brightness: 0.92 })
    .jpeg({ quality: 62 })
    .toBuffer();
}

/** A PDF of empty pages, with the picture on the page of that number. */
export async function pdfWith(
  picture: Buffer,
  { page, of }: { page: number; of: number },
): Promise<Uint8Array> {
  const document = await PDFDocument.create();
  const image = await document.embedJpg(await sharp(picture).jpeg({ quality: 80 }).toBuffer());
  for (let number = 1; number <= of; number++) {
    const added = document.addPage([595, 842]);
    if (number === page) added.drawImage(image, { x: 0, y: 0, width: 595, height: 842 });
  }
  return document.save();
}

/** Frames for Chromium's fake camera (Motion JPEG): the code on a desk, a little different each time. */
export async function film(code: Buffer): Promise<Buffer> {
  const frames = [0, 1, 2, 3].map(async turn => {
    const paper = await sharp(code)
      .resize(560)
      .rotate(turn - 1, { background: '#ffffff' })
      .toBuffer();
    return sharp({ create: { width: 1280, height: 720, channels: 3, background: '#9a948a' } })
      .composite([{ input: paper, gravity: 'centre' }])
      .jpeg({ quality: 85 })
      .toBuffer();
  });
  return Buffer.concat(await Promise.all(frames));
}
