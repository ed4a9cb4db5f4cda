/** What somebody has written about an application and not yet sent: kept while the console stays open, in memory only. */
import { reactive } from 'vue';

export const opinions = reactive(new Map<string, string>());
