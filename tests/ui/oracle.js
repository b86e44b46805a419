// What a page notes when a foreign text comes alive: calls that payloads make, and elements that no widget of ours draws.
// Put into a page before its own scripts.
(() => {
  const calls = [];
  const noted = (name) => (...given) => void calls.push(`${name}(${given.map(String).join().slice(0, 80)})`);
  for (const name of ['alert', 'confirm', 'prompt', 'print']) window[name] = noted(name);
  Object.defineProperty(window, 'fired', { get: () => 0, set: (value) => void calls.push(`fired=${value}`) });

  const TAGS = new Set(
    (
      'A ARTICLE B BDI BR BUTTON CODE DATALIST DD DEL DETAILS DIV DL DT FORM H3 H4 I INPUT INS LABEL LI OL OPTGROUP ' +
      'OPTION P PRE PROGRESS SECTION SELECT SPAN SUMMARY TEXTAREA UL WBR svg path circle rect line'
    ).split(' '),
  );
  const ATTRIBUTES =
    /^(aria-[a-z]+|autocomplete|checked|class|d|data-(hfp-tab|lm-suppress-shortcuts)|dir|disabled|fill(-rule)?|focusable|for|height|href|id|label|lang|list|max|maxlength|min|novalidate|open|placeholder|rel|role|rows|selected|spellcheck|stroke(-\w+)?|step|style|tabindex|target|title|type|value|viewBox|width|cx|cy|r|x|y|x1|x2|y1|y2)$/;
  const STYLE = /^[\w\s:;.%()+-]*$/;

  const TEXTS = new Set(['title', 'aria-label', 'alt', 'value', 'placeholder']);

  window.oracle = {
    calls,
    /** What is alive in an output of a cell or anywhere in the page: more tags are allowed there, none that run. */
    live(where) {
      const found = [];
      for (const element of document.querySelectorAll(`:is(${where}) *`)) {
        if (/^(script|iframe|frame|object|embed|link|meta|base|portal|audio|video|source)$/i.test(element.tagName)) {
          found.push(element.outerHTML.slice(0, 120));
        }
        for (const { name, value } of element.attributes) {
          const runs = name.startsWith('on') || name === 'srcdoc' || /^\s*(javascript|vbscript|data:text)/i.test(value);
          const loads = /^(src|poster|background|action|formaction|data|ping)$/.test(name) && !/^(data:image|blob:)/.test(value);
          if ((runs && !TEXTS.has(name)) || loads) found.push(element.outerHTML.slice(0, 120));
        }
      }
      return [...new Set(found)];
    },
    /** What is in the widget that should not be. */
    faults(root) {
      const found = [];
      for (const element of root.querySelectorAll('*')) {
        if (!TAGS.has(element.tagName)) found.push(`<${element.tagName}>`);
        for (const { name, value } of element.attributes) {
          const where = `${element.tagName} ${name}=${value.slice(0, 80)}`;
          if (!ATTRIBUTES.test(name)) found.push(where);
          else if (name === 'href' && !/^https:\/\/[\w.-]+\//.test(value)) found.push(where);
          else if (name === 'style' && (!STYLE.test(value) || value.includes('url('))) found.push(where);
          else if (name === 'class' && !value.split(/\s+/).every((c) => !c || c.startsWith('hfp'))) found.push(where);
        }
      }
      return [...new Set(found)];
    },
  };
})();
