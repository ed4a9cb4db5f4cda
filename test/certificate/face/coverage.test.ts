/** Outlines to pixels: areas must come out exactly. */
import test from 'ava';
import type { Mask } from '../../../src/certificate/face/coverage.ts';
import { fillMask, LEVELS, strokeMask } from '../../../src/certificate/face/coverage.ts';

const areaOf = (mask: Mask) => mask.coverage.reduce((sum, level) => sum + level, 0) / LEVELS;

test('a square on the grid fills its pixels and no other', t => {
  const mask = fillMask([[2, 3, 5, 3, 5, 6, 2, 6]]);

  t.deepEqual([mask.left, mask.top], [2, 3]);
  t.is(areaOf(mask), 9);
  t.true(mask.coverage.every(level => level === 0 || level === LEVELS));
});

test('a pixel half covered has half the coverage', t => {
  const mask = fillMask([[0.5, 0, 1, 0, 1, 1, 0.5, 1]]);

  t.is(mask.coverage[0], Math.round(LEVELS / 2));
});

test('a hole stays empty', t => {
  const outer = [0, 0, 10, 0, 10, 10, 0, 10];
  const hole = [3, 3, 3, 7, 7, 7, 7, 3];

  t.is(areaOf(fillMask([outer, hole])), 84);
});

test('outlines that overlap fill a pixel once', t => {
  const square = [0, 0, 4, 0, 4, 4, 0, 4];

  t.is(areaOf(fillMask([square, square])), 16);
});

test('a slanted edge covers its area within a hundredth', t => {
  const mask = fillMask([[0.3, 0.2, 40.7, 11.9, 13.1, 37.4]]);
  const exact = Math.abs((40.4 * 37.2 - 12.8 * 11.7) / 2);

  t.true(Math.abs(areaOf(mask) - exact) < exact / 100);
});

test('a stroke covers length times width', t => {
  t.true(Math.abs(areaOf(strokeMask([[10, 10, 10, 60, 60, 60]], 4)) - 400) < 2);
});

test('the bends of a thick circle leave no gaps', t => {
  const points = Array.from({ length: 60 }, (_, i) => (i * Math.PI) / 30);
  const circle = points.flatMap(a => [50 + 30 * Math.cos(a), 50 + 30 * Math.sin(a)]);
  const mask = strokeMask([[...circle, ...circle.slice(0, 2)]], 10);

  // Half way between the edge and the middle of the stroke, every pixel is full.
  const levels = Array.from({ length: 720 }, (_, i) => {
    const [x, y] = [50 + 33 * Math.cos((i * Math.PI) / 360), 50 + 33 * Math.sin((i * Math.PI) / 360)];
    return mask.coverage[(Math.floor(y) - mask.top) * mask.width + Math.floor(x) - mask.left];
  });
  t.true(levels.every(level => level === LEVELS));
});

test('nothing drawn gives an empty mask', t => {
  t.is(fillMask([]).coverage.length, 0);
});
