// SPDX-License-Identifier: Apache-2.0
// Holds `sluice validate …` and `sluice inspect …` against whole runs of the real ec: `node interop/ec-corpus.ts
// [FOLDER] [FILTER]`. The folder (or SLUICE_EC_CORPUS) holds cases.json, what the command lines name, and the images,
// which our own registry serves on 127.0.0.1:5000.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { createSession, openRepository, startRegistry } from '@sluice/oci';
import { capturedIo } from '../packages/cli/src/captured-io.ts';
import { runCli } from '../packages/cli/src/cli.ts';
import { type CorpusCase, type CorpusRun, differencesOf, normalised } from './ec-corpus/compare.ts';
import { stricter } from './ec-corpus/stricter.ts';

const args = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));
const verbose = process.argv.includes('--verbose');
const folder = resolve(args[0] ?? process.env['SLUICE_EC_CORPUS'] ?? 'none');
const filter = new RegExp(args[1] ?? '');
if (!existsSync(join(folder, 'cases.json'))) {
  console.error('Expected a folder with cases.json as argument or in SLUICE_EC_CORPUS, but found none.');
  process.exit(2);
}

const { cases }: { cases: readonly CorpusCase[] } = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8'));
const registry = await serve(join(folder, 'images'));
const root = mkdtempSync(join(tmpdir(), 'ec-corpus-'));
const work = join(root, 'corpus');
const apart: ReadonlySet<string> = new Set(['images', 'cases.json', 'README.md', '__pycache__']);
cpSync(folder, work, {
  recursive: true,
  filter: (path) => !apart.has(relative(folder, path)) && !path.endsWith('.py'),
});
mkdirSync(join(root, 'home'));
process.chdir(work);

const counts = { same: 0, stricter: 0, different: 0 };
const chosen = cases.filter(({ id }) => filter.test(id));
for (const one of chosen) {
  const run = await runCase(one);
  const differences = differencesOf(one, run);
  const rule = differences.length === 0 ? undefined : stricter.find(({ applies }) => applies(one));
  const complaint = rule?.check(run, one);
  if (differences.length === 0) counts.same++;
  else if (rule !== undefined && complaint === undefined) {
    counts.stricter++;
    console.log(`stricter   ${one.id}: ${rule.reason}`);
  } else {
    counts.different++;
    const what =
      rule === undefined
        ? differences.join('\n    ')
        : `it should be otherwise on purpose (${rule.reason}), but ${complaint}`;
    console.log(`different  ${one.id}\n    ${what}${verbose ? `\n${run.stderr}` : ''}`);
  }
}
await registry.close();
process.chdir('/');
rmSync(root, { recursive: true, force: true });
console.log(`same ${counts.same + counts.stricter} of ${chosen.length} (${counts.stricter} stricter on purpose)`);
process.exit(counts.different > 0 ? 1 : 0);

async function runCase(one: CorpusCase): Promise<CorpusRun> {
  const out = join(work, 'out');
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out);
  const io = capturedIo({ HOME: join(root, 'home'), PATH: process.env['PATH'] });
  const exit = await runCli(one.argv, io);
  const files = readdirSync(out, { recursive: true, encoding: 'utf8' }).map((name): [string, string] => [
    `out/${name}`,
    normalised(readFileSync(join(out, name), 'utf8'), work),
  ]);
  return { exit, stdout: normalised(io.out(), work), stderr: io.err(), files: Object.fromEntries(files) };
}

interface StoredRepository {
  readonly tags: Readonly<Record<string, string>>;
  readonly manifests: Readonly<Record<string, { readonly mediaType: string; readonly subject?: string }>>;
  readonly blobs: readonly `sha256:${string}`[];
}

/** Loads the stored images into a registry at the address that the cases name. */
async function serve(images: string) {
  const stored: { repositories: Readonly<Record<string, StoredRepository>> } = JSON.parse(
    readFileSync(join(images, 'registry.json'), 'utf8'),
  );
  const server = await startRegistry({ port: 5000 });
  const session = createSession({});
  for (const [name, content] of Object.entries(stored.repositories)) {
    const repository = openRepository(session, { registry: '127.0.0.1:5000', repository: name });
    const bytesOf = (digest: string) => readFileSync(join(images, 'blobs', 'sha256', digest.slice('sha256:'.length)));
    for (const digest of content.blobs) {
      const bytes = bytesOf(digest);
      await repository.putBlob({ digest, size: bytes.length }, bytes);
    }
    const isIndex = (type: string) => /index|list/.test(type);
    const manifests = Object.entries(content.manifests).sort(
      ([, a], [, b]) => Number(isIndex(a.mediaType)) - Number(isIndex(b.mediaType)),
    );
    for (const [digest, { mediaType }] of manifests) await repository.putManifest(bytesOf(digest), mediaType);
    for (const [tag, digest] of Object.entries(content.tags)) {
      const { mediaType = '' } = content.manifests[digest] ?? {};
      await repository.putManifest(bytesOf(digest), mediaType, tag);
    }
  }
  session.close();
  return server;
}
