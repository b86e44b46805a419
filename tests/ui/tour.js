// Draws the widget before a made-up kernel all of whose texts are a payload, and looks at everything in it.
(() => {
  // Words of the protocol: the kernel's schemas allow no others.
  const FIXED = new Set(['phase', 'fit', 'license_class', 'measure', 'why', 'type', 'hash']);
  // Names by which parts refer to one another: each stays different from the rest.
  const NAMES = new Set(
    'model_id id step parents task tasks name given labels label chosen choices value default languages output column of modality gives'.split(
      ' ',
    ),
  );
  // Names of one thing under several keys.
  const SAME = { id: 'step', parents: 'step', chosen: 'model_id', given: 'label', labels: 'label', value: 'choices', default: 'choices', name: 'choices' };
  // Texts that may be empty in the made-up data and are filled all the same.
  const FILLED = new Set('where line stored answer error queued reason largest dtype device basis away limits fetched'.split(' '));
  const LISTS = new Set(['notes', 'warnings', 'rejected_reasons']);

  const DEEDS = new Set(['use', 'edit', 'rate', 'try', 'label', 'unload', 'delete', 'approve', 'dismiss', 'cancel', 'export']);
  let addresses = 0;
  function dressed(value, text, key = '') {
    if (typeof value === 'string') {
      if (FIXED.has(key) || (!value && !FILLED.has(key))) return value;
      if (key === 'address') return `${addresses++ % 2 ? '' : 'https://huggingface.co/'}${text(key)}`;
      return NAMES.has(key) ? `${text(key)}//${value}` : text(key);
    }
    if (Array.isArray(value)) {
      return LISTS.has(key) && !value.length ? [text(key)] : value.map((v) => dressed(v, text, key));
    }
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, v]) => [key === 'metrics' ? text(key) : name, dressed(v, text, name)]),
    );
  }

  const tick = () =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = resolve;
      port2.postMessage(0);
    });
  async function until(what) {
    const end = performance.now() + 10_000;
    while (!what()) {
      if (performance.now() > end) throw new Error(`never: ${what}`);
      await tick();
    }
  }

  class Tour {
    /** `text(key)` is what stands for a text under that key. */
    constructor(text) {
      this.text = text;
      this.faults = new Set();
      this.seen = '';
      const kernel = new FakeKernel({ tab: 'models', plan: 'changed', count: 12, trial: 'failed' });
      kernel.dressed = (value) => dressed(value, text);
      kernel.send = ({ id, body }) => {
        const refused = kernel.refusing && DEEDS.has(body.ask) ? { refused: { code: 'HF000', line: 'x' } } : null;
        const answer = kernel.dressed({ id: 0, ...(refused ?? kernel.answer(body)) });
        queueMicrotask(() => kernel.tell('msg:custom', { answer: { ...answer, id } }));
      };
      kernel.traits.testing = true; // else only a person's clicks count
      this.kernel = kernel;
      this.place = document.createElement('div');
      // Apart from its neighbours, so that a change in one is no work for the others; of a definite size, as in the sidebar.
      this.place.style.cssText = 'position: relative; width: 360px; height: 900px; contain: strict; container-type: size;';
      this.place.style.cssText += '--hfp-height: 100cqh; --hfp-max-height: none';
      document.querySelector('main').append(this.place);
      this.close = picker.render({ model: kernel, el: this.place });
      this.root = this.place.querySelector('.hfp');
    }

    async look() {
      await tick();
      await tick();
      for (const fault of oracle.faults(this.root)) this.faults.add(fault);
      if (this.collect) this.seen += this.place.innerHTML + [...this.root.querySelectorAll('input,textarea')].map((e) => e.value);
    }

    all(what) {
      return [...this.root.querySelectorAll(what)];
    }

    async click(what, most = Infinity) {
      for (let n = 0; n < Math.min(this.all(what).length, most); n++) {
        this.all(what)[n]?.click();
        await this.look();
      }
    }

    async unfold() {
      for (const part of this.all('details')) part.open = true;
      await tick();
      await this.look();
    }

    async models() {
      await until(() => this.all('[role=option]').length);
      await this.click('.hfp-search [aria-expanded=false]');
      await this.click('[role=option]', 1);
      await until(() => this.all('.hfp-tags').length);
      await this.look();
      await this.click('.hfp-back');
      await until(() => this.all('.hfp-list').length);
      this.all('.hfp-list')[0].scrollTop = 1e6;
      await until(() => this.all('.hfp-out').length);
      await this.click('.hfp-out', 1); // one that is rejected
      await this.click('.hfp-back');
    }

    async plans() {
      await this.click('[data-hfp-tab=plan]');
      for (const name of ['running', 'waiting', 'failed', 'changed']) {
        const plan = planIn(name);
        plan.waits ??= name === 'changed' ? { why: 'download', fetch_bytes: 9e6, largest: 'x' } : null;
        this.kernel.push({ plan });
        await this.look();
        if (name === 'changed') {
          for (const n of [0, 1, 3]) {
            this.all('.hfp-node')[n].click(); // with changes; with rejected rows; with choices
            await tick();
            await this.unfold();
          }
        }
      }
    }

    async trials() {
      this.kernel.push({ trial: trialIn('running') });
      await this.look();
      const trial = { ...trialIn('failed'), error: 'x' };
      this.kernel.push({ trial });
      await this.click('[data-hfp-tab=trial]');
      this.kernel.push({ trial: relabelled(trial, 1, 'positive') });
      await this.look();
    }

    async memory() {
      await this.click('[data-hfp-tab=memory]');
      await until(() => this.all('.hfp-thing').length);
      await this.look();
      this.kernel.push({ line: 'x' });
      await this.look();
      this.kernel.refusing = true;
      await this.click('.hfp-things .hfp-button', 2);
      this.kernel.refusing = false;
    }

    async everything() {
      await this.models();
      await this.plans();
      await this.trials();
      await this.memory();
      this.close();
      this.place.remove();
      return [...this.faults];
    }
  }

  window.tour = {
    /** What is wrong after the texts have all been each of these payloads: side by side, as most of it is waiting. */
    async hostile(payloads) {
      document.querySelector('main').replaceChildren();
      document.body.style.visibility = 'hidden'; // painting takes most of the time
      const all = payloads.map(async (p) => (await new Tour(() => p).everything()).map((f) => `${p.slice(0, 60)}: ${f}`));
      return (await Promise.all(all)).flat();
    },
    /** The keys whose texts are drawn somewhere. */
    async keys() {
      document.querySelector('main').replaceChildren();
      const asked = new Set();
      const tour = new Tour((key) => {
        const name = SAME[key] ?? key;
        asked.add(name);
        return `«${name}»`;
      });
      tour.collect = true;
      await tour.everything();
      return { asked: [...asked], seen: [...new Set([...tour.seen.matchAll(/«([\w ]+)»/g)].map((m) => m[1]))] };
    },
    /** The widget drawn with this payload, to be clicked. */
    show(payload, refusing) {
      document.querySelector('main').replaceChildren();
      const tour = new Tour(() => payload);
      tour.kernel.refusing = refusing;
      window.shown = tour;
    },
  };
})();
