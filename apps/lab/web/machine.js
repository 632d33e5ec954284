/* machine.js: the transition table and the layout, as the program generated them. No transition is written here. */
(() => {
  var machine = Lab.machine = Lab.data('data-machine', {size: [420, 366, 116, 28], places: [], rows: [], paths: []});
  var byPair = {}, twoStep = {}, places = {};

  machine.places.forEach(place => places[place.name + (place.end ? '$' : '')] = place);
  machine.paths.forEach(path => {
    if (path.via) {
      twoStep[path.from + '>' + path.via + '>' + path.to] = path;
    } else {
      byPair[path.from + '>' + path.to] = path;
    }
  });
  /* An arrow for each pair of states that the table joins; drawn solid if Figure 5 has any of its rows. */
  var RANK = {FIG5: 3, TEXT: 2, EXT: 1};
  machine.edges = {};
  machine.rows.forEach((row, number) => {
    row.from.forEach(from => {
      var key = from + '>' + row.to;
      var edge = machine.edges[key] = machine.edges[key] || {key: key, from: from, to: row.to, src: row.src, rows: []};
      edge.rows.push(number);
      edge.src = RANK[row.src] > RANK[edge.src] ? row.src : edge.src;
    });
  });
  machine.path = key => {
    var ends = key.split('>');
    return ends.length === 3 ? twoStep[key] : byPair[key];
  };
  machine.twoStep = (from, via, to) => twoStep[from + '>' + via + '>' + to];
  /* Figure 5 has CLOSED twice: where connections begin, and where they end. */
  machine.place = (name, end) => places[name + (end && places[name + '$'] ? '$' : '')];
})();
