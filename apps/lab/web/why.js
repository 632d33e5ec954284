/* why.js: the rule behind what happened: our own sentence, RFC and section, where the source does it, which scenarios
 * exercise it. */
(() => {
  var {el, t, clear, log} = Lab;
  var rules = Lab.data('data-rules', {});
  Lab.ruleOf = id => rules[id] || rules[id.replace(/\/[A-Z-0-9]+$/, '')] || null;
  Lab.moreRules = more => {
    for (var id in more) {
      rules[id] = more[id];
    }
  };
  /* The event itself, or the latest of the same instant and node that names a rule. */
  function cause(i) {
    var event = log.at(i), first = event;
    for (var k = 0; event && k < 12; k++, event = log.at(i - k)) {
      if (event.t !== first.t || event.n !== first.n) {
        return null;
      }
      if (event.rule) {
        return event;
      }
    }
    return null;
  }
  function link(id) {
    var rfc = id.split(':')[0], section = (id.split(':')[1] || '').split('/')[0], number = /^[0-9]/.test(section);
    var words = 'RFC ' + rfc + ', ' + (number ? t('section', section) : section) +
      (id.split('/')[1] ? ', ' + t('step_of', id.split('/')[1]) : '');
    return el('a',
      {href: 'https://www.rfc-editor.org/rfc/rfc' + rfc + (number ? '#section-' + section : ''), rel: 'noreferrer'},
      words);
  }
  function where(event) {
    var row = event.row >= 0 && Lab.machine.rows[event.row];
    return event.src ? el('span', {class: 'src ' + event.src}, t('src_' + event.src)) : row ? row.src : null;
  }
  Lab.drawWhy = () => {
    var event = cause(Lab.at.i), box = Lab.by('why'), rule = event && Lab.ruleOf(event.rule);
    if (!event) {
      return clear(box, [el('h2', {}, t('why')), el('p', {class: 'muted'}, t('no_rule'))]);
    }
    clear(box, [
      el('h2', {}, t('why')),
      el('p', {class: 'sentence'},
        rule           ? Lab.words(rule.say)
          : event.edge ? event.edge.replace(/:/g, ' → ')
                       : event.rule),
      el('p', {class: 'muted'},
        [
          link(event.rule), ' · ', where(event), rule && rule.symbol ? [' · ', el('code', {}, rule.symbol)] : null,
          rule && rule.labs ? ' · ' + t('also_in', rule.labs) : null
        ].reduce((all, part) => all.concat(part), []))
    ]);
  };
})();
