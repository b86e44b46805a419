/** The widget on a page of its own, before a kernel that is made up. The address says how:
 * ?width=360&theme=dark&lang=zh&tab=plan&plan=running&count=1000&hostile=1&slow=1&offline=1&full=1 */

import picker from '../picker';
import { FakeKernel } from './fake';

const asked = new URLSearchParams(location.search);
document.documentElement.lang = asked.get('lang') ?? 'en';
document.body.dataset.jpThemeLight = asked.get('theme') === 'dark' ? 'false' : 'true';
const place = document.querySelector('main') as HTMLElement;
place.style.width = `${asked.get('width') ?? '360'}px`;
if (asked.get('full')) {
  // As the sidebar does it: a place of a definite size, which the widget fills.
  Object.assign(place.style, { height: '100vh', containerType: 'size' });
  place.style.setProperty('--hfp-height', '100cqh');
  place.style.setProperty('--hfp-max-height', 'none');
}

const kernel = new FakeKernel({
  tab: asked.get('tab') ?? 'models',
  plan: asked.get('plan') ?? 'done',
  count: Number(asked.get('count') ?? '1000'),
  hostile: asked.has('hostile'),
  slow: asked.has('slow'),
  offline: asked.has('offline'),
  trial: asked.get('trial') ?? '',
});
Object.assign(window, { kernel });
picker.render({ model: kernel, el: place });
