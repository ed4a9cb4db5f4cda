/** Targets, subscriptions and events as clients and the bureau are shown them. */
import type {
  ClientDeliveries,
  EventItem,
  EventList,
  SubscriptionList,
  SubscriptionView,
  WebhookSecret,
  WebhookView,
} from '../shared/shapes/shapes.ts';
import { isoAt } from '../shared/time.ts';
import { bodyOf } from './delivery/deliver-events.ts';
import { faultWords } from './delivery/fault.ts';
import type { ClientEvent } from './events/event.ts';
import type { Subscribed } from './subscriptions/subscribe.ts';
import type { Subscription } from './subscriptions/store.ts';
import type { SetTarget } from './target/set-target.ts';
import type { Target, TargetPlace } from './target/store.ts';
import type { Course } from './view-deliveries.ts';

/** The secret is in it when it is new, and never again. */
export function setView({ target, isNew }: SetTarget): WebhookView {
  return { ...placeView(target), ...(isNew ? { secret: target.secret } : {}) };
}

function placeView({ url, setAt, oldSecretUntil }: TargetPlace): WebhookView {
  const old = oldSecretUntil === undefined ? {} : { oldSecretUntil: isoAt(oldSecretUntil) };
  return { url, setAt: isoAt(setAt), ...old };
}

export function secretView({ secret, oldSecretUntil = 0 }: Target): WebhookSecret {
  return { secret, oldSecretUntil: isoAt(oldSecretUntil) };
}

export function courseView({
  target,
  subscriptions,
  counts,
  lastSuccessAt,
}: Course & { target: TargetPlace }): WebhookView {
  return { ...placeView(target), course: { subscriptions, ...counts, ...successView(lastSuccessAt) } };
}

function successView(at: number | undefined): { lastSuccessAt?: string } {
  return at === undefined ? {} : { lastSuccessAt: isoAt(at) };
}

export function subscribedView({ subscription, version, state, keyRevokedAt }: Subscribed): SubscriptionView {
  const revoked = keyRevokedAt === undefined ? {} : { keyRevokedAt: isoAt(keyRevokedAt) };
  return { ...subscriptionView(subscription), version, state, ...revoked };
}

function subscriptionView({ id, number, since }: Subscription): SubscriptionView {
  return { id, number, since: isoAt(since) };
}

/** @param rows read for one more than the limit */
export function subscriptionList(rows: readonly Subscription[], limit: number): SubscriptionList {
  const items = rows.slice(0, limit).map(subscriptionView);
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}

/** @param rows read for one more than the limit */
export function eventList(rows: readonly ClientEvent[], limit: number): EventList {
  const items = rows.slice(0, limit).map(eventItem);
  return { items, next: rows.length > limit ? (items.at(-1)?.sequence ?? null) : null };
}

function eventItem(event: ClientEvent): EventItem {
  const { delivery, tries, triedAt, endedAt, fault } = event;
  return {
    ...bodyOf(event),
    delivery: {
      state: delivery,
      tries,
      ...(triedAt === undefined ? {} : { triedAt: isoAt(triedAt) }),
      ...(endedAt === undefined ? {} : { endedAt: isoAt(endedAt) }),
      ...(fault === undefined ? {} : { fault, faultName: faultWords(fault) }),
    },
  };
}

/** @param shown.events read for one more than the limit */
export function deliveriesView(
  shown: Course & { readonly events: readonly ClientEvent[] },
  limit: number,
): ClientDeliveries {
  const { target, subscriptions, counts, lastSuccessAt, events } = shown;
  return {
    ...(target === undefined ? {} : { url: target.url, setAt: isoAt(target.setAt) }),
    course: { subscriptions, ...counts, ...successView(lastSuccessAt) },
    ...eventList(events, limit),
  };
}
