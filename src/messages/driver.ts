/** What carries a message away: a provider's interface, or nothing at all, so that the service runs whole without one. */
import type { World } from '../world.ts';
import { smsHttpDriver } from './sms-http.ts';
import type { OutboxMessage } from './store.ts';

/** What became of one try; `fault` is a short word for the operators, never anything of the message. */
export type Delivery =
  | { readonly outcome: 'sent' }
  | { readonly outcome: 'kept' }
  | { readonly outcome: 'failed'; readonly fault: string };

export interface MessageDriver {
  /** Ends within seconds, whatever the other side does; a failing provider is an outcome, not an error. */
  readonly send: (message: OutboxMessage) => Promise<Delivery>;
}

/** Nothing leaves; messages stay readable to those who hold the field key. */
export const outbox: MessageDriver = { send: async () => Promise.resolve({ outcome: 'kept' }) };

/** The driver that this configuration asks for. */
export function driverFor(world: Pick<World, 'config' | 'clock' | 'ids'>): MessageDriver {
  return world.config.sms === undefined ? outbox : smsHttpDriver(world.config.sms, world);
}
