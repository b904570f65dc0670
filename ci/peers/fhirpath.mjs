// Evaluates compiled expressions with fhirpath.js on one resource and prints how many a CPU-second, a line each.
//   node ci/peers/fhirpath.mjs PEERS_FOLDER FILE EXPRESSION...
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [peers, file, ...expressions] = process.argv.slice(2);
const require = createRequire(join(peers, 'node_modules', 'x.js'));
const fhirpath = require('fhirpath');
const model = require('fhirpath/fhir-context/r4');
const resource = JSON.parse(readFileSync(file, 'utf8'));
const ROUND = 200_000; // µs

function round(run) {
  const before = process.cpuUsage();
  let count = 0;
  let spent = 0;
  while (spent < ROUND) {
    for (let i = 0; i < 50; i++) {
      run(resource);
    }
    count += 50;
    const used = process.cpuUsage(before);
    spent = used.user + used.system;
  }
  return (count / spent) * 1e6;
}

for (const expression of expressions) {
  const run = fhirpath.compile(expression, model);
  round(run);
  console.log(`${Math.max(round(run), round(run), round(run)).toFixed(0)}/s  ${expression}`);
}
