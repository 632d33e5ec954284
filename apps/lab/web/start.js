/* start.js: last of all. */
Lab.start();
