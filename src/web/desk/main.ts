/** Starts the staff console. */
import 'element-plus/theme-chalk/base.css';
import { localeContextKey } from 'element-plus';
import zhCn from 'element-plus/es/locale/lang/zh-cn.mjs';
import { createApp, ref } from 'vue';
import DeskApp from './DeskApp.vue';
import { makeRouter } from './router.ts';

createApp(DeskApp).use(makeRouter()).provide(localeContextKey, ref(zhCn)).mount('#page');
// most people's day begins at the work list: its script comes while the session is still asked for
if (/^\/desk\/?$/.test(location.pathname)) void import('./work/WorkPage.vue').catch(() => undefined); // the router asks again, and says what is wrong
