/** Reports as their senders and the bureau are shown them. Pure. The sender's phone is for the bureau alone. */
import type {
  FeedbackAnswerShown,
  FeedbackList,
  FeedbackOwnList,
  FeedbackView,
} from '../shared/shapes/shapes.ts';
import { isoAt } from '../shared/time.ts';
import { CATEGORY_WORDS, STATE_WORDS, type Feedback } from './feedback.ts';
import type { Received } from './read-feedback.ts';

const EXCERPT_CHARACTERS = 60;

/** To whoever has the receipt: not what was written, should the receipt be lost. */
export function answerShown(feedback: Feedback): FeedbackAnswerShown {
  const { answer, answeredAt } = feedback;
  return {
    ...headOf(feedback),
    ...(answer === undefined ? {} : { answer }),
    ...(answeredAt === undefined ? {} : { answeredAt: isoAt(answeredAt) }),
  };
}

/** To the signed-in sender. */
export function ownItem(feedback: Feedback): FeedbackOwnList['items'][number] {
  const { id, text, applicationId, number } = feedback;
  return {
    ...answerShown(feedback),
    id,
    text,
    ...(applicationId === undefined ? {} : { applicationId }),
    ...(number === undefined ? {} : { number }),
  };
}

export function ownList(page: readonly Feedback[], limit: number): FeedbackOwnList {
  return { items: page.map(ownItem), next: nextAfter(page, limit) };
}

export function listView(
  { page, open }: { page: readonly Feedback[]; open: number },
  limit: number,
): FeedbackList {
  return {
    items: page.map(feedback => ({
      ...headOf(feedback),
      id: feedback.id,
      sender: feedback.sender,
      excerpt: [...feedback.text.replace(/\s+/g, ' ')].slice(0, EXCERPT_CHARACTERS).join(''),
      tied: feedback.applicationId !== undefined || feedback.number !== undefined,
      version: feedback.version,
    })),
    open,
    next: nextAfter(page, limit),
  };
}

/** To the bureau. */
export function wholeView({ feedback, name, organisations }: Received): FeedbackView {
  const { sender, phone, version, closedAt } = feedback;
  return {
    ...ownItem(feedback),
    sender,
    ...(name === undefined ? {} : { name }),
    organisations: [...organisations],
    ...(phone === undefined ? {} : { phone }),
    version,
    ...(closedAt === undefined ? {} : { closedAt: isoAt(closedAt) }),
  };
}

function headOf({
  category,
  state,
  createdAt,
}: Feedback): Pick<FeedbackAnswerShown, 'category' | 'categoryName' | 'state' | 'stateName' | 'at'> {
  return {
    category,
    categoryName: CATEGORY_WORDS[category],
    state,
    stateName: STATE_WORDS[state],
    at: isoAt(createdAt),
  };
}

function nextAfter(page: readonly Feedback[], limit: number): string | null {
  return page.length < limit ? null : (page.at(-1)?.id ?? null);
}
