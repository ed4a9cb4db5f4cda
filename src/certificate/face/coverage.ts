/**
 * Turns outlines into coverage: how much of each pixel a shape fills. Pure.
 * Exact signed areas per pixel (the accumulation method of font-rs), so the same shape gives the same pixels everywhere.
 */

/** Levels of coverage that a mask tells apart; 0 is none, LEVELS is a full pixel. */
export const LEVELS = 31;

/** Coverage of a rectangle of pixels whose upper left corner is (`left`, `top`). */
export interface Mask {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** width × height values of 0 … LEVELS. */
  readonly coverage: Uint8Array;
}

/** Coverage of the polygons (flat x, y in pixels), each closed; where they overlap the pixel is filled once. */
export function fillMask(polygons: readonly (readonly number[])[]): Mask {
  const bounds = boundsOf(polygons);
  if (bounds === undefined) return { left: 0, top: 0, width: 0, height: 0, coverage: new Uint8Array() };
  const { left, top, width, height } = bounds;
  const area = new Float32Array(width * height + 2);
  for (const polygon of polygons) {
    const count = polygon.length / 2;
    for (let i = 0; i < count; i++) {
      const j = (i + 1) % count;
      const line: Line = [
        at(polygon, 2 * i) - left,
        at(polygon, 2 * i + 1) - top,
        at(polygon, 2 * j) - left,
        at(polygon, 2 * j + 1) - top,
      ];
      addLine(area, width, line);
    }
  }
  return { left, top, width, height, coverage: summed(area, width, height) };
}

/** Coverage of polylines (flat x, y in pixels) drawn with a pen of that width: butt ends, mitred bends. */
export function strokeMask(lines: readonly (readonly number[])[], width: number): Mask {
  return fillMask(lines.flatMap(line => strips(line, width / 2)));
}

/** One quadrilateral per piece of the line; neighbours share the edge between them, so a bend leaves no gap. */
function strips(line: readonly number[], half: number): number[][] {
  const points = line.length / 2;
  const edges = Array.from({ length: points }, (_, i) => offsetAt(line, i, half));
  const quads: number[][] = [];
  for (let i = 0; i + 1 < points; i++) {
    const [x0, y0, x1, y1] = [at(line, 2 * i), at(line, 2 * i + 1), at(line, 2 * i + 2), at(line, 2 * i + 3)];
    const [ax, ay] = edges[i] ?? [0, 0];
    const [bx, by] = edges[i + 1] ?? [0, 0];
    // All wind the same way, so that overlaps add up instead of cancelling out.
    quads.push([x0 + ax, y0 + ay, x0 - ax, y0 - ay, x1 - bx, y1 - by, x1 + bx, y1 + by]);
  }
  return quads;
}

/** From the point to the left edge of the stroke: along the bisector of the bend, or square to the end. */
function offsetAt(line: readonly number[], index: number, half: number): readonly [number, number] {
  const last = line.length / 2 - 1;
  const isClosed = at(line, 0) === at(line, 2 * last) && at(line, 1) === at(line, 2 * last + 1);
  const ending = index === 0 || index === last;
  const arriving = ending && isClosed ? normal(line, last - 1) : normal(line, Math.max(0, index - 1));
  const leaving = ending && isClosed ? normal(line, 0) : normal(line, Math.min(last - 1, index));
  const [x, y] = [arriving[0] + leaving[0], arriving[1] + leaving[1]];
  const square = x * x + y * y;
  // A bend sharper than 120 degrees would grow a long spike; it is cut square.
  if (square < 1) return [leaving[0] * half, leaving[1] * half];
  return [(2 * half * x) / square, (2 * half * y) / square];
}

/** Unit normal of the piece from point `index` to the next. */
function normal(line: readonly number[], index: number): readonly [number, number] {
  const dx = at(line, 2 * index + 2) - at(line, 2 * index);
  const dy = at(line, 2 * index + 3) - at(line, 2 * index + 1);
  const length = Math.hypot(dx, dy) || 1;
  return [-dy / length, dx / length];
}

type Line = readonly [number, number, number, number];

function at(values: ArrayLike<number>, index: number): number {
  return values[index] ?? 0;
}

function boundsOf(polygons: readonly (readonly number[])[]): Omit<Mask, 'coverage'> | undefined {
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const polygon of polygons) {
    for (let i = 0; i + 1 < polygon.length; i += 2) {
      const [x, y] = [at(polygon, i), at(polygon, i + 1)];
      minX = Math.min(minX, x);
      maxX = Math.max(maxX, x);
      minY = Math.min(minY, y);
      maxY = Math.max(maxY, y);
    }
  }
  if (minX > maxX) return undefined;
  const [left, top] = [Math.floor(minX), Math.floor(minY)];
  // Two columns to spare: a line's area may spill one pixel to the right of where it ends.
  return { left, top, width: Math.ceil(maxX) - left + 2, height: Math.ceil(maxY) - top + 1 };
}

/** Adds to each pixel of each row the change of coverage that this edge brings; sums along the row give coverage. */
function addLine(area: Float32Array, width: number, [ax, ay, bx, by]: Line): void {
  if (ay === by) return;
  const direction = ay < by ? 1 : -1;
  const [x0, y0, x1, y1] = ay < by ? [ax, ay, bx, by] : [bx, by, ax, ay];
  const slope = (x1 - x0) / (y1 - y0);
  let x = x0;
  for (let row = Math.floor(y0); row < Math.ceil(y1); row++) {
    const dy = Math.min(row + 1, y1) - Math.max(row, y0);
    const next = x + slope * dy;
    spread(area, row * width, [Math.min(x, next), Math.max(x, next), dy * direction]);
    x = next;
  }
}

function spread(area: Float32Array, row: number, [from, to, d]: readonly [number, number, number]): void {
  const first = Math.floor(from);
  const last = Math.ceil(to);
  if (last <= first + 1) {
    const share = 0.5 * (from + to) - first;
    area[row + first] = at(area, row + first) + d * (1 - share);
    area[row + first + 1] = at(area, row + first + 1) + d * share;
    return;
  }
  const s = 1 / (to - from);
  const head = 0.5 * s * (1 - (from - first)) ** 2;
  const tail = 0.5 * s * (to - last + 1) ** 2;
  let given = head;
  area[row + first] = at(area, row + first) + d * head;
  for (let x = first + 1; x < last; x++) {
    // Coverage reached at the far side of this pixel's column, by the trapezoid under the edge.
    const reached = x === last - 1 ? 1 - tail : Math.min(1, s * (x + 0.5 - from));
    area[row + x] = at(area, row + x) + d * (reached - given);
    given = reached;
  }
  area[row + last] = at(area, row + last) + d * (1 - given);
}

function summed(area: Float32Array, width: number, height: number): Uint8Array {
  const coverage = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    let sum = 0;
    for (let x = 0; x < width; x++) {
      sum += at(area, y * width + x);
      coverage[y * width + x] = Math.round(Math.min(1, Math.abs(sum)) * LEVELS);
    }
  }
  return coverage;
}
