/** Which requests are refused although each of their fields is well formed: no attempt could serve them. */
import { acceptsPrefill, hasJsonOutputFormat, prefillObstacle } from './models.ts';
import type { ContentBlock, GenerationRequest, MessageRequest } from './request.ts';
import type { RequestProblem } from './requestProblem.ts';
import { problem } from './requestProblem.ts';
import { promptProblem } from './resume/question.ts';

/** What no attempt could serve, though each field is well formed. */
export function unservable(request: Omit<GenerationRequest, 'id'>): RequestProblem[] {
  const { message, resume, fallbackModels } = request;
  const problems: RequestProblem[] = [];
  const models = [message.model, ...fallbackModels];
  const endsInAssistant = message.messages.at(-1)?.role === 'assistant';

  message.messages.forEach(({ content }, index) => {
    const empty = typeof content === 'string' ? content.trim() === '' : content.length === 0;
    if (empty)
      problems.push(problem(`message.messages[${index}].content`, content, 'give the message a content'));
  });
  if (message.messages[0]?.role === 'assistant') {
    problems.push(problem('message.messages[0].role', 'assistant', 'begin with a message of the user'));
  }
  if (endsInAssistant && resume === 'continuation') {
    problems.push(
      problem(
        'message.messages',
        'an assistant message last',
        'end with a user message, or take resume "prefill" or "auto" with a model that accepts prefill',
      ),
    );
  } else if (endsInAssistant) {
    for (const refusing of models.filter((name) => !acceptsPrefill(name))) {
      problems.push(
        problem(
          'message.messages',
          'an assistant message last',
          `end with a user message: ${refusing} does not accept prefill`,
        ),
      );
    }
  }
  const obstacle = prefillObstacle(message);
  if (obstacle !== null && (resume === 'prefill' || endsInAssistant)) {
    problems.push(
      problem(
        'resume',
        resume,
        `prefill is impossible because ${obstacle}: take "auto", and end with a user message`,
      ),
    );
  }
  if (hasJsonOutputFormat(message) && !request.allowRestart) {
    problems.push(
      problem(
        'message.output_config.format',
        'a JSON output format',
        'a cut JSON text bears no seam: set allowRestart to true, so that it may begin again',
      ),
    );
  }
  const tools = message['tools'];
  if (Array.isArray(tools)) {
    tools.forEach((tool: unknown, index) => {
      if (isClientTool(tool)) {
        problems.push(
          problem(
            `message.tools[${index}]`,
            tool,
            'remove it: nobody is there to run a client tool; server tools are served',
          ),
        );
      }
    });
  }
  const budget = message.thinking?.budget_tokens;
  if (budget !== undefined && budget >= message.max_tokens) {
    problems.push(
      problem('message.thinking.budget_tokens', budget, `give less than max_tokens (${message.max_tokens})`),
    );
  }
  const { maxTotalTokens, continuationPrompt } = request;
  if (budget !== undefined && maxTotalTokens !== null && budget >= maxTotalTokens) {
    problems.push(
      problem(
        'maxTotalTokens',
        maxTotalTokens,
        `give more than the thinking budget alone may take (${budget})`,
      ),
    );
  }
  const wording = continuationPrompt === null ? null : promptProblem(continuationPrompt);
  if (wording !== null) problems.push(problem('continuationPrompt', continuationPrompt, wording));
  problems.push(...citationProblems(message));
  message.stop_sequences?.forEach((sequence, index) => {
    if (sequence.trim() === '') {
      problems.push(
        problem(`message.stop_sequences[${index}]`, sequence, 'give a text that is not only white space'),
      );
    }
  });
  return problems;
}

/** A server tool's type is versioned (`web_search_20250305`); a client's own has none, or `custom`. */
function isClientTool(tool: unknown): boolean {
  const type = typeof tool === 'object' && tool !== null && 'type' in tool ? tool.type : undefined;
  if (typeof type !== 'string' || type === 'custom') return true;
  // Run by the caller, although Anthropic defines them.
  return /^(?:bash|text_editor|computer|memory)_/.test(type);
}

/**
 * Citations are structure beside the text: a result that is text alone cannot hold them, and they could not be joined
 * across a seam.
 */
function citationProblems({ messages }: MessageRequest): RequestProblem[] {
  return messages.flatMap(({ content }, index) =>
    typeof content === 'string'
      ? []
      : content.flatMap((block, place) =>
          asksForCitations(block)
            ? [
                problem(
                  `message.messages[${index}].content[${place}].citations`,
                  block['citations'],
                  'remove it: a result is text alone, and citations would be lost from it without a word',
                ),
              ]
            : [],
        ),
  );
}

function asksForCitations({ citations }: ContentBlock): boolean {
  return (
    typeof citations === 'object' &&
    citations !== null &&
    'enabled' in citations &&
    citations.enabled === true
  );
}
