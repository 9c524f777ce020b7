/** What the Messages API is asked, so that a model goes on from the cut text. */
import type { ContinuationForm } from '../attempt.ts';
import type { ContentBlock, Message } from '../request.ts';

/** The question's anchor stands between these tags, white space and all. */
const anchorTag = (anchor: string): string => `<last_words>${anchor}</last_words>`;

const GO_ON =
  'Begin your reply by repeating exactly the words between the last_words tags (without the tags), and then go on ' +
  'from there as if there had been no interruption: no preamble, no comment, nothing else repeated. ' +
  'If nothing is missing after them, repeat them and stop.';

export function askToGoOn(
  messages: readonly Message[],
  cutText: string,
  anchor: string,
  form: ContinuationForm,
): Message[] {
  switch (form) {
    case 'assistant_turn':
      return [
        ...messages,
        { role: 'assistant', content: cutText },
        {
          role: 'user',
          content: `Your previous response was interrupted. It ends with: ${anchorTag(anchor)}\n\n${GO_ON}`,
        },
      ];
    case 'quoted':
      return [
        ...messages,
        {
          role: 'user',
          content:
            `You have already written the following part of your response, and were interrupted:\n\n` +
            `<partial>${cutText}</partial>\n\nIt ends with: ${anchorTag(anchor)}\n\n${GO_ON}`,
        },
      ];
    default:
      return form satisfies never;
  }
}

/** The cut text as the last assistant message, behind what the request itself may have put into the model's mouth. */
export function askByPrefill(messages: readonly Message[], cutText: string): Message[] {
  const last = messages.at(-1);
  if (last?.role !== 'assistant') return [...messages, { role: 'assistant', content: cutText }];
  return [...messages.slice(0, -1), { role: 'assistant', content: appended(last.content, cutText) }];
}

function appended(content: string | ContentBlock[], text: string): string | ContentBlock[] {
  if (typeof content === 'string') return content + text;
  const last = content.at(-1);
  if (last?.type !== 'text') return [...content, { type: 'text', text }];
  return [...content.slice(0, -1), { ...last, text: (last.text ?? '') + text }];
}
