/** Chinese: no spaces at all, but round what is Latin. */
import type { Random } from '../random.ts';
import { paragraphs } from './paragraphs.ts';
import type { Piece } from './pieces.ts';
import { fromTemplate } from './templates.ts';
import type { Grammar } from './templates.ts';

const CHINESE: Grammar = {
  templates: [
    '{person}在{place}{adverb}{deed}{thing}。',
    '{person}在{place}{adverb}{deed}{thing}。',
    '{year}年，{person}离开了{place}，{adverb}{deed}{thing}。',
    '“{person}{adverb}{deed}{thing}，”{person}说，“然后回到了{place}。”',
    '{person}、{person}和{person}都到了{place}，谁也没有说话……',
    '是谁{adverb}{deed}{thing}？',
    '{place}的墙上写着 {latin} 几个字；{person}看了一眼，{adverb}走开了。',
    '《{place}旧事》里说，{person}{deed}{thing}（一共{count}次）！',
    '风从{place}吹来，{thing}还放在窗边，{person}{adverb}等着。',
  ],
  lists: {
    person: [
      '船长',
      '老师',
      '邻居',
      '磨坊主',
      '印刷工',
      '水手',
      '测量员',
      '守塔人',
      '孩子们',
      '𠀾先生',
      '𪚥老人',
    ],
    place: ['港口', '河边', '花园', '桥上', '山谷', '市场', '厨房', '火车站', '果园', '小岛'],
    thing: ['一封信', '一盏灯', '一张旧地图', '一把铜钥匙', '一只纸船', '一块怀表', '一本笔记', '一杯咖啡'],
    deed: ['送来了', '修好了', '捡起了', '藏起了', '带走了', '找到了', '忘记了', '数过了'],
    adverb: ['慢慢地', '又一次', '悄悄地', '忽然', '几乎', '早已', '从容地'],
    latin: ['Throughline', 'Node.js', 'Zürich', 'message_stop', '3,600'],
    year: ['一八九三', '1907', '２０２６'],
    count: ['三', '十七', '42'],
  },
};

export function chinese(random: Random): Generator<Piece> {
  return paragraphs(random, {
    heading: (chance) =>
      fromTemplate(chance, { ...CHINESE, templates: ['{place}的{person}', '{person}与{thing}'] }),
    sentence: (chance) => fromTemplate(chance, CHINESE),
    gap: () => '',
    indent: '',
  });
}
