import test from 'ava';
import type { Level } from '../../src/certificate/level.ts';
import { LEVELS } from '../../src/certificate/level.ts';
import {
  findLevel,
  findSeries,
  levelsOf,
  lookUpTitle,
  seriesInForce,
  TITLE_SERIES,
  titlesOf,
} from '../../src/certificate/titles.ts';
import { isDate } from '../../src/shared/time.ts';
import { invalidSamples, personas } from '../vectors/rules/vectors.ts';

const on = '2021-07-01';

test('the table has the 27 series of the reform, numbered without gaps', t => {
  const codes = seriesInForce(on).map(series => series.code);

  t.deepEqual(
    codes,
    Array.from({ length: 27 }, (_, index) => String(index + 1).padStart(2, '0')),
  );
});

test('every row of the table has the shape the code relies on', t => {
  for (const series of TITLE_SERIES) {
    t.regex(series.code, /^\d\d$/);
    for (const row of [series, ...series.lines]) {
      t.is(typeof row.issuable, 'boolean');
      for (const date of [row.from, row.to]) t.true(date === null || isDate(date), series.name);
    }
    for (const line of series.lines) {
      t.true(Object.keys(line.titles).length > 0, line.line);
      for (const [level, titles] of Object.entries(line.titles)) {
        t.true((LEVELS as readonly string[]).includes(level), level);
        t.true(
          titles.length > 0 && titles.every(title => title.length <= 20 && title.trim() === title),
          line.line,
        );
      }
    }
  }
});

test('a title has one level in a series: the look-up key is (series, title)', t => {
  for (const series of TITLE_SERIES) {
    const titles = series.lines.flatMap(line => Object.values(line.titles).flat());
    t.is(new Set(titles).size, titles.length, series.name);
    t.is(new Set(series.lines.map(line => line.line)).size, series.lines.length, series.name);
  }
});

test('every series has a 正高级, and those without 员级 are the ones the table of terms names', t => {
  const withoutE = seriesInForce(on).filter(series => !levelsOf(series.code, on).includes('E'));

  for (const series of seriesInForce(on)) t.true(levelsOf(series.code, on).includes('A'), series.name);
  const expected = '01 02 03 07 08 10 14 15 16 17 18 19 23 24 25 26 27';
  t.is(withoutE.map(series => series.code).join(' '), expected);
});

const levelsByTable: readonly [series: string, title: string, level: Level][] = [
  ['新闻专业人员', '高级记者', 'A'],
  ['工程技术人员', '高级工程师', 'B'],
  ['艺术专业人员', '一级演员', 'A'],
  ['翻译专业人员', '一级翻译', 'B'],
  ['中小学教师', '一级教师', 'C'],
  ['播音主持专业人员', '一级播音员主持人', 'C'],
  ['哲学社会科学研究人员', '助理研究员', 'C'],
  ['自然科学研究人员', '研究员', 'A'],
  ['新闻专业人员', '编辑', 'C'],
  ['出版专业人员', '编辑', 'C'],
  ['图书资料专业人员', '馆员', 'C'],
  ['10', '馆员', 'C'],
  ['11', '馆员', 'C'],
  ['卫生技术人员', '主治医师', 'C'],
  ['卫生技术人员', '主管医师', 'C'],
  ['4', '药士', 'E'],
  ['农业技术人员', '农业技术推广研究员', 'A'],
  ['公共法律服务专业人员', '主检法医师', 'C'],
  ['艺术专业人员', '二级导演（编导）', 'B'],
];

for (const [series, title, level] of levelsByTable) {
  test(`${title} in ${series} is level ${level}, by the table and not by its words`, t => {
    const answer = lookUpTitle({ series, title, on, level });

    t.true(answer.ok);
    if (answer.ok) t.is(answer.title.level, level);
  });
}

test('every title of the holders is found at its level', t => {
  for (const { id, qualification } of personas()) {
    const { series, seriesCode, title, levelLetter: level } = qualification;
    for (const wanted of [series, seriesCode]) {
      const answer = lookUpTitle({ series: wanted, title, on, level });
      t.true(answer.ok, id);
      if (answer.ok) t.like(answer.title, { seriesCode, series, level, title });
    }
  }
});

const refused: readonly [title: string, series: string, name: string, level: Level, code: string][] = [
  ['a title at the wrong level', '17', '助理会计师', 'E', 'SERIES_WITHOUT_LEVEL'],
  ['a level that the series lacks', '01', '助教', 'E', 'SERIES_WITHOUT_LEVEL'],
  ['a title one level too high', '工程技术人员', '高级工程师', 'A', 'TITLE_LEVEL_WRONG'],
  ['a title of another series', '工程技术人员', '编辑', 'C', 'TITLE_UNKNOWN'],
  ['"国家一级演员", which is no title', '艺术专业人员', '国家一级演员', 'A', 'TITLE_UNKNOWN'],
  ['an unknown series', '魔法技术人员', '工程师', 'C', 'SERIES_UNKNOWN'],
  ['会计员, a legacy title', '会计人员', '会计员', 'E', 'TITLE_LEGACY'],
  ['律师, a legacy series', '律师', '一级律师', 'A', 'SERIES_LEGACY'],
  ['政工师, a legacy series', '思想政治工作人员', '政工师', 'C', 'SERIES_LEGACY'],
];

for (const [title, series, name, level, code] of refused) {
  test(`${title} is refused`, t => {
    const answer = lookUpTitle({ series, title: name, on, level });

    t.false(answer.ok);
    if (!answer.ok) t.is(answer.fault.code, code);
  });
}

test('every invalid qualification of the vectors is refused', t => {
  for (const { value, why } of invalidSamples('qualification')) {
    const { seriesCode, levelLetter, title } = value as {
      seriesCode: string;
      levelLetter: Level;
      title: string;
    };
    t.false(lookUpTitle({ series: seriesCode, title, on, level: levelLetter }).ok, why);
  }
});

test('the refusal of a misplaced title names the series that have it', t => {
  const answer = lookUpTitle({ series: '05', title: '馆员', on });

  t.false(answer.ok);
  if (!answer.ok) t.regex(answer.fault.detail, /图书资料专业人员、文物博物专业人员、档案专业人员/);
});

const words: readonly [word: string, series: string | undefined, level: Level | undefined][] = [
  ['正高级', undefined, 'A'],
  ['正高', undefined, 'A'],
  ['a', undefined, 'A'],
  ['副高', undefined, 'B'],
  ['中级', undefined, 'C'],
  ['助理级', undefined, 'D'],
  ['初级（助理）', undefined, 'D'],
  ['初级(员)', undefined, 'E'],
  ['师级', '04', 'D'],
  ['士级', '04', 'E'],
  ['师级', '05', undefined],
  ['初级', '04', undefined],
  ['高级', undefined, undefined],
  ['', undefined, undefined],
];

for (const [word, series, level] of words) {
  test(`"${word}" in series ${series ?? 'any'} means level ${level ?? 'none'}`, t => {
    t.is(findLevel(word, series), level);
  });
}

test('titles of a series are listed by level without the legacy ones', t => {
  t.deepEqual(
    titlesOf('17', on).map(title => title.title),
    ['正高级会计师', '高级会计师', '会计师', '助理会计师'],
  );
  t.deepEqual(
    titlesOf('卫生技术人员', on, 'E').map(title => title.title),
    ['医士', '药士', '护士', '技士'],
  );
  t.is(findSeries('99', on), undefined);
  t.deepEqual(titlesOf('99', on), []);
  t.deepEqual(levelsOf('99', on), []);
});
