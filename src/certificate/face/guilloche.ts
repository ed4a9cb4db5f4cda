/**
 * The fine ornament of the face: a border of interlaced waves with a knot in each corner, and a pale rosette behind the
 * text. Pure. Both keep away from the code, and both are light enough not to cross the text in black and white.
 */
import type { Curves } from './primitives.ts';
import { box, circle } from './primitives.ts';

export const PAGE_MM = { width: 210, height: 297 };

/** Distance of the border's outer and inner edge from the edge of the paper. */
const OUTER_MM = 10;
const INNER_MM = 17;
const FINE_MM = 0.16;
const ROSETTE = { xMm: 105, yMm: 138, radiusMm: 57 };

/** Border and rosette: the same for every certificate. */
export const GROUND: readonly Curves[] = [...rosette(), ...border()];

function border(): readonly Curves[] {
  const { width, height } = PAGE_MM;
  const framed = (inset: number, widthMm: number, ink: 'red' | 'gold') =>
    box([inset, inset, width - 2 * inset, height - 2 * inset], { widthMm, ink });
  const middle = (OUTER_MM + INNER_MM) / 2;
  const corners = [
    [middle, middle],
    [width - middle, middle],
    [width - middle, height - middle],
    [middle, height - middle],
  ] as const;
  return [
    framed(OUTER_MM - 1.3, 0.75, 'red'),
    // One plate for all fine red lines: where they meet they must not print twice.
    {
      kind: 'curves',
      lines: [OUTER_MM, INNER_MM]
        .flatMap(inset => framed(inset, FINE_MM, 'red').lines)
        .concat(corners.flatMap(square)),
      widthMm: FINE_MM,
      ink: 'red',
    },
    framed(INNER_MM + 1.1, 0.16, 'gold'),
    { kind: 'curves', lines: waves(), widthMm: 0.13, ink: 'gold' },
    ...corners.flatMap(([x, y]) => knot(x, y)),
  ];
}

/** Six interlaced waves along each side, a whole number of them, between the corner squares. */
function waves(): readonly (readonly number[])[] {
  const { width, height } = PAGE_MM;
  const [from, band] = [INNER_MM + 0.35, INNER_MM - OUTER_MM];
  const middle = (OUTER_MM + INNER_MM) / 2;
  const amplitude = band / 2 - 0.55;
  const along = (length: number, place: (s: number, offset: number) => readonly [number, number]) => {
    const periods = Math.round(length / 11.5);
    return Array.from({ length: 8 }, (_, k) => {
      const phase = (k * Math.PI) / 4;
      const steps = periods * 40;
      return Array.from({ length: steps + 1 }, (_, i) => {
        const t = (2 * Math.PI * periods * i) / steps;
        const sway = Math.sin(t + phase) * (0.78 + 0.22 * Math.cos(2 * t + 2 * phase));
        return place((length * i) / steps, amplitude * sway);
      }).flat();
    });
  };
  const [across, down] = [width - 2 * from, height - 2 * from];
  return [
    ...along(across, (s, o) => [from + s, middle + o]),
    ...along(across, (s, o) => [from + s, height - middle + o]),
    ...along(down, (s, o) => [middle + o, from + s]),
    ...along(down, (s, o) => [width - middle + o, from + s]),
  ];
}

/** The box about a corner's knot. */
function square([xMm, yMm]: readonly [number, number]): Curves['lines'] {
  const half = (INNER_MM - OUTER_MM) / 2;
  return box([xMm - half, yMm - half, 2 * half, 2 * half], { widthMm: FINE_MM, ink: 'red' }).lines;
}

function knot(xMm: number, yMm: number): readonly Curves[] {
  const half = (INNER_MM - OUTER_MM) / 2;
  const petals = turned(
    { xMm, yMm, copies: 6 },
    angle => (half - 0.75) * (0.62 + 0.38 * Math.cos(4 * angle)),
  );
  return [
    { kind: 'curves', lines: petals, widthMm: 0.12, ink: 'gold' },
    circle({ xMm, yMm, radiusMm: 0.55 }, { widthMm: 0.3, ink: 'red' }),
  ];
}

function rosette(): readonly Curves[] {
  const { xMm, yMm, radiusMm } = ROSETTE;
  const wide = turned({ xMm, yMm, copies: 16 }, angle => radiusMm * (0.8 + 0.2 * Math.cos(6 * angle)));
  const inner = turned({ xMm, yMm, copies: 14 }, angle => radiusMm * (0.42 + 0.16 * Math.cos(8 * angle)));
  const heart = turned({ xMm, yMm, copies: 10 }, angle => radiusMm * (0.17 + 0.07 * Math.cos(6 * angle)));
  return [{ kind: 'curves', lines: [...wide, ...inner, ...heart], widthMm: 0.12, ink: 'pale' }];
}

/** Copies of the closed curve r(angle), turned by equal parts of one of its lobes. */
function turned(
  place: { xMm: number; yMm: number; copies: number },
  radius: (angle: number) => number,
): readonly (readonly number[])[] {
  const steps = 720;
  return Array.from({ length: place.copies }, (_, k) => {
    const shift = (2 * Math.PI * k) / place.copies;
    return Array.from({ length: steps + 1 }, (_, i) => {
      const angle = (2 * Math.PI * i) / steps;
      const r = radius(angle + shift);
      return [place.xMm + r * Math.cos(angle), place.yMm + r * Math.sin(angle)];
    }).flat();
  });
}
