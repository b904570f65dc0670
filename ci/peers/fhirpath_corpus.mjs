// Evaluates with fhirpath.js what tests/bench/fhirpath_corpus.c evaluated, compiled, on the same inputs, and
// compares answers and processor time.
//   node ci/peers/fhirpath_corpus.mjs PEERS_FOLDER PACKAGE_FOLDER TASKS_FILE [MICROSECONDS]
// Prints a JSON object a line: kind, name, expression, ratio, ours and theirs (ns an evaluation) and, where the
// answers differ, differs (file, place, ours, theirs).
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [peers, folder, tasks, micros = '5000'] = process.argv.slice(2);
const require = createRequire(join(peers, 'node_modules', 'x.js'));
const fhirpath = require('fhirpath');
const model = require('fhirpath/fhir-context/r4');
const { ResourceNode } = require('fhirpath/src/types');
const ROUND = Number(micros);
const files = new Map();

function read(file) {
  if (!files.has(file)) {
    files.set(file, JSON.parse(readFileSync(join(folder, file), 'utf8')));
  }
  return files.get(file);
}

// "Patient.name[0].given[1]" in the JSON of the resource; what is in "_birthDate" has its place under "birthDate".
function at(resource, place) {
  const steps = place.split(/[.[\]]+/).filter((part) => part !== '').slice(1);
  const walk = (node, rest) => {
    if (rest.length === 0 || node === null || typeof node !== 'object') {
      return rest.length === 0 ? node : undefined;
    }
    const [step, ...others] = rest;
    return walk(node[step], others) ?? walk(node['_' + step], others);
  };
  return walk(resource, steps);
}

// The library's resolve() asks a server; a resource with the type that the reference says is enough here, and is
// what the other side does.
const options = {
  traceFn: () => {},
  userInvocationTable: {
    resolve: {
      fn: (inputs) => inputs.flatMap((input) => {
        const text = input.data?.reference ?? input.data ?? input;
        const parts = /(?:^|\/)([A-Z][A-Za-z]+)\/([^/]+)(?:\/_history\/[^/]+)?$/.exec(text);
        const resource = parts && { resourceType: parts[1], id: parts[2] };
        return parts ? [ResourceNode.makeResNode(resource, null, parts[1], null, parts[1], model)] : [];
      }),
      internalStructures: true,
      arity: { 0: [] },
    },
  },
};

const compiled = new Map();
function compile(base, expression) {
  const key = base + '\n' + expression;
  if (!compiled.has(key)) {
    compiled.set(key, fhirpath.compile({ base, expression }, model, options));
  }
  return compiled.get(key);
}

function evaluate(input) {
  try {
    return input.run(input.node, input.variables);
  } catch {
    return null;
  }
}

function pass(inputs, count) {
  const before = process.cpuUsage();
  for (let i = 0; i < count; i++) {
    for (const input of inputs) {
      evaluate(input);
    }
  }
  const used = process.cpuUsage(before);
  return (used.user + used.system) / (count * inputs.length);
}

// Microseconds an evaluation, the best of three rounds.
function measure(inputs) {
  let count = 1;
  let each = pass(inputs, 1);
  while (each * count * inputs.length < ROUND / 4 && count < 1e6) {
    count *= 2;
    each = pass(inputs, count);
  }
  count = Math.max(1, Math.round(ROUND / (each * inputs.length)));
  return Math.min(pass(inputs, count), pass(inputs, count), pass(inputs, count));
}

// Values as both sides can write them: members in one order, numbers and moments by value.
function plain(value) {
  if (Array.isArray(value)) {
    return value.map(plain);
  }
  if (value && typeof value === 'object') {
    const names = Object.keys(value).sort();
    return Object.fromEntries(names.map((name) => [name, plain(value[name])]));
  }
  return value;
}

function told(values) {
  return values && values.map((value) => {
    const text = JSON.stringify(plain(value?.toJSON ? value.toJSON() : value)) ?? 'null';
    return text.length > 1500 ? 'large' : text;
  });
}

function differs(ours, theirs) {
  if (!ours || !theirs) {
    return Boolean(ours) !== Boolean(theirs);
  }
  return ours.length !== theirs.length ||
    ours.some((value, i) => value !== theirs[i] && !value.startsWith('{"large"') && theirs[i] !== 'large');
}

for (const line of readFileSync(tasks, 'utf8').split('\n').filter(Boolean)) {
  const task = JSON.parse(line);
  const inputs = [];
  const found = [];
  for (const { file, place, base } of task.inputs) {
    const resource = read(file);
    let run = () => { throw new Error('not compiled'); };
    try {
      run = compile(base, task.expression);
    } catch {
      // A refusal is an answer.
    }
    inputs.push({ run, node: at(resource, place), variables: { resource, rootResource: resource }, file, place });
  }
  inputs.forEach((input, i) => {
    const ours = told(task.answers[i]);
    const theirs = told(evaluate(input));
    if (differs(ours, theirs)) {
      found.push({ file: input.file, place: input.place, ours, theirs });
    }
  });
  const theirs = measure(inputs) * 1000;
  console.log(JSON.stringify({ kind: task.kind, name: task.name, expression: task.expression,
    ratio: theirs / task.ns, ours: task.ns, theirs, differs: found }));
}
