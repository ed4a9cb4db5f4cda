/**
 * A provider of short messages over HTTPS, in the form of Alibaba Cloud's Dysmsapi (SendSms, 2017-05-25): our template's values go
 * into the template that the provider approved. Whatever goes wrong becomes one word for the operators.
 */
import type { SmsConfig } from '../config.ts';
import type { World } from '../world.ts';
import { signedCall } from './acs3.ts';
import type { Delivery, MessageDriver } from './driver.ts';
import type { OutboxMessage } from './store.ts';

/** A provider that has not answered by then is taken for failed; the message is tried again later. */
export const TIMEOUT_MS = 10_000;
const VERSION = '2017-05-25';
const MAX_ANSWER_CHARACTERS = 64 * 1024;
/** A code names a fault; so many digits in it would name somebody. */
const LONG_NUMBER = /\d{6}/;

/** @param tools.timeoutMs for tests; TIMEOUT_MS unless given */
export function smsHttpDriver(
  config: SmsConfig,
  tools: Pick<World, 'clock' | 'ids'> & { readonly timeoutMs?: number },
): MessageDriver {
  return {
    send: async message => {
      const code = config.templates.get(message.template);
      if (code === undefined) return failed('TEMPLATE_UNKNOWN');
      const { url, headers } = signedCall(
        {
          url: config.url,
          action: 'SendSms',
          version: VERSION,
          query: queryOf(message, config.signName, code),
        },
        { ...config, nonce: tools.ids(), at: tools.clock() },
      );
      return answerTo(url, headers, tools.timeoutMs ?? TIMEOUT_MS);
    },
  };
}

function queryOf(message: OutboxMessage, signName: string, templateCode: string): Record<string, string> {
  return {
    PhoneNumbers: message.phone,
    SignName: signName,
    TemplateCode: templateCode,
    TemplateParam: JSON.stringify(message.values),
    OutId: message.id,
  };
}

/** One time limit covers connecting, waiting and reading. */
async function answerTo(
  url: string,
  headers: Readonly<Record<string, string>>,
  timeoutMs: number,
): Promise<Delivery> {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, { method: 'POST', headers, signal, redirect: 'error' });
    return deliveryOf(response.status, await textOf(response));
  } catch (error) {
    // fetch reports a time limit by a TimeoutError and every failure of the connection by a TypeError
    if (error instanceof DOMException && error.name === 'TimeoutError') return failed('TIMEOUT');
    if (error instanceof TypeError) return failed('UNREACHABLE');
    throw error;
  }
}

/** What an honest provider says is short; beyond that nothing is read, whatever it was packed by. */
async function textOf({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of body ?? []) {
    text += decoder.decode(piece, { stream: true });
    if (text.length > MAX_ANSWER_CHARACTERS) break; // leaving the loop ends the connection
  }
  return text.slice(0, MAX_ANSWER_CHARACTERS);
}

/** Only a word in the form of a code is kept of the answer: the rest might repeat the phone number. */
function deliveryOf(status: number, text: string): Delivery {
  const [, code = ''] = /"Code"\s*:\s*"([A-Za-z][\w.-]{0,79})"/.exec(text) ?? [];
  if (status === 200 && code === 'OK') return { outcome: 'sent' };
  return failed(code === '' || code === 'OK' || LONG_NUMBER.test(code) ? `HTTP_${status}` : code);
}

function failed(fault: string): Delivery {
  return { outcome: 'failed', fault };
}
