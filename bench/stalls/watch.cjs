/** Loaded into a broker before its own code (`node --require`), and into each of its threads, which are in nobody's way. */
if (require('node:worker_threads').isMainThread) require('./watch-loop.cjs')
