/**
 * The QR symbol of one certificate (ISO/IEC 18004): which modules are dark. Where and how large they are printed is the
 * face's matter. Node only, because of its encoder.
 */
import QRCode from 'qrcode';
import { DomainError } from '../../shared/errors.ts';
import { QrTooLarge } from './codec.ts';

/** One symbol without its quiet zone; `modules[row][column]` is true for a dark module. */
export interface QrSymbol {
  readonly version: number;
  /** Modules along one side. */
  readonly size: number;
  readonly level: 'Q';
  readonly modules: readonly (readonly boolean[])[];
}

/** Version 20 has 97 modules: with four quiet ones at each side, of 0.68 mm each, 71 mm on paper; the face has room for 75 mm. */
export const MAX_VERSION = 20;
/** Up to a quarter of the symbol may be lost. */
const LEVEL = 'Q';

/**
 * The symbol of a URL text as `encodeQr` gives it: one byte segment up to and with `#`, one numeric segment with the digits.
 * The digits as bytes would need a symbol of twice the area, so the segments are stated, and looked at afterwards.
 * @throws QrTooLarge (QR_TOO_LARGE) when it would be larger than MAX_VERSION
 * @throws TypeError for a text that is not such a URL
 */
export function qrSymbol(text: string): QrSymbol {
  const [, address, digits] = /^(https?:\/\/[\x21-\x7e]+#)(\d+)$/.exec(text) ?? [];
  if (address === undefined || digits === undefined) {
    throw new TypeError('qrSymbol: expected a URL that ends in # and digits');
  }
  const symbol = QRCode.create(
    [
      { data: Buffer.from(address), mode: 'byte' },
      { data: digits, mode: 'numeric' },
    ],
    { errorCorrectionLevel: LEVEL },
  );
  if (symbol.version > MAX_VERSION) throw new QrTooLarge();
  demandTwoSegments(symbol.segments.map(segment => segment.mode.id ?? ''));
  const { size, data } = symbol.modules;
  const modules = Array.from({ length: size }, (_, row) =>
    Array.from(data.subarray(row * size, (row + 1) * size), module => module === 1),
  );
  return { version: symbol.version, size, level: LEVEL, modules };
}

function demandTwoSegments(modes: readonly string[]): void {
  if (modes.join() === 'Byte,Numeric') return;
  throw new DomainError(
    'SELF_CHECK_FAILED',
    '二维码分段异常，已停止制证；请联系系统管理员检查二维码组件版本。',
    {
      cause: modes.join(),
    },
  );
}
