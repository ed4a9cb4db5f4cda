/**
 * The 27 series with their titles, level A first, as the ministry and the city publish them; an empty place means that the
 * series has no title of that level. The benchmarks draw from this list, and take its words out of a dictionary to see what
 * they are worth.
 */

export interface TitleLine {
  readonly series: string;
  /** Titles of levels A to E; '' where there is none. */
  readonly titles: readonly string[];
}

const PUBLISHED = `
高等学校教师|教授 副教授 讲师 助教 -
哲学社会科学研究人员|研究员 副研究员 助理研究员 研究实习员 -
自然科学研究人员|研究员 副研究员 助理研究员 研究实习员 -
卫生技术人员|主任医师 副主任医师 主治医师 医师 医士
卫生技术人员|主任药师 副主任药师 主管药师 药师 药士
卫生技术人员|主任护师 副主任护师 主管护师 护师 护士
卫生技术人员|主任技师 副主任技师 主管技师 技师 技士
工程技术人员|正高级工程师 高级工程师 工程师 助理工程师 技术员
农业技术人员|正高级农艺师 高级农艺师 农艺师 助理农艺师 农业技术员
农业技术人员|正高级畜牧师 高级畜牧师 畜牧师 助理畜牧师 -
农业技术人员|正高级兽医师 高级兽医师 兽医师 助理兽医师 -
农业技术人员|农业技术推广研究员 - - - -
新闻专业人员|高级记者 主任记者 记者 助理记者 -
新闻专业人员|高级编辑 主任编辑 编辑 助理编辑 -
出版专业人员|编审 副编审 编辑 助理编辑 -
图书资料专业人员|研究馆员 副研究馆员 馆员 助理馆员 管理员
文物博物专业人员|研究馆员 副研究馆员 馆员 助理馆员 -
档案专业人员|研究馆员 副研究馆员 馆员 助理馆员 管理员
工艺美术专业人员|正高级工艺美术师 高级工艺美术师 工艺美术师 助理工艺美术师 工艺美术员
技工院校教师|正高级讲师 高级讲师 讲师 助理讲师 -
技工院校教师|正高级实习指导教师 高级实习指导教师 一级实习指导教师 二级实习指导教师 三级实习指导教师
体育专业人员|国家级教练 高级教练 中级教练 初级教练 -
体育专业人员|正高级运动防护师 高级运动防护师 中级运动防护师 初级运动防护师 -
翻译专业人员|译审 一级翻译 二级翻译 三级翻译 -
播音主持专业人员|播音指导 主任播音员主持人 一级播音员主持人 二级播音员主持人 -
会计人员|正高级会计师 高级会计师 会计师 助理会计师 -
统计专业人员|正高级统计师 高级统计师 统计师 助理统计师 -
经济专业人员|正高级经济师 高级经济师 经济师 助理经济师 -
经济专业人员|正高级人力资源管理师 高级人力资源管理师 人力资源管理师 助理人力资源管理师 -
经济专业人员|正高级知识产权师 高级知识产权师 知识产权师 助理知识产权师 -
实验技术人才|正高级实验师 高级实验师 实验师 助理实验师 实验员
中等职业学校教师|正高级讲师 高级讲师 讲师 助理讲师 -
中等职业学校教师|正高级实习指导教师 高级实习指导教师 一级实习指导教师 二级实习指导教师 三级实习指导教师
中小学教师|正高级教师 高级教师 一级教师 二级教师 三级教师
艺术专业人员|一级演员 二级演员 三级演员 四级演员 -
艺术专业人员|一级演奏员 二级演奏员 三级演奏员 四级演奏员 -
艺术专业人员|一级编剧 二级编剧 三级编剧 四级编剧 -
艺术专业人员|一级美术师 二级美术师 三级美术师 四级美术师 -
艺术专业人员|一级舞美设计师 二级舞美设计师 三级舞美设计师 四级舞美设计师 -
公共法律服务专业人员|一级公证员 二级公证员 三级公证员 四级公证员 -
公共法律服务专业人员|正高级司法鉴定人 副高级司法鉴定人 中级司法鉴定人 初级司法鉴定人 -
公共法律服务专业人员|主任法医师 副主任法医师 主检法医师 法医师 -
船舶专业技术人员|正高级船长 高级船长 中级驾驶员 助理驾驶员 -
船舶专业技术人员|正高级轮机长 高级轮机长 中级轮机员 助理轮机员 -
民用航空飞行技术人员|正高级飞行员 一级飞行员 二级飞行员 三级飞行员 -
审计专业人员|正高级审计师 高级审计师 审计师 助理审计师 -
`;

/** One line per series and sub-line. */
export const TITLE_LINES: readonly TitleLine[] = PUBLISHED.trim()
  .split('\n')
  .map(line => {
    const [series = '', titles = ''] = line.split('|');
    return { series, titles: titles.split(' ').map(title => (title === '-' ? '' : title)) };
  });

/** Every series and title name, longest first. */
export const OFFICIAL_WORDS: readonly string[] = [
  ...new Set(TITLE_LINES.flatMap(line => [line.series, ...line.titles])),
]
  .filter(word => word !== '')
  .sort((one, other) => other.length - one.length);
