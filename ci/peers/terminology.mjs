// The npm package fhir-terminology-runtime on a socket: ValueSet/$expand and ValueSet/$validate-code by GET, with
// what the library answers and nothing added. It finds definitions through an index of the packages in memory.
//   node ci/peers/terminology.mjs PEERS_FOLDER PORT SCRATCH_FOLDER PACKAGE_FOLDER...
import { readFileSync, readdirSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';

const [peers, port, scratch, ...folders] = process.argv.slice(2);
const require = createRequire(join(peers, 'node_modules', 'x.js'));
const { FhirTerminologyRuntime } = require('fhir-terminology-runtime');

const files = new Map(); // "package|file name" -> resource
const metas = []; // what the library's own explorer of packages would know of them
for (const folder of folders) {
  const [id, version] = basename(folder).split('#');
  for (const filename of readdirSync(join(folder, 'package'))) {
    if (/^(CodeSystem|ValueSet)-.*\.json$/.test(filename)) {
      const resource = JSON.parse(readFileSync(join(folder, 'package', filename), 'utf8'));
      files.set(`${id}|${filename}`, resource);
      metas.push({ filename, resourceType: resource.resourceType, id: resource.id, url: resource.url, name: resource.name,
        version: resource.version, content: resource.content, __packageId: id, __packageVersion: version });
    }
  }
}

const explorer = {
  getCachePath: () => scratch,
  getContextPackages: () => [],
  lookupMeta: async ({ resourceType }) => metas.filter((m) => m.resourceType === resourceType),
  resolve: async ({ filename, package: { id } }) => files.get(`${id}|${filename}`),
  resolveMeta: async ({ resourceType, url, id, name, package: within }) => {
    const [canonical, version] = (url ?? '').split('|');
    const found = metas.find((m) => m.resourceType === resourceType && (!within || m.__packageId === within.id) &&
      (url ? m.url === canonical && (!version || m.version === version) : id ? m.id === id : m.name === name));
    if (!found) {
      throw new Error(`there is no ${resourceType} ${url ?? id ?? name}`);
    }
    return found;
  },
};
const runtime = await FhirTerminologyRuntime.create({ fpe: explorer, cacheMode: 'lazy', fhirVersion: '4.0.1' });

async function answer(url) {
  const ask = url.searchParams;
  if (url.pathname.endsWith('/ValueSet/$expand')) {
    return runtime.expandValueSet(ask.get('url'));
  }
  if (url.pathname.endsWith('/ValueSet/$validate-code')) {
    const found = await runtime.inValueSet({ system: ask.get('system'), code: ask.get('code') }, ask.get('url'));
    if (found.status === 'unknown') {
      throw new Error(found.reason);
    }
    const member = found.status === 'member';
    return { resourceType: 'Parameters', parameter: [{ name: 'result', valueBoolean: member },
      ...(member ? ['code', 'system', 'display', 'version'] : []).filter((name) => found.concept[name])
        .map((name) => ({ name, valueString: found.concept[name] }))] };
  }
  return undefined;
}

http.createServer(async (request, reply) => {
  const url = new URL(request.url, 'http://peer');
  let status = 200;
  let body;
  try {
    body = url.pathname === '/health/ready' ? {} : await answer(url);
    status = body ? 200 : 404;
  } catch (error) {
    status = 422;
    body = { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'processing', diagnostics: error.message }] };
  }
  const text = JSON.stringify(body ?? {});
  reply.writeHead(status, { 'Content-Type': 'application/fhir+json', 'Content-Length': Buffer.byteLength(text) });
  reply.end(text);
}).listen(Number(port), '127.0.0.1', () => console.log(`fhir-terminology-runtime on http://127.0.0.1:${port}`));
