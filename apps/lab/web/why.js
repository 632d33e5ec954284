/* why.js: the rule behind what happened: our own sentence, RFC and section, where the source does it, which scenarios
 * exercise it. At the end of a scenario: what was to be seen. */
(() => {
  var {el, t, clear, log, words} = Lab;
  var rules = Lab.data('data-rules', {});
  Lab.ruleOf = id => rules[id] || rules[id.replace(/\/[A-Z-0-9]+$/, '')] || null;
  /* The nearest event of the same instant and node that names a rule: itself, then step by step. */
  function near(i, step) {
    var event = log.at(i), first = event;
    for (var k = 0; event && k < 12 && event.t === first.t && event.n === first.n; k++, event = log.at(i += step)) {
      if (event.rule) {
        return event;
      }
    }
    return null;
  }
  /* What a timer is for shows in what it does next; everything else follows from what came before. */
  function cause(i) {
    return (log.at(i) || {}).ev === 'timer_fire' && near(i, 1) || near(i, -1);
  }
  function link(id) {
    var parts = id.split(/[:/]/), number = /^[0-9]/.test(parts[1]);
    var place = [
      'RFC ' + parts[0], number ? t('section', parts[1]) : parts[1],
      /^\d/.test(parts[2]) ? t('step_of', parts[2]) : parts[2]
    ];
    return el('a', {
      href: 'https://www.rfc-editor.org/rfc/rfc' + parts[0] + (number ? '#section-' + parts[1] : ''),
      rel: 'noreferrer'
    },
      place.filter(Boolean).join(', '));
  }
  function places(event, rule) {
    var out = [
      link(event.rule), event.src && t('src_' + event.src), rule && rule.symbol && el('code', {}, rule.symbol),
      rule && rule.labs && t('also_in', rule.labs)
    ];
    return out.filter(Boolean).map((part, k) => k ? [' · ', part] : part).flat();
  }
  Lab.drawWhy = () => {
    var event = cause(Lab.at.i), rule = event && Lab.ruleOf(event.rule), told = Lab.atEnd() && Lab.scenario();
    var see = told && words(told.see);
    clear(Lab.by('why'), event ? [
      el('h2', {}, t('why')),
      el('p', {class: 'sentence'}, rule && rule.say ? words(rule.say) : event.edge || event.rule),
      el('p', {class: 'muted'}, places(event, rule))
    ] : [
      el('h2', {}, t(see ? 'see' : 'why')),
      el('p', {class: see ? 'sentence' : 'muted'}, see || t('no_rule'))
    ]);
  };
})();
