/* i18n.js: what the page says, in English or Chinese. A missing Chinese string falls back to English. */
(() => {
  var strings = Lab.data('data-strings', {}), language = 'en';

  /* t('lost', 3): {0} in the string becomes 3. */
  Lab.t = (key, ...rest) => {
    var both = strings[key];
    var text = both ? both[language] || both.en : key;
    return text.replace(/\{(\d)\}/g, (all, n) => String(rest[+n]));
  };
  /* A remark in a pane that has nothing to show, or below one that has. */
  Lab.note = key => Lab.el('p', {class: 'muted'}, Lab.t(key));
  Lab.language = to => {
    if (to) {
      language = to === 'zh' ? 'zh' : 'en';
      document.documentElement.lang = language;
      document.querySelectorAll('[data-t]')
        .forEach(element => element.textContent = Lab.t(element.getAttribute('data-t')));
    }
    return language;
  };
  /* Of {en: ..., zh: ...}, or a plain string. */
  Lab.words = text => !text ? '' : typeof text === 'string' ? text : text[language] || text.en || '';
})();
