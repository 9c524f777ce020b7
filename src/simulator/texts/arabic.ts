/** Arabic: from right to left, and back for digits and Latin words. */
import type { Random } from '../random.ts';
import { paragraphs } from './paragraphs.ts';
import type { Piece } from './pieces.ts';
import { fromTemplate } from './templates.ts';
import type { Grammar } from './templates.ts';

const ARABIC: Grammar = {
  templates: [
    '{deed} {person} {thing} قرب {place} {adverb}.',
    '{deed} {person} {thing} قرب {place} {adverb}.',
    'في عام {year} {deed} {person} {thing}، ثم عاد إلى {place}.',
    'هل {deed} {person} {thing} عند {place}؟',
    'قال {person}: «سنلتقي {adverb} عند {place}»، ثم {deed} {thing}.',
    'كان {person} و{person} في {place}؛ {deed} كلٌّ منهما {thing}.',
    'على الجدار كلمة {latin} بخط صغير، وتحتها الرقم {number}.',
    'من {place} إلى {place} مسافة {number} خطوة، {deed} {person} بعدها {thing}!',
  ],
  lists: {
    person: ['القبطان', 'المعلّم', 'ساعي البريد', 'الجار', 'المسافر', 'حارس المنارة', 'الطحّان', 'الكاتب'],
    place: ['الميناء', 'الحديقة', 'النهر', 'الجسر', 'السوق', 'الوادي', 'المحطّة', 'الجزيرة'],
    thing: ['رسالةً قديمة', 'فانوسًا صغيرًا', 'خريطة', 'مفتاحًا من نحاس', 'دفترًا', 'ساعةً', 'قاربًا من ورق'],
    deed: ['حمل', 'وجد', 'أصلح', 'فتح', 'أخفى', 'رأى', 'تذكّر', 'انتظـــر'],
    adverb: ['ببطء', 'مرّة أخرى', 'في الصباح', 'عند المساء', 'بهدوء', 'فجأةً'],
    latin: ['Throughline', 'Node.js', 'Zürich', 'message_stop'],
    year: ['١٨٩٣', '١٩٠٧', '1912'],
    number: ['٣٬٦٠٠', '١٧', '42'],
  },
};

export function arabic(random: Random): Generator<Piece> {
  return paragraphs(random, {
    heading: (chance) =>
      fromTemplate(chance, { ...ARABIC, templates: ['{person} و{place}', '{place} {adverb}'] }),
    sentence: (chance) => fromTemplate(chance, ARABIC),
    gap: () => ' ',
    indent: '',
  });
}
