/** Japanese: only the punctuation parts the words. */
import type { Random } from '../random.ts';
import { paragraphs } from './paragraphs.ts';
import type { Piece } from './pieces.ts';
import { fromTemplate } from './templates.ts';
import type { Grammar } from './templates.ts';

/** White space to Unicode, and as wide as a character. */
const IDEOGRAPHIC_SPACE = '\u3000';

const JAPANESE: Grammar = {
  templates: [
    '{person}は{place}で{adverb}{thing}を{deed}。',
    '{person}は{place}で{adverb}{thing}を{deed}。',
    '{place}には{person}と{person}がいて、{thing}を{deed}。',
    '「{adverb}{thing}を{deed}」と、{person}は{place}でつぶやいた。',
    '{year}年の冬、{person}が{place}へ{thing}を持ってきたが、誰も{adverb}気づかなかった。',
    '{thing}の裏には『{latin}』と書かれていて、{person}は{adverb}それを{deed}。',
    'なぜ{person}は{thing}を{deed}のだろう？',
    '{katakana}の横の{thing}は、{place}から運ばれてきたものだった！',
    '{place}、{place}、そして{place}……{person}はどこでも{thing}を{deed}。',
  ],
  lists: {
    person: [
      '船長',
      '先生',
      '郵便屋',
      '隣人',
      '測量士',
      '灯台守',
      '子供たち',
      '𠮷野さん',
      '彼女',
      'か\u3099くせい',
    ],
    place: [
      '港',
      '川岸',
      '庭',
      '橋の上',
      '谷',
      '市場',
      '台所',
      '果樹園',
      '窓辺',
      'プラットフォーム',
      'ホテル',
    ],
    thing: ['古い地図', '手紙', '銅の鍵', '紙の舟', '懐中時計', '写真', 'ノート', '小さなランプ', 'コーヒー'],
    deed: [
      '待っていた',
      '見つめた',
      '思い出した',
      '直した',
      '拾い上げた',
      '隠した',
      '数えていた',
      '忘れなかった',
    ],
    adverb: ['ゆっくりと', 'ふたたび', '静かに', '急に', 'まだ', '一緒に', 'もう一度', 'そっと'],
    katakana: ['カメラ', 'エンジン', 'ラジオ', 'テーブル', 'エレベーター', 'ｱﾝﾃﾅ'],
    latin: ['Throughline', 'Node.js', 'Zürich', 'message_stop', 'Café ABC', '３６００'],
    year: ['１８９３', '1907', '千九百十二'],
  },
};

export function japanese(random: Random): Generator<Piece> {
  return paragraphs(random, {
    heading: (chance) =>
      fromTemplate(chance, { ...JAPANESE, templates: ['{place}の{thing}', '{person}と{thing}'] }),
    sentence: (chance) => fromTemplate(chance, JAPANESE),
    gap: (chance) => (chance.oneIn(5) ? IDEOGRAPHIC_SPACE : ''),
    indent: IDEOGRAPHIC_SPACE,
  });
}
