/* predict.js: first commit to an answer, then run. The card asks; afterwards mine, what happened and why stand side by
 * side, never the outcome alone. */
(() => {
  var {el, t, clear, words, by} = Lab;
  var scenario = Lab.data('data-scenario', null), locked = {}, checks = [];

  Lab.readers.push(event => {
    if (event.ev === 'predict') {
      locked[event.id] = event.answer;
    } else if (event.ev === 'check') {
      checks.push(event);
    }
  });
  /* What is asked; when the run is over it says what came of it, too. */
  Lab.scenario = now => {
    scenario = now || scenario;
    return scenario;
  };
  function questions() { return scenario ? scenario.predict : []; }
  Lab.unanswered = () => questions().filter(q => locked[q.id] === undefined).length;

  function field(question) {
    var name = 'q-' + question.id;
    if (question.type !== 'choice') {
      return [
        el('p', {class: 'muted'}, question.options.map(o => words(o)).join(' · ')),
        el('input', {name: name, required: true, placeholder: t('ask_' + question.type)})
      ];
    }
    return el('div', {class: 'choices'}, question.options.map(option => el('label', {}, [
      el('input', {type: 'radio', name: name, value: option.en, required: true}), ' ' + words(option)
    ])));
  }
  /* The answers become commands; the program locks them before anything is sent. */
  Lab.askPredictions = () => {
    var card = by('card'), list = questions().filter(q => locked[q.id] === undefined);
    function submit(event) {
      event.preventDefault();
      Lab.lock(list.map(q => [q.id, new FormData(form).get('q-' + q.id)]));
      card.close();
    }
    var form = el('form', {submit: submit}, [
      el('h2', {}, words(scenario.title)), el('p', {}, words(scenario.goal)),
      el('p', {class: 'muted'}, t(list.length ? 'predict_first' : 'locked')),
      list.map(q => el('fieldset', {}, [el('legend', {}, words(q.ask))].concat(field(q)))),
      el('p', {class: 'actions'}, [
        el('button', {type: 'button', click: () => card.close()}, t(list.length ? 'later' : 'close')),
        list.length ? el('button', {class: 'main'}, t('lock')) : ''
      ])
    ].flat());
    clear(card, form);
    card.showModal();
  };

  function sign(good) { return el('b', {class: good ? 'good' : 'bad'}, good ? '✓ ' : '✗ '); }
  function why(question) {
    var rule = question.rule && Lab.ruleOf(question.rule);
    return question.miscon || (rule ? words(rule.say) : '');
  }
  function said(question, answer) {
    var option = question.options.filter(o => o.en === answer)[0];
    return option ? words(option) : answer;
  }
  function row(question) {
    var mine = locked[question.id], over = scenario.over;
    return [
      el('h3', {}, words(question.ask)),
      el('dl', {},
        [
          ['mine', mine === undefined ? '–' : said(question, mine)],
          ['happened', over ? said(question, question.outcome) : t('not_yet')],
          over && mine !== undefined
            ? ['why', [sign(question.right), question.points + '/' + question.of + ' ', why(question)]]
            : null
        ].filter(Boolean)
          .map(pair => [el('dt', {}, t(pair[0])), el('dd', {}, pair[1])])
          .flat())
    ];
  }
  function outcome(check) {
    var good = check.points === check.of, say = scenario && scenario.checks[check.id];
    return el('li', {}, [
      sign(good), say ? words(say) : check.kind + ' ' + check.want,
      good ? '' : ' · ' + t('expected', check.want, check.got), ' ' + check.points + '/' + check.of
    ]);
  }
  Lab.checked = () => checks.length > 0;
  Lab.tabs.push({
    id: 'answers',
    draw: (state, box) => {
      var list = questions(), done = checks.filter(c => c.i <= Lab.at.i);
      clear(box, [
        scenario ? el('p', {}, words(scenario.goal)) : '', list.map(row), done.length ? el('h3', {}, t('checks')) : '',
        el('ul', {}, done.map(outcome)),
        scenario && words(scenario.linux) ? el('p', {}, [el('b', {}, 'Linux: '), words(scenario.linux)]) : '',
        scenario || done.length ? '' : Lab.note('no_answers')
      ].flat(2));
    }
  });
})();
