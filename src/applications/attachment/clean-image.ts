/**
 * A JPEG or PNG made anew from its pixels: where it was taken, by which camera, and whatever else was hidden in or behind it, is gone.
 * Runs in a process of its own (clean-child.ts): decoders are where hostile pictures aim.
 */
import sharp, { type Sharp } from 'sharp';
import type { MediaType } from './attachment.ts';
import { AttachmentRefused } from './refused.ts';

/** An A4 page scanned at 400 dpi has 15 million; phones take 12 to 24. */
export const MAX_PIXELS = 25_000_000;
const DECODE_SECONDS = 15;

sharp.cache(false);
sharp.concurrency(1);
// nothing but the two decoders that are needed is reachable
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer'] });

/**
 * The same picture, upright, in sRGB, one frame, without any metadata; stays JPEG or PNG.
 * @throws AttachmentRefused for a damaged, cut or oversized picture
 */
export async function cleanImage(
  bytes: Uint8Array,
  mediaType: Exclude<MediaType, 'application/pdf'>,
): Promise<Uint8Array> {
  await demandPicture(bytes, mediaType);
  const picture = sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error', pages: 1 })
    .timeout({ seconds: DECODE_SECONDS })
    .autoOrient()
    .toColourspace('srgb');
  try {
    return await encoded(picture, mediaType).toBuffer();
  } catch (error) {
    throw new AttachmentRefused('图片已损坏或没有传完，请重新拍照或扫描后上传。', { cause: error });
  }
}

async function demandPicture(bytes: Uint8Array, mediaType: MediaType): Promise<void> {
  const wanted = mediaType === 'image/png' ? 'png' : 'jpeg';
  const found = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch((error: unknown) => {
      throw new AttachmentRefused('图片无法读取，请重新拍照或扫描，存为 JPG 或 PNG 后上传。', {
        cause: error,
      });
    });
  if (found.format !== wanted)
    throw new AttachmentRefused('文件内容与所标类型不符，请另存为 JPG 或 PNG 后上传。');
  if (found.width * found.height > MAX_PIXELS)
    throw new AttachmentRefused('图片超过 2500 万像素，请降低分辨率（如 300 dpi）后重新上传。');
}

function encoded(picture: Sharp, mediaType: MediaType): Sharp {
  return mediaType === 'image/png'
    ? picture.png({ compressionLevel: 9 })
    : picture.jpeg({ quality: 90, chromaSubsampling: '4:4:4' }); // scanned text stays sharp
}
