/** Rows as CSV (RFC 4180) that spreadsheet programs open as text: UTF-8 with BOM, and no cell that they would calculate. Pure. */

/** @param rows cells, the head first */
export function toCsv(rows: readonly (readonly string[])[]): Uint8Array {
  const lines = rows.map(cells => `${cells.map(cell).join(',')}\r\n`);
  return new TextEncoder().encode(`\ufeff${lines.join('')}`);
}

/** A cell that begins like a formula gets an apostrophe before it; blanks and controls in front do not hide it. */
function cell(text: string): string {
  const harmless = /^[\s\p{C}]*[=+\-@＝＋－＠]/u.test(text) || /^[\t\r\n]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replace(/"/g, '""')}"` : harmless;
}
